-- Which students are at risk as of the last complete month: those who were active in the month before and not in it.
-- The first 200, those first who had been active for the most months.

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

ranked as (

    select
        features.*,
        row_number() over (
            order by features.active_month_count_to_date desc, features.view_count_to_date desc, features.user_id asc
        ) as student_rank

    from features
    inner join last_month
        on features.month_start_date = last_month.month_start_date
    where features.segment = 'at_risk'

),

final as (

    select
        student_rank,
        cast(user_id as varchar(20)) as student,
        left(cast(month_start_date as varchar(10)), 7) as month,
        active_month_count_to_date,
        months_since_first_activity,
        feedback_count_to_date,
        avg_rating_given_to_date,
        question_count_to_date,
        view_count_to_date

    from ranked
    where student_rank <= 200

)

select * from final
order by student_rank
