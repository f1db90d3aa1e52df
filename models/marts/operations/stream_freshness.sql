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

-- From base, so that a stream whose gate is closed is seen here, too.
events as (

    {%- for stream in streams() %}
    select
        cast({{ literal(stream.source) }} as varchar(65535)) as source,
        cast({{ literal(stream.name) }} as varchar(65535)) as stream,
        max({{ stream.event_at }}) as last_event_at
    from {{ ref(stream.base) }}
    where cast_errors is null
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

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
    where
        1 = 1
        {%- for stream in streams() if is_off(stream.place) %}
        and not (totals.source = {{ literal(stream.source) }} and totals.stream = {{ literal(stream.name) }})
        {%- endfor %}

)

select * from final
