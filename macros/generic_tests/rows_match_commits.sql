{#- Rows seen per object = rows that its commit says: an engine that skips a file, or stops at a truncated one, does not
    say so by itself. Reads the objects of the loads staged last; all of them with conservation_of: everything or
    --full-refresh. -#}
{% test rows_match_commits(model, content='records') %}
with

committed as (

    select source, stream, _object, row_count
    from {{ loads_to_check() }}
    where content = '{{ content }}'

),

seen as (

    select _object, count(*) as row_count
    from {{ model }}
    where _object in (select committed._object from committed)
    group by _object

)

select
    committed._object,
    committed.row_count as committed_rows,
    coalesce(seen.row_count, 0) as seen_rows
from committed
left join seen on committed._object = seen._object
where
    committed.row_count <> coalesce(seen.row_count, 0)
    {%- if content == 'records' %}
    and committed.source || '__' || committed.stream = '{{ model.identifier | replace("base_", "") }}'
    {%- endif %}
{% endtest %}

{#- The objects that the conservation tests read: those staged last in each stream, or all that were not removed, also
    after a full refresh, which reads them all again and would pass over one that is gone. Staged last is what was staged
    together with the newest load, whatever the clocks of stagings said. -#}
{% macro loads_to_check() -%}
(
    select objects.*
    from {{ source('headwater', 'objects') }} as objects
    {%- if var('conservation_of') != 'everything' and not flags.FULL_REFRESH %}
    inner join (
        select
            source,
            stream,
            staged_at,
            row_number() over (partition by source, stream order by _load_seq desc) as newest_first
        from {{ source('headwater', 'loads') }}
    ) as newest
        on objects.source = newest.source
        and objects.stream = newest.stream
        and objects.staged_at = newest.staged_at
        and newest.newest_first = 1
    {%- endif %}
    where
        {{ fits_warehouse('objects') }}
        and objects._object not in (select _object from {{ source('headwater', 'removals') }})
) as checked_objects
{%- endmacro %}
