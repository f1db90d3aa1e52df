{#- When a stream was last loaded, for the freshness of its source: asked of the log, without opening the lake. -#}
{% macro last_loaded_at(source_name, stream_name) -%}
    select max(_loaded_at) from {{ source('headwater', 'loads') }}
    where source = {{ literal(source_name) }} and stream = {{ literal(stream_name) }}
{%- endmacro %}
