-- Queries whose hours count more or fewer mentions or likes than there are, and hours whose parts are more than the
-- whole.

with

hours as (

    select * from {{ ref('brand_mentions_hourly') }}

),

counted as (

    select
        query_key,
        sum(mention_count) as mention_count,
        sum(like_count) as like_count

    from hours
    group by query_key

),

expected as (

    select
        mentions.query_key,
        count(*) as mention_count,
        sum(posts.like_count) as like_count

    from {{ ref('fct_brand_mentions') }} as mentions
    inner join {{ ref('fct_x_posts') }} as posts
        on mentions.logical_post_id = posts.logical_post_id
    group by mentions.query_key

),

final as (

    select
        coalesce(expected.query_key, counted.query_key) as query_key,
        expected.mention_count as expected_count,
        counted.mention_count as counted_count

    from expected
    full outer join counted
        on expected.query_key = counted.query_key
    where
        coalesce(expected.mention_count, 0) <> coalesce(counted.mention_count, 0)
        or coalesce(expected.like_count, 0) <> coalesce(counted.like_count, 0)

    union all

    select
        query_key,
        mention_count as expected_count,
        author_count as counted_count

    from hours
    where
        mention_count < 1
        or author_count not between 1 and mention_count
        or retweet_mention_count > mention_count
        or hashtag_mention_count > mention_count
        or cast(hour_start_at as date) <> mentioned_date

)

select * from final
