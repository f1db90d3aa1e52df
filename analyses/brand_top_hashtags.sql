-- Which hashtags go with each query's brand: the first 15 by in how many mentions they are, of how many users, and the
-- share of all its mentions.

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

ranked as (

    select
        queries.query,
        totals.all_mention_count,
        tagged.normalized_tag,
        tagged.mention_count,
        tagged.author_count,
        {{ exact_ratio('tagged.mention_count', 'totals.all_mention_count', 4) }} as mention_share,
        row_number() over (
            partition by tagged.query_key
            order by tagged.mention_count desc, tagged.normalized_tag asc
        ) as tag_rank

    from tagged
    inner join totals
        on tagged.query_key = totals.query_key
    inner join queries
        on tagged.query_key = queries.query_key

),

final as (

    select
        query,
        all_mention_count,
        tag_rank,
        normalized_tag,
        mention_count,
        author_count,
        mention_share

    from ranked
    where tag_rank <= 15

)

select * from final
order by all_mention_count desc, query asc, tag_rank asc
