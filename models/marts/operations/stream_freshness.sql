-- How far each stream has come: the newest load, the newest event, and what is open.
with

loads as (

    select * from {{ ref('loads') }}

),

rejects as (

    select
        source,
        stream,
        cast(count(*) as bigint) as open_reject_count
    from {{ ref('rejects') }}
    where state = 'open'
    group by source, stream

),

events as (

    select
        cast('web_events' as varchar(65535)) as source,
        cast('events' as varchar(65535)) as stream,
        max(occurred_at) as last_event_at
    from {{ ref('stg_web_events__events') }}
    union all
    select
        cast('web_events' as varchar(65535)) as source,
        cast('delivery_errors' as varchar(65535)) as stream,
        max(arrived_at) as last_event_at
    from {{ ref('stg_web_events__delivery_errors') }}

),

totals as (

    select
        source,
        stream,
        cast(count(*) as bigint) as load_count,
        max(loaded_at) as last_loaded_at,
        cast(sum(landed_count) as bigint) as landed_count,
        cast(sum(rejected_count) as bigint) as landing_reject_count
    from loads
    group by source, stream

),

final as (

    select
        totals.source,
        totals.stream,
        totals.load_count,
        totals.last_loaded_at,
        events.last_event_at,
        totals.landed_count,
        totals.landing_reject_count,
        coalesce(rejects.open_reject_count, 0) as open_reject_count
    from totals
    left join rejects on totals.source = rejects.source and totals.stream = rejects.stream
    left join events on totals.source = events.source and totals.stream = events.stream

)

select * from final
