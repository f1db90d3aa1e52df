-- How far the mentions of each query's brand reached on each of the newest 90 days: how often they were seen, and how
-- many follow those who wrote them; for the 12 queries that found most.

with

mentions as (

    select * from {{ ref('fct_brand_mentions') }}

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

users as (

    select * from {{ ref('dim_x_users') }}

),

queries as (

    select * from {{ ref('dim_search_queries') }}

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'x'

),

past_mentions as (

    select
        mentions.*,
        max(mentions.mentioned_date) over () as last_mentioned_date

    from mentions
    inner join newest_load
        on mentions.mentioned_at <= newest_load.loaded_at

),

recent_mentions as (

    select
        *,
        count(*) over (partition by query_key) as query_mention_count
    from past_mentions
    where mentioned_date > {{ dbt.dateadd('day', -90, 'last_mentioned_date') }}

),

-- Who writes twice on a day has followers once.
authors as (

    select
        mentions.query_key,
        mentions.query_mention_count,
        mentions.mentioned_date,
        mentions.user_key,
        max(users.followers_count) as followers_count,
        count(*) as mention_count,
        count(posts.impression_count) as seen_mention_count,
        sum(posts.impression_count) as impression_count

    from recent_mentions as mentions
    inner join posts
        on mentions.logical_post_id = posts.logical_post_id
    inner join users
        on
            mentions.user_key = users.user_key
            and mentions.mentioned_at >= users.valid_from
            and (mentions.mentioned_at < users.valid_to or users.valid_to is null)
    group by mentions.query_key, mentions.query_mention_count, mentions.mentioned_date, mentions.user_key

),

days as (

    select
        query_key,
        query_mention_count,
        mentioned_date,
        sum(mention_count) as mention_count,
        sum(seen_mention_count) as seen_mention_count,
        sum(impression_count) as impression_count,
        count(*) as author_count,
        count(followers_count) as followed_author_count,
        sum(followers_count) as followers_count

    from authors
    group by query_key, query_mention_count, mentioned_date

),

ranked as (

    select
        days.*,
        queries.query,
        dense_rank() over (order by days.query_mention_count desc, queries.query asc) as query_rank

    from days
    inner join queries
        on days.query_key = queries.query_key

),

final as (

    select
        query_rank,
        query,
        mentioned_date,
        mention_count,
        seen_mention_count,
        impression_count,
        author_count,
        followed_author_count,
        followers_count

    from ranked
    where query_rank <= 12

)

select * from final
order by query_rank, mentioned_date
