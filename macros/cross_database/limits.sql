{#- The condition that a row of raw.objects is an object whose records the warehouse can hold. The loaders give a record
    that some warehouse cannot hold an object of its own (loaders/manifests.py), so that it takes no neighbour along. -#}
{% macro fits_warehouse(objects) -%}
    {{ adapter.dispatch('fits_warehouse', 'headwater')(objects) }}
{%- endmacro %}

{#- DuckDB holds whatever is landed. -#}
{% macro duckdb__fits_warehouse(objects) -%}
    {{ objects }}.longest_line >= 0
{%- endmacro %}

{#- A column of text read from a file has at most 16 MiB. -#}
{% macro snowflake__fits_warehouse(objects) -%}
    {{ objects }}.longest_line <= 16777216
{%- endmacro %}

{#- COPY takes JSON lines of up to 4 MB, in which pipes count twice, as they do in longest_line, and texts of up to 65,535
    bytes. -#}
{% macro redshift__fits_warehouse(objects) -%}
    ({{ objects }}.longest_line <= 4000000 and {{ objects }}.longest_text <= 65535)
{%- endmacro %}
