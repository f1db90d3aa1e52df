-- Posts of a timeline that are missing or not the account's, ranks with gaps, and posts that stand before newer ones.

with

timelines as (

    select * from {{ ref('x_timelines') }}

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

expected as (

    select
        account_user_id,
        count(distinct logical_post_id) as post_count
    from {{ ref('int_x_post_sightings') }}
    where endpoint = 'timeline' and is_match
    group by account_user_id

),

compared as (

    select
        timelines.account_user_id,
        timelines.post_rank,
        posts.author_id,
        timelines.created_at,
        lag(timelines.created_at) over (
            partition by timelines.account_user_id
            order by timelines.post_rank
        ) as newer_created_at

    from timelines
    inner join posts
        on timelines.logical_post_id = posts.logical_post_id

),

ranked as (

    select
        account_user_id,
        count(*) as post_count,
        min(post_rank) as first_rank,
        max(post_rank) as last_rank,
        sum(case when author_id <> account_user_id then 1 else 0 end) as foreign_count,
        sum(case when newer_created_at < created_at then 1 else 0 end) as misplaced_count

    from compared
    group by account_user_id

),

final as (

    select
        coalesce(expected.account_user_id, ranked.account_user_id) as account_user_id,
        expected.post_count as expected_count,
        ranked.post_count

    from expected
    full outer join ranked
        on expected.account_user_id = ranked.account_user_id
    where
        ranked.post_count is null
        or expected.post_count is null
        or ranked.post_count <> expected.post_count
        or ranked.first_rank <> 1
        or ranked.last_rank <> ranked.post_count
        or ranked.foreign_count > 0
        or ranked.misplaced_count > 0

)

select * from final
