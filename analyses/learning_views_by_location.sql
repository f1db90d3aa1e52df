-- Where videos are watched: by where students lived when they watched them, whether or not they have moved since.

with

views as (

    select * from {{ ref('fct_video_views') }}

),

students as (

    select * from {{ ref('dim_students') }}

),

located as (

    select
        views.student_key,
        views.view_count,
        students.location

    from views
    inner join students
        on
            views.student_key = students.student_key
            and views.last_viewed_at >= students.valid_from
            and (views.last_viewed_at < students.valid_to or students.valid_to is null)

),

final as (

    select
        location,
        count(distinct student_key) as student_count,
        sum(view_count) as view_count

    from located
    group by location

)

select * from final
order by view_count desc, location asc nulls last
