-- Degrees and months whose average rating of projects is not that of the feedback whose own project is of the degree.
-- Left aside are months with feedback that is filed under another degree than its project's, or whose project's degree
-- no file says.

with

feedback as (

    select
        feedback.degree_key as filed_degree_key,
        coalesce(
            feedback.file_month, cast({{ dbt.date_trunc('month', 'feedback.submitted_date') }} as date)
        ) as month_start_date,
        feedback.rating,
        projects.degree_key as project_degree_key

    from {{ ref('fct_project_feedback') }} as feedback
    left join {{ ref('dim_projects') }} as projects
        on feedback.project_id = projects.project_id

),

rated as (

    select
        filed_degree_key as degree_key,
        month_start_date,
        sum(rating) as rating_sum,
        count(*) as feedback_count

    from feedback
    group by filed_degree_key, month_start_date
    having sum(case when filed_degree_key = project_degree_key then 0 else 1 end) = 0

),

final as (

    select
        rated.degree_key,
        rated.month_start_date,
        rated.rating_sum,
        rated.feedback_count,
        monthly.avg_project_rating

    from rated
    left join {{ ref('learning_degree_monthly') }} as monthly
        on
            rated.degree_key = monthly.degree_key
            and rated.month_start_date = monthly.month_start_date
    where
        monthly.avg_project_rating is null
        or monthly.project_feedback_count <> rated.feedback_count
        or abs(monthly.avg_project_rating * rated.feedback_count - rated.rating_sum) > 0.0001 * rated.feedback_count

)

select * from final
