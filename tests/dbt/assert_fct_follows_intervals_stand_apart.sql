-- Intervals of following that end before they begin, have neither end, or begin before the one before them has ended.

with

follows as (

    select * from {{ ref('fct_follows') }}

),

compared as (

    select
        follow_key,
        follower_user_id,
        followed_user_id,
        followed_at,
        unfollowed_at,
        is_active,
        row_number() over (
            partition by follower_user_id, followed_user_id
            order by coalesce(followed_at, unfollowed_at), unfollowed_at nulls last
        ) as interval_number,
        lag(coalesce(unfollowed_at, cast('9999-12-31' as timestamp))) over (
            partition by follower_user_id, followed_user_id
            order by coalesce(followed_at, unfollowed_at), unfollowed_at nulls last
        ) as previous_end_at

    from follows

),

final as (

    select *
    from compared
    where
        unfollowed_at < followed_at
        or (followed_at is null and unfollowed_at is null)
        or is_active <> (unfollowed_at is null)
        or (interval_number > 1 and followed_at is null)
        or followed_at < previous_end_at

)

select * from final
