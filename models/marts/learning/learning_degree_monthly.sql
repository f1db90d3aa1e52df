-- How each degree did in each month: what students thought of it, watched and asked.

with

project_feedback as (

    select
        degree_key,
        coalesce(file_month, cast({{ dbt.date_trunc('month', 'submitted_date') }} as date)) as month_start_date,
        count(*) as feedback_count,
        cast(sum(rating) as bigint) as rating_sum

    from {{ ref('fct_project_feedback') }}
    group by 1, 2

),

section_feedback as (

    select
        degree_key,
        coalesce(file_month, cast({{ dbt.date_trunc('month', 'submitted_date') }} as date)) as month_start_date,
        count(*) as feedback_count,
        cast(sum(rating) as bigint) as rating_sum

    from {{ ref('fct_section_feedback') }}
    group by 1, 2

),

questions as (

    select
        degree_key,
        coalesce(file_month, cast({{ dbt.date_trunc('month', 'posted_date') }} as date)) as month_start_date,
        count(*) as question_count,
        cast(sum(case when is_answered then 1 else 0 end) as bigint) as answered_count,
        max(post_score) as highest_prompt_score,
        max(answer_score) as highest_answer_score

    from {{ ref('fct_mentor_activity') }}
    group by 1, 2

),

video_views as (

    select
        degree_key,
        coalesce(file_month, cast({{ dbt.date_trunc('month', 'last_viewed_date') }} as date)) as month_start_date,
        count(*) as video_viewer_count,
        cast(sum(view_count) as bigint) as view_count,
        cast(sum(view_range_ms) as decimal(28, 0)) as view_range_ms

    from {{ ref('fct_video_views') }}
    group by 1, 2

),

named_months as (

    select
        degree_key,
        month_start_date
    from project_feedback

    union all

    select
        degree_key,
        month_start_date
    from section_feedback

    union all

    select
        degree_key,
        month_start_date
    from questions

    union all

    select
        degree_key,
        month_start_date
    from video_views

),

degree_months as (

    select distinct
        degree_key,
        month_start_date,
        cast(extract(year from month_start_date) * 12 + extract(month from month_start_date) as bigint) as month_number
    from named_months

),

degrees as (

    select * from {{ ref('dim_degrees') }}

),

final as (

    select
        {{ surrogate_key(['degree_months.degree_key', 'cast(degree_months.month_number as varchar(20))']) }}
            as degree_month_key,
        degree_months.degree_key,
        degrees.degree_slug,
        degrees.degree_name,
        degree_months.month_start_date,
        cast(
            {{ exact_ratio('project_feedback.rating_sum', 'project_feedback.feedback_count', 4) }} as decimal(18, 4)
        ) as avg_project_rating,
        cast(
            {{ exact_ratio('section_feedback.rating_sum', 'section_feedback.feedback_count', 4) }} as decimal(18, 4)
        ) as avg_section_rating,
        cast(
            {{ exact_ratio('video_views.view_count', 'video_views.video_viewer_count', 4) }} as decimal(18, 4)
        ) as avg_video_views_per_user,
        cast(
            {{ exact_ratio('video_views.view_range_ms', '(video_views.video_viewer_count * 3600000)', 4) }}
            as decimal(18, 4)
        ) as avg_video_view_range,
        questions.highest_prompt_score,
        questions.highest_answer_score,
        coalesce(project_feedback.feedback_count, 0) as project_feedback_count,
        coalesce(section_feedback.feedback_count, 0) as section_feedback_count,
        coalesce(questions.question_count, 0) as question_count,
        coalesce(questions.answered_count, 0) as answered_count,
        coalesce(video_views.video_viewer_count, 0) as video_viewer_count,
        coalesce(video_views.view_count, 0) as view_count

    from degree_months
    left join degrees
        on degree_months.degree_key = degrees.degree_key
    left join project_feedback
        on
            degree_months.degree_key = project_feedback.degree_key
            and degree_months.month_start_date = project_feedback.month_start_date
    left join section_feedback
        on
            degree_months.degree_key = section_feedback.degree_key
            and degree_months.month_start_date = section_feedback.month_start_date
    left join questions
        on
            degree_months.degree_key = questions.degree_key
            and degree_months.month_start_date = questions.month_start_date
    left join video_views
        on
            degree_months.degree_key = video_views.degree_key
            and degree_months.month_start_date = video_views.month_start_date

)

select * from final
