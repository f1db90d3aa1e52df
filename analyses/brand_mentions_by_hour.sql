-- How often each query's brand was mentioned in each hour of the newest 14 days, for the 12 queries that found most.

with

hours as (

    select * from {{ ref('brand_mentions_hourly') }}

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'x'

),

past_hours as (

    select
        hours.*,
        max(hours.hour_start_at) over () as last_hour_start_at

    from hours
    inner join newest_load
        on hours.hour_start_at <= newest_load.loaded_at

),

recent_hours as (

    select
        *,
        sum(mention_count) over (partition by query_key) as query_mention_count
    from past_hours
    where hour_start_at > {{ dbt.dateadd('day', -14, 'last_hour_start_at') }}

),

ranked as (

    select
        *,
        dense_rank() over (order by query_mention_count desc, query asc) as query_rank
    from recent_hours

),

final as (

    select
        query_rank,
        query,
        hour_start_at,
        mention_count,
        author_count

    from ranked
    where query_rank <= 12

)

select * from final
order by query_rank, hour_start_at
