-- Which videos a student watches most often: the first 15 by views for each student who ever watched them.

with

views as (

    select * from {{ ref('fct_video_views') }}

),

videos as (

    select * from {{ ref('dim_videos') }}

),

watched as (

    select
        video_key,
        count(distinct student_key) as student_count,
        sum(view_count) as view_count

    from views
    group by video_key

),

rated as (

    select
        videos.degree_name,
        videos.video_id,
        watched.student_count,
        watched.view_count,
        coalesce(videos.video_name, 'Video ' || cast(videos.video_id as varchar(20))) as video_name,
        {{ exact_ratio('watched.view_count', 'watched.student_count', 2) }} as views_per_student

    from watched
    inner join videos
        on watched.video_key = videos.video_key

),

ranked as (

    select
        *,
        row_number() over (order by views_per_student desc, student_count desc, video_id asc) as video_rank,
        count(*) over (partition by video_name) as namesake_count
    from rated

),

-- A name that several videos have does not tell which it is.
final as (

    select
        video_rank,
        case
            when namesake_count > 1 then video_name || ' (' || cast(video_id as varchar(20)) || ')'
            else video_name
        end as video_name,
        degree_name,
        views_per_student,
        view_count,
        student_count

    from ranked
    where video_rank <= 15

)

select * from final
order by video_rank
