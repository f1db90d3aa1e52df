-- Which fifteen users have the most followers now, and how many followings of them have ended.

with

follows as (

    select * from {{ ref('fct_follows') }}

),

users as (

    select * from {{ ref('dim_app_users') }}
    where is_current

),

counted as (

    select
        users.user_id,
        users.username,
        coalesce(users.username || ' (' || users.user_id || ')', users.user_id) as user_name,
        sum(case when follows.is_active then 1 else 0 end) as follower_count,
        sum(case when follows.is_active then 0 else 1 end) as ended_follow_count

    from follows
    inner join users
        on follows.followed_user_key = users.user_key
    group by users.user_id, users.username

),

ranked as (

    select
        *,
        row_number() over (order by follower_count desc, user_id asc) as place_in_list
    from counted

),

final as (

    select
        place_in_list,
        user_id,
        username,
        user_name,
        follower_count,
        ended_follow_count

    from ranked
    where place_in_list <= 15

)

select * from final
order by place_in_list
