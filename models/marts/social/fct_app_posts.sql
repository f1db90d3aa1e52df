-- Posts of the app; of several events about one post the earliest tells it.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='post_id',
        pre_hook="{{ start_over_with(ref('int_app_events_classified')) }}",
    )
}}

with

posts as (

    select * from {{ ref('int_app_events_classified') }}
    where event_kind = 'post'

),

changed_posts as (

    select distinct post_id from posts

    {{ where_changed() }}

),

ranked as (

    select
        posts.*,
        row_number() over (
            partition by posts.post_id
            order by posts.occurred_at, posts.received_at nulls last, posts.event_id
        ) as event_number,
        count(*) over (partition by posts.post_id) as event_count,
        max(posts._changed_seq) over (partition by posts.post_id) as newest_changed_seq,
        coalesce(posts.post_created_at, posts.occurred_at) as published_at

    from posts
    inner join changed_posts
        on posts.post_id = changed_posts.post_id

),

final as (

    select
        post_id,
        coalesce(post_author_id, user_id) as user_id,
        {{ surrogate_key(['author_user_id']) }} as user_key,
        post_body,
        cast(length(post_body) as integer) as body_length,
        post_language as language,
        published_at,
        cast(published_at as date) as published_date,
        event_id,
        received_at,
        event_count,
        newest_changed_seq as _changed_seq

    from ranked
    where event_number = 1

)

select * from final
