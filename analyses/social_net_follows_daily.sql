-- How many followings began and ended on each day, and the balance from the first day on.

with

follows as (

    select * from {{ ref('fct_follows') }}

),

changes as (

    select
        followed_date as change_date,
        1 as begun,
        0 as ended
    from follows
    where followed_date is not null

    union all

    select
        unfollowed_date as change_date,
        0 as begun,
        1 as ended
    from follows
    where unfollowed_date is not null

),

days as (

    select
        change_date,
        sum(begun) as begun_follow_count,
        sum(ended) as ended_follow_count,
        sum(begun) - sum(ended) as net_follow_count

    from changes
    group by change_date

),

final as (

    select
        change_date,
        begun_follow_count,
        ended_follow_count,
        net_follow_count,
        sum(net_follow_count) over (
            order by change_date
            rows between unbounded preceding and current row
        ) as net_follow_count_to_date

    from days

)

select * from final
order by change_date
