-- What happened in the web app on each day: the one place where its posts, active users and follows are counted by day.
{{
    config(
        dist='all',
        sort='date_day',
    )
}}

with

posts as (

    select
        published_date as date_day,
        count(*) as post_count
    from {{ ref('fct_app_posts') }}
    group by published_date

),

activity as (

    select
        activity_date as date_day,
        count(*) as active_user_count,
        sum(case when post_count > 0 then 1 else 0 end) as posting_user_count
    from {{ ref('fct_user_activity_daily') }}
    where user_id <> '(anonymous)'
    group by activity_date

),

begun as (

    select
        followed_date as date_day,
        count(*) as begun_follow_count
    from {{ ref('fct_follows') }}
    where followed_date is not null
    group by followed_date

),

ended as (

    select
        unfollowed_date as date_day,
        count(*) as ended_follow_count
    from {{ ref('fct_follows') }}
    where unfollowed_date is not null
    group by unfollowed_date

),

days as (

    select date_day from posts
    union
    select date_day from activity
    union
    select date_day from begun
    union
    select date_day from ended

),

counted as (

    select
        days.date_day,
        coalesce(posts.post_count, 0) as post_count,
        coalesce(activity.active_user_count, 0) as active_user_count,
        coalesce(activity.posting_user_count, 0) as posting_user_count,
        coalesce(begun.begun_follow_count, 0) as begun_follow_count,
        coalesce(ended.ended_follow_count, 0) as ended_follow_count,
        coalesce(begun.begun_follow_count, 0) - coalesce(ended.ended_follow_count, 0) as net_follow_count

    from days
    left join posts
        on days.date_day = posts.date_day
    left join activity
        on days.date_day = activity.date_day
    left join begun
        on days.date_day = begun.date_day
    left join ended
        on days.date_day = ended.date_day

),

final as (

    select
        date_day,
        cast(post_count as bigint) as post_count,
        cast(active_user_count as bigint) as active_user_count,
        cast(posting_user_count as bigint) as posting_user_count,
        cast(begun_follow_count as bigint) as begun_follow_count,
        cast(ended_follow_count as bigint) as ended_follow_count,
        cast(net_follow_count as bigint) as net_follow_count,
        cast(
            sum(net_follow_count) over (
                order by date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as net_follow_count_to_date

    from counted

)

select * from final
