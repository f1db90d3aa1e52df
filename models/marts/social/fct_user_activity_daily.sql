-- What each user did on each day; every event is counted once.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_id',
        pre_hook="{{ start_over_with(ref('int_app_events_classified')) }}",
    )
}}

with

events as (

    select
        event_kind,
        actor_user_id as user_id,
        cast(occurred_at as date) as activity_date,
        occurred_at,
        _changed_seq

    from {{ ref('int_app_events_classified') }}

),

-- All days of a user are made again: a duplicate that was received earlier can move its event to another day.
changed_users as (

    select distinct user_id from events

    {{ where_changed() }}

),

days as (

    select
        events.user_id,
        events.activity_date,
        count(*) as event_count,
        sum(case when events.event_kind = 'post' then 1 else 0 end) as post_count,
        sum(case when events.event_kind = 'follow' then 1 else 0 end) as follow_count,
        sum(case when events.event_kind = 'unfollow' then 1 else 0 end) as unfollow_count,
        sum(case when events.event_kind = 'profile_change' then 1 else 0 end) as profile_change_count,
        sum(case when events.event_kind = 'other' then 1 else 0 end) as other_event_count,
        min(events.occurred_at) as first_event_at,
        max(events.occurred_at) as last_event_at,
        max(events._changed_seq) as _changed_seq

    from events
    inner join changed_users
        on events.user_id = changed_users.user_id
    group by events.user_id, events.activity_date

),

-- The number of a day is one text everywhere; a date as text depends on the settings of the warehouse.
numbered as (

    select
        *,
        {{
            dbt.datediff("cast('1970-01-01' as date)", 'activity_date', 'day')
        }} as day_number

    from days

),

final as (

    select
        {{ surrogate_key(['user_id', 'cast(day_number as varchar(20))']) }} as activity_key,
        activity_date,
        user_id,
        {{ surrogate_key(['user_id']) }} as user_key,
        cast(event_count as bigint) as event_count,
        cast(post_count as bigint) as post_count,
        cast(follow_count as bigint) as follow_count,
        cast(unfollow_count as bigint) as unfollow_count,
        cast(profile_change_count as bigint) as profile_change_count,
        cast(other_event_count as bigint) as other_event_count,
        first_event_at,
        last_event_at,
        _changed_seq

    from numbered

)

select * from final
