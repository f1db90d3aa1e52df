{#- Which JSON keys the new rows of a stream have: one row per load, path and JSON type, with the number of records. -#}
{% macro key_census(relation) -%}
{{ keys_of(landed(relation)) }}
{%- endmacro %}

{#- The paths that a list of fields reads, as rows: source, stream, path. -#}
{% macro read_paths(source_name, stream_name, fields) -%}
    {%- for path in fields | map(attribute='path') | unique %}
select
    cast({{ literal(source_name) }} as varchar(65535)) as source,
    cast({{ literal(stream_name) }} as varchar(65535)) as stream,
    cast({{ literal(path) }} as varchar(65535)) as path
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
