{#- Which JSON keys the new rows of the streams of a source have: one row per stream, load, path and JSON type, with the
    number of records. -#}
{% macro key_census(source_name) -%}
    {%- for stream in streams() if stream.source == source_name %}
select * from (
    {{ keys_of(landed(source(stream.source, stream.name))) | indent(4) }}
) as keys_of_{{ stream.name }}
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The paths that the lists of fields read, as rows: source, stream, path. -#}
{% macro read_paths() -%}
    {%- for stream in streams() -%}
        {%- set is_last = loop.last -%}
        {%- for path in stream.fields | map(attribute='path') | unique(case_sensitive=true) %}
select
    cast({{ literal(stream.source) }} as varchar(65535)) as source,
    cast({{ literal(stream.name) }} as varchar(65535)) as stream,
    cast({{ literal(path) }} as varchar(65535)) as path
            {{- '\nunion all' if not (loop.last and is_last) }}
        {%- endfor -%}
    {%- endfor %}
{%- endmacro %}
