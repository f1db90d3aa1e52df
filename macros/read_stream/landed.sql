{#- The rows of a raw relation that this model has not read yet, as a relation or a subquery.

    On an incremental run the objects of the new loads are written into the query as literals, so that nothing else of
    the lake is listed or opened, however long its history. In a unit test the relation is the fixture. -#}
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

{#- The rows of chosen objects, as the raw relation would show them. -#}
{% macro default__rows_of_objects(relation, objects) -%}
    {%- set names, loads = ["''"], [0] -%}
    {%- for object in objects -%}
        {%- do names.append(literal(object[0])) -%}
        {%- do loads.append(object[2] | int) -%}
    {%- endfor -%}
    {#- the numbers of the loads are what the warehouses prune by -#}
    {%- set query -%}
(
    select * from {{ relation }}
    where _load_seq in ({{ loads | unique | join(', ') }}) and _object in ({{ names | join(', ') }})
)
    {%- endset -%}
    {{ return(query) }}
{%- endmacro %}

{#- The objects of the loads after the newest one of their stream that this model holds: key, address and load. The rejects
    of all streams are one relation; every other relation is one stream. -#}
{% macro new_objects(relation) -%}
    {%- set stream = relation.identifier.split('__') -%}
    {%- set query -%}
        select objects._object, objects._url, objects._load_seq
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
