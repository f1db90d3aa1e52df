-- How the likes of single posts grew: the six posts that gained most while they were fetched again in the newest 30
-- days.

with

metrics as (

    select * from {{ ref('fct_x_post_metrics') }}
    where like_count is not null

),

posts as (

    select * from {{ ref('fct_x_posts') }}
    where is_matched

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'x'

),

-- Of a post that was edited the version counts that is shown.
past_fetches as (

    select
        posts.logical_post_id,
        posts.post_text,
        posts.created_at,
        metrics.fetched_at,
        metrics.like_count,
        max(metrics.fetched_at) over () as last_fetched_at

    from posts
    inner join metrics
        on posts.post_id = metrics.post_id
    inner join newest_load
        on metrics.fetched_at <= newest_load.loaded_at

),

recent_fetches as (

    select
        *,
        row_number() over (partition by logical_post_id order by fetched_at desc) as newest_first
    from past_fetches
    where fetched_at > {{ dbt.dateadd('day', -30, 'last_fetched_at') }}

),

compared as (

    select
        *,
        count(*) over (partition by logical_post_id) as fetch_count,
        first_value(like_count) over (
            partition by logical_post_id
            order by fetched_at
            rows between unbounded preceding and unbounded following
        ) as first_like_count,
        last_value(like_count) over (
            partition by logical_post_id
            order by fetched_at
            rows between unbounded preceding and unbounded following
        ) as last_like_count

    from recent_fetches
    where newest_first <= 500

),

ranked as (

    select
        *,
        dense_rank() over (order by last_like_count - first_like_count desc, logical_post_id asc) as post_rank
    from compared
    where fetch_count > 1

),

final as (

    select
        post_rank,
        cast(post_rank as varchar(20)) || ': ' || coalesce(left(post_text, 26), '') as post,
        logical_post_id,
        created_at,
        fetched_at,
        like_count,
        last_like_count - first_like_count as like_growth

    from ranked
    where post_rank <= 6

)

select * from final
order by post_rank, fetched_at
