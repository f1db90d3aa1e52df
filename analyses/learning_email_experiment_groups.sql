-- Whom the e-mail experiment would write to, and whether its two groups are of the same size in each segment.

with

students as (

    select * from {{ ref('student_segments') }}
    where is_listed and has_email

),

final as (

    select
        email_experiment,
        segment,
        count(*) as student_count,
        sum(case when email_variant = 'a' then 1 else 0 end) as student_count_a,
        sum(case when email_variant = 'b' then 1 else 0 end) as student_count_b

    from students
    group by email_experiment, segment

)

select * from final
order by segment
