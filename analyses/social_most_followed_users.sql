-- Which fifteen users have the most followers now, and how many followings of them have ended.

with

follows as (

    select * from {{ ref('fct_follows') }}

),

users as (

    select * from {{ ref('dim_app_users') }}
    where is_current

),

final as (

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

)

select * from final
order by follower_count desc, user_id asc
limit 15
