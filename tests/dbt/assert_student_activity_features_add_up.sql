-- Students whose months are not all months from the first to the newest, or whose counts to date are not the sum of the
-- months up to then.

with

features as (

    select * from {{ ref('student_activity_features') }}

),

data_end as (

    select max(month_start_date) as last_month_start_date from features

),

students as (

    select
        student_key,
        min(month_start_date) as first_month_start_date,
        max(month_start_date) as last_month_start_date,
        count(*) as month_count,
        sum(feedback_count) as feedback_count,
        max(feedback_count_to_date) as feedback_count_to_date,
        sum(question_count) as question_count,
        max(question_count_to_date) as question_count_to_date,
        sum(answer_received_count) as answer_received_count,
        max(answer_received_count_to_date) as answer_received_count_to_date,
        sum(view_count) as view_count,
        max(view_count_to_date) as view_count_to_date,
        sum(case when is_active then 1 else 0 end) as active_month_count,
        max(active_month_count_to_date) as active_month_count_to_date

    from features
    group by student_key

),

final as (

    select students.*

    from students
    cross join data_end
    where
        students.last_month_start_date <> data_end.last_month_start_date
        or students.month_count <> 1 + {{
            dbt.datediff('students.first_month_start_date', 'students.last_month_start_date', 'month')
        }}
        or students.feedback_count <> students.feedback_count_to_date
        or students.question_count <> students.question_count_to_date
        or students.answer_received_count <> students.answer_received_count_to_date
        or students.view_count <> students.view_count_to_date
        or students.active_month_count <> students.active_month_count_to_date

)

select * from final
