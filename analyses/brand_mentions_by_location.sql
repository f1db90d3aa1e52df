-- Where people write of each query's brand: by the location their profile said when they wrote, as they spell it; the
-- first 15 of each query.

with

mentions as (

    select * from {{ ref('fct_brand_mentions') }}

),

users as (

    select * from {{ ref('dim_x_users') }}

),

queries as (

    select * from {{ ref('dim_search_queries') }}

),

located as (

    select
        mentions.query_key,
        mentions.user_key,
        lower(users.location) as location

    from mentions
    inner join users
        on
            mentions.user_key = users.user_key
            and mentions.mentioned_at >= users.valid_from
            and (mentions.mentioned_at < users.valid_to or users.valid_to is null)

),

counted as (

    select
        query_key,
        location,
        count(*) as mention_count,
        count(distinct user_key) as author_count

    from located
    group by query_key, location

),

ranked as (

    select
        queries.query,
        coalesce(counted.location, '(not said)') as location,
        counted.mention_count,
        counted.author_count,
        sum(counted.mention_count) over (partition by counted.query_key) as all_mention_count,
        row_number() over (
            partition by counted.query_key
            order by counted.mention_count desc, counted.location asc nulls last
        ) as location_rank

    from counted
    inner join queries
        on counted.query_key = queries.query_key

),

final as (

    select
        query,
        all_mention_count,
        location_rank,
        location,
        mention_count,
        author_count

    from ranked
    where location_rank <= 15

)

select * from final
order by all_mention_count desc, query asc, location_rank asc
