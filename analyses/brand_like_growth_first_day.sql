-- How likes grow in the first 24 hours of a post: what posts had got when they were so many hours old, on average of
-- those that were fetched at that age.

with

metrics as (

    select * from {{ ref('fct_x_post_metrics') }}
    where like_count is not null

),

posts as (

    select * from {{ ref('fct_x_posts') }}
    where is_matched and not is_archived

),

-- Of a post that was edited the version counts that is shown.
aged as (

    select
        posts.logical_post_id,
        metrics.fetched_at,
        metrics.like_count,
        {{
            dbt.datediff('posts.created_at', 'metrics.fetched_at', 'second')
        }} as age_seconds

    from posts
    inner join metrics
        on posts.post_id = metrics.post_id
    where
        metrics.fetched_at >= posts.created_at
        and metrics.fetched_at < {{ dbt.dateadd('hour', 24, 'posts.created_at') }}

),

hours as (

    select
        *,
        cast((age_seconds - mod(age_seconds, 3600)) / 3600 as integer) as age_hours
    from aged

),

ranked as (

    select
        *,
        row_number() over (partition by logical_post_id, age_hours order by fetched_at desc) as newest_first
    from hours

),

counted as (

    select
        age_hours,
        count(*) as post_count,
        sum(like_count) as like_count,
        sum(case when like_count = 0 then 1 else 0 end) as unliked_count

    from ranked
    where newest_first = 1
    group by age_hours

),

final as (

    select
        age_hours,
        post_count,
        {{ exact_ratio('like_count', 'post_count', 2) }} as avg_like_count,
        {{ exact_ratio('unliked_count', 'post_count', 4) }} as unliked_share

    from counted

)

select * from final
order by age_hours
