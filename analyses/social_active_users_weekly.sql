-- How many users were active in each week, how many of them posted, and how many posts they sent.

with

activity as (

    select * from {{ ref('fct_user_activity_daily') }}
    where user_id <> '(anonymous)'

),

dates as (

    select * from {{ ref('dim_date') }}

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
    group by dates.week_start_date

)

select * from final
order by week_start_date
