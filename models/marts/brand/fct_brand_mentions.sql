-- Which posts answered which query: a post may answer several.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='logical_post_id',
        post_hook="{{ delete_gone('(select logical_post_id from ' ~ ref('int_x_post_sightings')
            ~ ' where is_match and query is not null) as matched', 'logical_post_id') }}",
    )
}}

with

changed_posts as (

    select * from {{ ref('fct_x_posts') }}

    {{ where_changed() }}

),

-- What a page of answers merely refers to was not asked for.
matches as (

    select
        query,
        logical_post_id,
        min(fetched_at) as first_matched_at,
        max(fetched_at) as last_matched_at,
        count(*) as match_count

    from {{ ref('int_x_post_sightings') }}
    where is_match and query is not null
    group by query, logical_post_id

),

final as (

    select
        {{ surrogate_key(['matches.query', 'matches.logical_post_id']) }} as mention_key,
        {{ surrogate_key(['matches.query']) }} as query_key,
        matches.logical_post_id,
        changed_posts.user_key,
        coalesce(changed_posts.created_at, matches.first_matched_at) as mentioned_at,
        cast(coalesce(changed_posts.created_at, matches.first_matched_at) as date) as mentioned_date,
        matches.first_matched_at,
        matches.last_matched_at,
        matches.match_count,
        changed_posts._changed_seq

    from matches
    inner join changed_posts
        on matches.logical_post_id = changed_posts.logical_post_id

)

select * from final
