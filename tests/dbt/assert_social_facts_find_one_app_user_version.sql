-- Facts whose user has not exactly one version at the time of the fact; times before 1970 are before all versions.

with

versions as (

    select * from {{ ref('dim_app_users') }}

),

facts as (

    select
        cast('fct_app_posts' as varchar(65535)) as fact,
        post_id as fact_id,
        user_key,
        published_at as fact_at
    from {{ ref('fct_app_posts') }}

    union all

    select
        cast('fct_follows, follower' as varchar(65535)) as fact,
        follow_key as fact_id,
        follower_user_key as user_key,
        coalesce(followed_at, unfollowed_at) as fact_at
    from {{ ref('fct_follows') }}

    union all

    select
        cast('fct_follows, followed' as varchar(65535)) as fact,
        follow_key as fact_id,
        followed_user_key as user_key,
        coalesce(followed_at, unfollowed_at) as fact_at
    from {{ ref('fct_follows') }}

    union all

    select
        cast('fct_user_activity_daily' as varchar(65535)) as fact,
        activity_key as fact_id,
        user_key,
        first_event_at as fact_at
    from {{ ref('fct_user_activity_daily') }}

),

-- The times are compared after the join: a join by times alone is slow on some warehouses.
matched as (

    select
        facts.fact,
        facts.fact_id,
        facts.fact_at,
        count(
            case
                when facts.fact_at < versions.valid_from then null
                when facts.fact_at >= versions.valid_to then null
                else versions.user_key
            end
        ) as version_count

    from facts
    left join versions
        on facts.user_key = versions.user_key
    where facts.fact_at >= cast('1970-01-01' as timestamp)
    group by facts.fact, facts.fact_id, facts.fact_at

),

final as (

    select * from matched
    where version_count <> 1

)

select * from final
