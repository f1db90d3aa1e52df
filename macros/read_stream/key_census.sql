{#- Which JSON keys the new rows of a stream have: one row per load, path and JSON type, with the number of records. -#}
{% macro key_census(relation) -%}
{{ keys_of(landed(relation)) }}
{%- endmacro %}

{#- The paths that a list of fields reads, as rows: source, stream, path. -#}
{% macro read_paths(source_name, stream_name, fields) -%}
    {%- for path in fields | map(attribute='path') | unique %}
select {{ literal(source_name) }} as source, {{ literal(stream_name) }} as stream, {{ literal(path) }} as path
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
