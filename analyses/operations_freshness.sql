-- How far has each stream come: its newest load, and the newest thing that it tells of?

with

streams as (

    select * from {{ ref('stream_freshness') }}

),

final as (

    select
        source || '.' || stream as stream,
        source,
        last_loaded_at,
        -- clocks of clients are wrong: nothing is newer than the load that told of it
        case when last_event_at <= last_loaded_at then last_event_at end as last_event_at,
        load_count,
        landed_count,
        open_reject_count

    from streams

)

select * from final
order by stream
