-- Students who are in no segment or in a segment without being students, and segments that say something else of
-- activity than the features of their month.

with

students as (

    select distinct student_key from {{ ref('dim_students') }}

),

segments as (

    select * from {{ ref('student_segments') }}

),

features as (

    select * from {{ ref('student_activity_features') }}

),

final as (

    select
        coalesce(students.student_key, segments.student_key) as student_key,
        segments.segment,
        features.is_active

    from students
    full outer join segments
        on students.student_key = segments.student_key
    left join features
        on
            segments.student_key = features.student_key
            and segments.as_of_month = features.month_start_date
    where
        students.student_key is null
        or segments.student_key is null
        or (segments.segment in ('new', 'active')) <> coalesce(features.is_active, false)
        or (segments.segment = 'never_active') <> (features.student_key is null)

)

select * from final
