-- What was asked for when, in the shape of the original's table `unfollows`; fct_follows tells what came of it.
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_app_events_classified') }}
    where event_kind = 'unfollow'

),

final as (

    select
        event_id,
        actor_user_id as user_id,
        followed_user_id as user_id_recipient,
        occurred_at

    from events

)

select * from final
