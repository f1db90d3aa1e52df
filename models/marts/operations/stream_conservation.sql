-- Whether anything is lost: what became of all that was ever landed.
--
-- A view, since it hangs on stg: behind a closed gate it is not made anew, and tells the truth all the same.
{{ config(materialized='view') }}

with

landed as (

    select
        source,
        stream,
        sum(landed_count) as landed_count,
        sum(rejected_count) as unreadable_count
    from {{ ref('loads') }}
    group by source, stream

),

documents as (

    select
        source,
        stream,
        sum(document_count) as document_count,
        sum(empty_count) as empty_count,
        sum(unread_count) as unread_count
    from {{ source('headwater', 'inputs') }}
    group by source, stream

),

removed as (

    select
        objects.source,
        objects.stream,
        sum(objects.row_count) as removed_count
    from {{ source('headwater', 'objects') }} as objects
    inner join {{ source('headwater', 'removals') }} as removals
        on objects._object = removals._object
    where objects.content = 'records'
    group by objects.source, objects.stream

),

too_large as (

    select
        source,
        stream,
        count(*) as too_large_count
    from {{ ref('rejects') }}
    where kind = 'staging'
    group by source, stream

),

base as (

    {%- for stream in streams() %}
    select
        cast({{ literal(stream.source) }} as varchar(65535)) as source,
        cast({{ literal(stream.name) }} as varchar(65535)) as stream,
        count(case when cast_errors is null then 1 end) as clean_count,
        count(cast_errors) as faulty_count
    from {{ ref(stream.base) }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

corrected as (

    {%- for stream in streams() %}
    select
        cast({{ literal(stream.source) }} as varchar(65535)) as source,
        cast({{ literal(stream.name) }} as varchar(65535)) as stream,
        count(case when cast_errors is null then 1 end) as clean_count
    from {{ ref(stream.corrected) }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

counted as (

    {%- for stream in streams() %}
    select
        cast({{ literal(stream.source) }} as varchar(65535)) as source,
        cast({{ literal(stream.name) }} as varchar(65535)) as stream,
        count(*) as counted_count
    from {{ ref(stream.base | replace('base_', 'stg_')) }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        base.source,
        base.stream,
        cast(landed.landed_count as bigint) as landed_count,
        cast(counted.counted_count as bigint) as counted_count,
        cast(base.clean_count + corrected.clean_count - counted.counted_count as bigint) as superseded_count,
        cast(
            base.faulty_count - corrected.clean_count + coalesce(too_large.too_large_count, 0) as bigint
        ) as rejected_count,
        cast(coalesce(removed.removed_count, 0) as bigint) as removed_count,
        cast(
            landed.landed_count
            - base.clean_count
            - base.faulty_count
            - coalesce(too_large.too_large_count, 0)
            - coalesce(removed.removed_count, 0) as bigint
        ) as lost_count,
        cast(landed.unreadable_count as bigint) as unreadable_count,
        cast(coalesce(documents.document_count, 0) as bigint) as document_count,
        cast(coalesce(documents.empty_count, 0) as bigint) as empty_count,
        cast(coalesce(documents.unread_count, 0) as bigint) as unread_count

    from base
    inner join corrected
        on base.source = corrected.source and base.stream = corrected.stream
    inner join counted
        on base.source = counted.source and base.stream = counted.stream
    inner join landed
        on base.source = landed.source and base.stream = landed.stream
    left join documents
        on base.source = documents.source and base.stream = documents.stream
    left join removed
        on base.source = removed.source and base.stream = removed.stream
    left join too_large
        on base.source = too_large.source and base.stream = too_large.stream

)

select * from final
