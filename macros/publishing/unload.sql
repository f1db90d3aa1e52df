{#- The statements that write the rows of a query into a new folder of the lake, as Parquet in files of some 256 MB: few
    enough to list, many enough to be read by several at once. A query with an order is sorted in each file. -#}

{#- The folder above must be there where the lake is a directory; `headwater publish` makes it. -#}
{% macro duckdb__unload(query, folder) -%}
    {{ return([
        'copy (\n' ~ query ~ '\n)\nto ' ~ literal(lake() ~ '/' ~ folder)
        ~ " (format parquet, compression zstd, file_size_bytes '256MB', filename_pattern 'part_{i}')"
    ]) }}
{%- endmacro %}

{#- Without the first statement a column would have the type that its values of today need. HEADER keeps the names of
    columns. -#}
{% macro snowflake__unload(query, folder) -%}
    {{ return([
        'alter session set enable_unload_physical_type_optimization = false',
        'copy into ' ~ literal(snowflake__place(folder ~ '/part')) ~ '\nfrom (\n' ~ query ~ '\n)\n'
        ~ 'file_format = (type = parquet compression = snappy)\nmax_file_size = 268435456\nheader = true'
    ]) }}
{%- endmacro %}

{#- Types with a zone cannot be unloaded, and what `timestamp` means is a setting of the account. -#}
{% macro snowflake__unloaded_type(type) -%}
    {{ return('timestamp_ntz(6)' if type == 'timestamp' else type) }}
{%- endmacro %}

{#- A name that is not quoted would be in capitals. -#}
{% macro snowflake__unloaded_name(name) -%}{{ return('"' ~ name ~ '"') }}{%- endmacro %}

{#- The query is a text in the statement. The folder is new, so nothing is overwritten. -#}
{% macro redshift__unload(query, folder) -%}
    {{ return([
        'unload (' ~ literal(query) ~ ')\nto ' ~ redshift__address(folder ~ '/part_') ~ '\n' ~ redshift__unload_role()
        ~ '\nformat parquet\nmaxfilesize 256 mb'
    ]) }}
{%- endmacro %}

{#- What UNLOAD may write S3 with: what COPY may read it with, unless another role is named. -#}
{% macro redshift__unload_role() -%}
    {%- set role = env_var('REDSHIFT_UNLOAD_ROLE', env_var('REDSHIFT_IAM_ROLE', 'default')) -%}
    {{ return('iam_role ' ~ ('default' if role == 'default' else literal(role))) }}
{%- endmacro %}
