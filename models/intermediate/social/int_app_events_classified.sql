-- What each event means in the app and which app users it names; no other model knows the names of events.

with

events as (

    select * from {{ ref('stg_web_events__events') }}

),

kinds as (

    select
        *,
        case
            -- An identify call without a user tells of a device, not of anybody's profile.
            when event_type = 'identify' and user_id is not null then 'profile_change'
            when event_type = 'track' and event_name = 'Post Created' then 'post'
            when event_type = 'track' and event_name = 'Follow User' then 'follow'
            when event_type = 'track' and event_name = 'Unfollow User' then 'unfollow'
            else 'other'
        end as event_kind

    from events

),

final as (

    select
        event_id,
        event_kind,
        user_id,

        -- Every event belongs to somebody, so that no fact is without its user.
        coalesce(user_id, '(anonymous)') as actor_user_id,

        case
            when event_kind = 'post' then coalesce(post_author_id, user_id, '(anonymous)')
        end as author_user_id,
        case when event_kind in ('follow', 'unfollow') then followed_user_id end as followed_user_id,
        post_id,
        post_author_id,
        post_body,
        post_language,
        post_created_at,
        username,
        email,
        about_me,
        location,
        last_seen_at,
        occurred_at,
        received_at,
        _changed_seq

    from kinds

)

select * from final
