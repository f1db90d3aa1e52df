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

records as (

    {%- for stream in streams() %}
    select
        cast({{ literal(stream.source) }} as varchar(65535)) as source,
        cast({{ literal(stream.name) }} as varchar(65535)) as stream,
        (select count(*) from {{ ref(stream.base) }} where cast_errors is null) as clean_count,
        (select count(*) from {{ ref(stream.base) }} where cast_errors is not null) as faulty_count,
        (select count(*) from {{ ref(stream.corrected) }} where cast_errors is null) as corrected_count,
        (select count(*) from {{ ref(stream.base | replace('base_', 'stg_')) }}) as counted_count
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        records.source,
        records.stream,
        cast(landed.landed_count as bigint) as landed_count,
        cast(records.counted_count as bigint) as counted_count,
        cast(records.clean_count + records.corrected_count - records.counted_count as bigint) as superseded_count,
        cast(
            records.faulty_count - records.corrected_count + coalesce(too_large.too_large_count, 0) as bigint
        ) as rejected_count,
        cast(coalesce(removed.removed_count, 0) as bigint) as removed_count,
        cast(
            landed.landed_count
            - records.clean_count
            - records.faulty_count
            - coalesce(too_large.too_large_count, 0)
            - coalesce(removed.removed_count, 0) as bigint
        ) as lost_count,
        cast(landed.unreadable_count as bigint) as unreadable_count

    from records
    inner join landed
        on records.source = landed.source and records.stream = landed.stream
    left join removed
        on records.source = removed.source and records.stream = removed.stream
    left join too_large
        on records.source = too_large.source and records.stream = too_large.stream

)

select * from final
