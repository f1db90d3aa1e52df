-- Who leaves: how many did nothing in the two months after each month, by how long ago they last did anything.

with

features as (

    select * from {{ ref('student_activity_features') }}
    where is_churned_next is not null

),

counted as (

    select
        month_start_date,
        months_since_last_activity,
        count(*) as student_count,
        sum(case when is_churned_next then 1 else 0 end) as churned_count

    from features
    group by month_start_date, months_since_last_activity

),

final as (

    select
        month_start_date,
        months_since_last_activity,
        student_count,
        churned_count,
        {{ exact_ratio('churned_count', 'student_count', 4) }} as churned_share

    from counted

)

select * from final
order by month_start_date, months_since_last_activity
