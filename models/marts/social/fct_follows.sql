-- Who followed whom, from when until when.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['follower_user_id', 'followed_user_id'],
        pre_hook="{{ start_over_with(ref('int_app_events_classified')) }}",
    )
}}

with

events as (

    select
        event_id,
        event_kind,
        actor_user_id as follower_user_id,
        followed_user_id,
        occurred_at,
        received_at,
        _changed_seq

    from {{ ref('int_app_events_classified') }}
    where event_kind in ('follow', 'unfollow')

),

-- All intervals of a pair of users are made again, since an event that arrives late can close or split any of them.
changed_pairs as (

    select distinct
        follower_user_id,
        followed_user_id

    from events

    {{ where_changed() }}

),

-- A follow comes before an unfollow of the very same times, as it does in the alphabet.
ordered as (

    select
        events.*,
        row_number() over (
            partition by events.follower_user_id, events.followed_user_id
            order by events.occurred_at, events.received_at nulls last, events.event_kind, events.event_id
        ) as event_number

    from events
    inner join changed_pairs
        on
            events.follower_user_id = changed_pairs.follower_user_id
            and events.followed_user_id = changed_pairs.followed_user_id

),

preceded as (

    select
        *,
        lag(event_kind) over (
            partition by follower_user_id, followed_user_id
            order by event_number
        ) as previous_kind,
        max(_changed_seq) over (partition by follower_user_id, followed_user_id) as newest_changed_seq

    from ordered

),

-- An event of the kind of the one before it is a repeat; after the first interval only a follow begins another.
marked as (

    select
        *,
        case when event_kind = previous_kind then 1 else 0 end as is_repeat,
        case when event_kind = 'follow' and previous_kind = 'unfollow' then 1 else 0 end as begins_interval

    from preceded

),

numbered as (

    select
        *,
        sum(begins_interval) over (
            partition by follower_user_id, followed_user_id
            order by event_number
            rows between unbounded preceding and current row
        ) as interval_number

    from marked

),

intervals as (

    select
        follower_user_id,
        followed_user_id,
        interval_number,
        max(case when event_kind = 'follow' and is_repeat = 0 then occurred_at end) as followed_at,
        max(case when event_kind = 'unfollow' and is_repeat = 0 then occurred_at end) as unfollowed_at,
        max(case when event_kind = 'follow' and is_repeat = 0 then event_id end) as follow_event_id,
        max(case when event_kind = 'unfollow' and is_repeat = 0 then event_id end) as unfollow_event_id,
        count(*) as event_count,
        max(newest_changed_seq) as _changed_seq

    from numbered
    group by follower_user_id, followed_user_id, interval_number

),

final as (

    select
        {{ surrogate_key(['coalesce(follow_event_id, unfollow_event_id)']) }} as follow_key,
        follower_user_id,
        followed_user_id,
        {{ surrogate_key(['follower_user_id']) }} as follower_user_key,
        {{ surrogate_key(['followed_user_id']) }} as followed_user_key,
        followed_at,
        unfollowed_at,
        cast(followed_at as date) as followed_date,
        cast(unfollowed_at as date) as unfollowed_date,
        unfollowed_at is null as is_active,
        follow_event_id,
        unfollow_event_id,
        event_count,
        _changed_seq

    from intervals

)

select * from final
