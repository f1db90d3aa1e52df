-- How many students are about to leave: by when they last did anything, as of the last complete month.

with

features as (

    select * from {{ ref('student_activity_features') }}

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'learning'

),

-- Who is quiet in a month that is not over may yet come.
last_month as (

    select max(features.month_start_date) as month_start_date

    from features
    inner join newest_load
        on newest_load.loaded_at >= {{ dbt.dateadd('month', 1, 'features.month_start_date') }}
    where features.is_in_data

),

students as (

    select
        features.month_start_date,
        features.student_key,
        features.segment,
        case when features.months_since_last_activity > 12 then 12 else features.months_since_last_activity end
            as months_ago,
        cast(features.months_since_last_activity as varchar(20)) as months_text

    from features
    inner join last_month
        on features.month_start_date = last_month.month_start_date

),

labelled as (

    select
        *,
        case
            when segment = 'new' then 'New this month'
            when segment = 'active' then 'Active this month'
            when segment = 'at_risk' then 'At risk: a month ago'
            when months_ago = 12 then 'Lapsed: 12 or more ago'
            else 'Lapsed: ' || months_text || ' months ago'
        end as last_activity
    from students

),

final as (

    select
        month_start_date,
        segment,
        months_ago,
        last_activity,
        count(*) as student_count

    from labelled
    group by month_start_date, segment, months_ago, last_activity

)

select * from final
order by months_ago asc, segment desc
