{#- The rows of a raw relation that this model has not read yet, as a relation or a subquery.

    On an incremental run the new loads are written into the query as literals, on DuckDB their files, so that nothing
    else of the lake is listed or opened, however long its history. In a unit test the relation is the fixture. -#}
{% macro landed(relation) -%}
    {%- if relation.is_cte or not execute -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- if flags.WHICH in ('build', 'run') and not load_relation(relation) -%}
        {{ exceptions.raise_compiler_error(
            relation ~ ' is not there, nothing has been staged; run `headwater stage` and then dbt again'
        ) }}
    {%- endif -%}
    {%- if not is_incremental() -%}
        {{ return(relation) }}
    {%- endif -%}
    {{ return(adapter.dispatch('rows_of_objects', 'headwater')(relation, new_objects(relation))) }}
{%- endmacro %}

{#- The rows of chosen objects, as the raw relation would show them. It shows those of staged commits only, so a range of
    loads a stream names them all, however many: a statement that named each would grow beyond what an engine takes. The
    upper end keeps out what is staged while dbt runs; the warehouses prune by these numbers. -#}
{% macro default__rows_of_objects(relation, objects) -%}
    {%- set ranges = {} -%}
    {%- for _, load_seq, source_name, stream_name in objects -%}
        {%- set place = (source_name, stream_name) -%}
        {%- set first = ranges.get(place, (load_seq | int, none))[0] -%}
        {%- do ranges.update({place: (first, load_seq | int)}) -%}
    {%- endfor -%}
    {%- set conditions = [] -%}
    {%- for (source_name, stream_name), (first, last) in ranges.items() -%}
        {%- set of_stream = 'source = ' ~ literal(source_name) ~ ' and stream = ' ~ literal(stream_name) ~ ' and ' -%}
        {%- do conditions.append(
            (of_stream if relation.identifier == 'rejects' else '') ~ '_load_seq between ' ~ first ~ ' and ' ~ last
        ) -%}
    {%- endfor -%}
    {%- set query -%}
(
    select * from {{ relation }}
    where {{ conditions | join('\n        or ') or '_load_seq < 0' }}
)
    {%- endset -%}
    {{ return(query) }}
{%- endmacro %}

{#- The objects of the loads after the newest one of their stream that this model holds: key, load, source and stream, in the
    order of stream and load. The rejects of all streams are one relation; every other relation is one stream. -#}
{% macro new_objects(relation) -%}
    {%- set stream = relation.identifier.split('__') -%}
    {%- set query -%}
        select objects._object, objects._load_seq, objects.source, objects.stream
        from {{ source('headwater', 'objects') }} as objects
        left join (
            select source, stream, max(_load_seq) as _load_seq from {{ this }} group by source, stream
        ) as held
            on objects.source = held.source and objects.stream = held.stream
        where objects._load_seq > coalesce(held._load_seq, 0)
            {%- if relation.identifier == 'rejects' %}
            and objects.content = 'rejects'
            {%- else %}
            and objects.content = 'records'
            and objects.source = {{ literal(stream[0]) }} and objects.stream = {{ literal(stream[1]) }}
            {%- endif %}
            and {{ fits_warehouse('objects') }}
            and objects._object not in (select _object from {{ source('headwater', 'removals') }})
        order by objects.source, objects.stream, objects._load_seq, objects._object
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{%- endmacro %}
