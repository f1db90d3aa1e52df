-- How much was written of each query's brand in each hour, by whom, and how it was received.

{% set metrics = ['like_count', 'repost_count', 'reply_count', 'quote_count', 'impression_count'] %}

with

mentions as (

    select
        *,
        cast({{ dbt.date_trunc('hour', 'mentioned_at') }} as timestamp) as hour_start_at
    from {{ ref('fct_brand_mentions') }}

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

queries as (

    select * from {{ ref('dim_search_queries') }}

),

hours as (

    select
        mentions.query_key,
        mentions.hour_start_at,
        count(*) as mention_count,
        count(distinct mentions.user_key) as author_count,
        sum(case when posts.is_retweet then 1 else 0 end) as retweet_mention_count,
        sum(case when posts.is_quote then 1 else 0 end) as quote_mention_count,
        sum(case when posts.is_reply then 1 else 0 end) as reply_mention_count,
        sum(case when posts.has_hashtags then 1 else 0 end) as hashtag_mention_count,

        {% for metric in metrics %}

        cast(sum(posts.{{ metric }}) as bigint) as {{ metric }}

        {{- ',' if not loop.last }}

        {% endfor %}

    from mentions
    inner join posts
        on mentions.logical_post_id = posts.logical_post_id
    group by mentions.query_key, mentions.hour_start_at

),

named as (

    select
        hours.*,
        queries.query,
        cast(
            {{ epoch_ms_of('hours.hour_start_at') }} as varchar(20)
        ) as hour_text

    from hours
    inner join queries
        on hours.query_key = queries.query_key

),

final as (

    select
        {{ surrogate_key(['query', 'hour_text']) }} as query_hour_key,
        query_key,
        query,
        hour_start_at,
        cast(hour_start_at as date) as mentioned_date,
        mention_count,
        author_count,
        cast(retweet_mention_count as bigint) as retweet_mention_count,
        cast(quote_mention_count as bigint) as quote_mention_count,
        cast(reply_mention_count as bigint) as reply_mention_count,
        cast(hashtag_mention_count as bigint) as hashtag_mention_count,
        cast({{ exact_ratio('retweet_mention_count', 'mention_count', 4) }} as decimal(18, 4)) as retweet_share,
        cast({{ exact_ratio('hashtag_mention_count', 'mention_count', 4) }} as decimal(18, 4)) as hashtag_share,
        {{ metrics | join(',\n        ') }}

    from named

)

select * from final
