-- What happened in the web app on each of the ninety days before the newest load?

with

daily as (

    select * from {{ ref('social_daily') }}

),

newest as (

    select cast(max(last_loaded_at) as date) as last_date
    from {{ ref('stream_freshness') }}
    where source = 'web_events'

),

dates as (

    select
        dim_date.date_day,
        newest.last_date
    from {{ ref('dim_date') }} as dim_date
    cross join newest
    where
        dim_date.date_day < newest.last_date
        and dim_date.date_day >= {{ dbt.dateadd('day', -90, 'newest.last_date') }}

),

first_day as (

    select min(daily.date_day) as first_date
    from daily
    inner join dates
        on daily.date_day = dates.date_day

),

-- Days without anything are days, too, once there has been something.
final as (

    select
        dates.date_day,
        coalesce(daily.post_count, 0) as post_count,
        coalesce(daily.active_user_count, 0) as active_user_count,
        coalesce(daily.posting_user_count, 0) as posting_user_count,
        coalesce(daily.begun_follow_count, 0) as begun_follow_count,
        coalesce(daily.ended_follow_count, 0) as ended_follow_count,
        coalesce(daily.net_follow_count, 0) as net_follow_count

    from dates
    inner join first_day
        on dates.date_day >= first_day.first_date
    left join daily
        on dates.date_day = daily.date_day

)

select * from final
order by date_day
