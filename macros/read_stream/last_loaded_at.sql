{#- When a stream was last loaded, or looked at without finding anything new, for the freshness of its source: asked of the
    log, without opening the lake. Now, of a stream that is not used: nothing is to come. -#}
{% macro last_loaded_at(source_name, stream_name) -%}
    {%- if is_off(source_name ~ '.' ~ stream_name) -%}
    select {{ changed_at() }}
    {%- else -%}
    {%- set of_stream = 'where source = ' ~ literal(source_name) ~ ' and stream = ' ~ literal(stream_name) -%}
    select max(moment)
    from (
        select _loaded_at as moment from {{ source('headwater', 'loads') }}
        {{ of_stream }}
        union all
        select seen_at from {{ source('headwater', 'heartbeats') }}
        {{ of_stream }}
    ) as moments
    {%- endif -%}
{%- endmacro %}

{#- Whether the variable streams_off names a stream, `<source>.<stream>`, or its source. -#}
{% macro is_off(place) -%}
    {{ return(place in var('streams_off', []) or place.split('.')[0] in var('streams_off', [])) }}
{%- endmacro %}
