-- Which hashtags go with each query's brand: in how many mentions, of how many users, and the share of all its
-- mentions.

with

mentions as (

    select * from {{ ref('fct_brand_mentions') }}

),

hashtags as (

    select distinct
        logical_post_id,
        normalized_tag
    from {{ ref('x_post_hashtags') }}

),

queries as (

    select * from {{ ref('dim_search_queries') }}

),

totals as (

    select
        query_key,
        count(*) as all_mention_count
    from mentions
    group by query_key

),

tagged as (

    select
        mentions.query_key,
        hashtags.normalized_tag,
        count(*) as mention_count,
        count(distinct mentions.user_key) as author_count

    from mentions
    inner join hashtags
        on mentions.logical_post_id = hashtags.logical_post_id
    group by mentions.query_key, hashtags.normalized_tag

),

final as (

    select
        queries.query,
        tagged.normalized_tag,
        tagged.mention_count,
        tagged.author_count,
        {{ exact_ratio('tagged.mention_count', 'totals.all_mention_count', 4) }} as mention_share

    from tagged
    inner join totals
        on tagged.query_key = totals.query_key
    inner join queries
        on tagged.query_key = queries.query_key

)

select * from final
order by query asc, mention_count desc, normalized_tag asc
