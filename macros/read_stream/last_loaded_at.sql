{#- When a stream was last loaded, or looked at without finding anything new, for the freshness of its source: asked of the
    log, without opening the lake. -#}
{% macro last_loaded_at(source_name, stream_name) -%}
    {%- set of_stream = 'where source = ' ~ literal(source_name) ~ ' and stream = ' ~ literal(stream_name) -%}
    select max(moment)
    from (
        select _loaded_at as moment from {{ source('headwater', 'loads') }}
        {{ of_stream }}
        union all
        select seen_at from {{ source('headwater', 'heartbeats') }}
        {{ of_stream }}
    ) as moments
{%- endmacro %}
