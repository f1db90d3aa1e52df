-- Is anything lost? What became of all records of each stream.

with

streams as (

    select * from {{ ref('stream_conservation') }}

),

final as (

    select
        source || '.' || stream as stream,
        landed_count,
        counted_count,
        superseded_count,
        rejected_count,
        removed_count,
        lost_count,
        unreadable_count

    from streams

)

select * from final
order by stream
