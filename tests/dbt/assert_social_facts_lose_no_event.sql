-- Facts that count more or fewer events than there are: whatever stg accepts is counted once in the fact of its kind.

with

events as (

    select * from {{ ref('int_app_events_classified') }}

),

expected as (

    select
        cast('fct_user_activity_daily' as varchar(65535)) as fact,
        count(*) as event_count
    from events

    union all

    select
        cast('fct_app_posts' as varchar(65535)) as fact,
        count(*) as event_count
    from events
    where event_kind = 'post'

    union all

    select
        cast('fct_follows' as varchar(65535)) as fact,
        count(*) as event_count
    from events
    where event_kind in ('follow', 'unfollow')

),

counted as (

    select
        cast('fct_user_activity_daily' as varchar(65535)) as fact,
        coalesce(sum(event_count), 0) as event_count
    from {{ ref('fct_user_activity_daily') }}

    union all

    select
        cast('fct_app_posts' as varchar(65535)) as fact,
        coalesce(sum(event_count), 0) as event_count
    from {{ ref('fct_app_posts') }}

    union all

    select
        cast('fct_follows' as varchar(65535)) as fact,
        coalesce(sum(event_count), 0) as event_count
    from {{ ref('fct_follows') }}

),

final as (

    select
        expected.fact,
        expected.event_count as expected_count,
        counted.event_count as counted_count

    from expected
    inner join counted
        on expected.fact = counted.fact
    where expected.event_count <> counted.event_count

)

select * from final
