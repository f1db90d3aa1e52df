-- Where each student stands as of the last month of data, and which of two e-mails they would get.

with

students as (

    select * from {{ ref('dim_students') }}
    where is_current

),

features as (

    select * from {{ ref('student_activity_features') }}

),

data_end as (

    select max(month_start_date) as as_of_month from features

),

last_months as (

    select
        features.student_key,
        features.segment,
        features.months_since_last_activity

    from features
    inner join data_end
        on features.month_start_date = data_end.as_of_month

),

assigned as (

    select
        students.student_key,
        students.user_id,
        data_end.as_of_month,
        coalesce(last_months.segment, 'never_active') as segment,
        last_months.months_since_last_activity,
        students.is_listed,
        students.email is not null as has_email,
        cast({{ literal(var('email_experiment', 'first')) }} as varchar(65535)) as email_experiment,
        cast(students.user_id as varchar(20)) as user_id_text

    from students
    cross join data_end
    left join last_months
        on students.student_key = last_months.student_key

),

-- Another experiment hashes every student anew, so that its groups have nothing to do with those of this one.
hashed as (

    select
        *,
        {{ surrogate_key(['email_experiment', 'user_id_text']) }} as assignment_hash
    from assigned

),

final as (

    select
        student_key,
        user_id,
        as_of_month,
        segment,
        months_since_last_activity,
        is_listed,
        has_email,
        email_experiment,
        case
            when left(assignment_hash, 1) in ('0', '1', '2', '3', '4', '5', '6', '7') then 'a'
            else 'b'
        end as email_variant

    from hashed

)

select * from final
