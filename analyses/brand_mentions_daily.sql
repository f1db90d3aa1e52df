-- How often each query's brand was mentioned on each day since its first mention, and on average of the seven days up
-- to then.

with

mentions as (

    select * from {{ ref('fct_brand_mentions') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

queries as (

    select
        mentions.query_key,
        queries.query,
        min(mentions.mentioned_date) as first_date

    from mentions
    inner join {{ ref('dim_search_queries') }} as queries
        on mentions.query_key = queries.query_key
    group by mentions.query_key, queries.query

),

data_end as (

    select max(mentioned_date) as last_date from mentions

),

counted as (

    select
        query_key,
        mentioned_date,
        count(*) as mention_count,
        count(distinct user_key) as author_count

    from mentions
    group by query_key, mentioned_date

),

-- Days without a mention are days, too.
days as (

    select
        queries.query,
        dates.date_day,
        coalesce(counted.mention_count, 0) as mention_count,
        coalesce(counted.author_count, 0) as author_count

    from queries
    cross join data_end
    inner join dates
        on queries.first_date <= dates.date_day and data_end.last_date >= dates.date_day
    left join counted
        on queries.query_key = counted.query_key and dates.date_day = counted.mentioned_date

),

windowed as (

    select
        *,
        sum(mention_count) over (
            partition by query
            order by date_day
            rows between 6 preceding and current row
        ) as week_mention_count,
        count(*) over (
            partition by query
            order by date_day
            rows between 6 preceding and current row
        ) as week_day_count

    from days

),

final as (

    select
        query,
        date_day,
        mention_count,
        author_count,
        case
            when week_day_count = 7 then {{ exact_ratio('week_mention_count', 'week_day_count', 2) }}
        end as avg_mention_count_7_days

    from windowed

)

select * from final
order by query, date_day
