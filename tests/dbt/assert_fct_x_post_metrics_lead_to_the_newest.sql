-- Moments of a post that were not counted or twice, growth that does not lead from one to the next, and posts that show
-- other likes than the newest moment of the version they show.

with

metrics as (

    select * from {{ ref('fct_x_post_metrics') }}

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

moments as (

    select
        post_id,
        count(distinct fetched_at) as moment_count
    from {{ ref('int_x_post_sightings') }}
    where
        fetched_at is not null
        and coalesce(like_count, repost_count, reply_count, quote_count, bookmark_count, impression_count) is not null
    group by post_id

),

counted as (

    select
        post_id,
        count(*) as moment_count,
        max(fetched_at) as last_fetched_at
    from metrics
    group by post_id

),

final as (

    select
        cast('moments' as varchar(65535)) as what,
        coalesce(moments.post_id, counted.post_id) as post_id,
        moments.moment_count as expected,
        counted.moment_count as found

    from moments
    full outer join counted
        on moments.post_id = counted.post_id
    where coalesce(moments.moment_count, 0) <> coalesce(counted.moment_count, 0)

    union all

    select
        cast('growth' as varchar(65535)) as what,
        metrics.post_id,
        metrics.like_count - previous.like_count as expected,
        metrics.like_count_change as found

    from metrics
    left join metrics as previous
        on metrics.post_id = previous.post_id and metrics.previous_fetched_at = previous.fetched_at
    where
        coalesce(metrics.like_count - previous.like_count, -1) <> coalesce(metrics.like_count_change, -1)
        or (previous.post_id is null and metrics.previous_fetched_at is not null)

    union all

    select
        cast('newest' as varchar(65535)) as what,
        posts.post_id,
        metrics.like_count as expected,
        posts.like_count as found

    from posts
    inner join counted
        on posts.post_id = counted.post_id
    inner join metrics
        on counted.post_id = metrics.post_id and counted.last_fetched_at = metrics.fetched_at
    where
        coalesce(posts.like_count, -1) <> coalesce(metrics.like_count, -1)
        or posts.metrics_fetched_at <> metrics.fetched_at

)

select * from final
