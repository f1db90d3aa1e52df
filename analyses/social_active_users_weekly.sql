-- How many users were active in each of the newest twenty-six weeks, how many of them posted, and how many posts they
-- sent, resends included.

with

activity as (

    select * from {{ ref('fct_user_activity_daily') }}
    where user_id <> '(anonymous)'

),

dates as (

    select * from {{ ref('dim_date') }}

),

newest as (

    select cast(max(last_loaded_at) as date) as last_date
    from {{ ref('stream_freshness') }}
    where source = 'web_events'

),

final as (

    select
        dates.week_start_date,
        count(distinct activity.user_key) as active_user_count,
        count(distinct case when activity.post_count > 0 then activity.user_key end) as posting_user_count,
        sum(activity.post_count) as post_count

    from activity
    inner join dates
        on activity.activity_date = dates.date_day
    cross join newest
    where
        dates.date_day <= newest.last_date
        and dates.week_start_date > {{ dbt.dateadd('week', -26, 'newest.last_date') }}
    group by dates.week_start_date

)

select * from final
order by week_start_date
