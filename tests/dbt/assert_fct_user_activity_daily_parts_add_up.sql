-- Days whose counts by kind do not add up to their events, without events, or with events of another day.

with

activity as (

    select * from {{ ref('fct_user_activity_daily') }}

),

final as (

    select activity_key from activity
    where
        post_count + follow_count + unfollow_count + profile_change_count + other_event_count <> event_count
        or event_count < 1
        or first_event_at > last_event_at
        or cast(first_event_at as date) <> activity_date
        or cast(last_event_at as date) <> activity_date

)

select * from final
