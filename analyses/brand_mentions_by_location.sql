-- Where people write of each query's brand: by the location their profile said when they wrote, as they spell it.

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

final as (

    select
        queries.query,
        located.location,
        count(*) as mention_count,
        count(distinct located.user_key) as author_count

    from located
    inner join queries
        on located.query_key = queries.query_key
    group by queries.query, located.location

)

select * from final
order by query asc, mention_count desc, location asc nulls last
