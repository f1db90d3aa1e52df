-- What students think of each project: its average rating, and how many of the feedbacks are bad.

with

feedback as (

    select * from {{ ref('fct_project_feedback') }}

),

projects as (

    select * from {{ ref('dim_projects') }}

),

rated as (

    select
        project_key,
        count(*) as feedback_count,
        sum(rating) as rating_sum,
        sum(case when rating = 1 then 1 else 0 end) as bad_feedback_count

    from feedback
    group by project_key

),

final as (

    select
        projects.degree_name,
        projects.project_id,
        projects.project_name,
        rated.feedback_count,
        {{ exact_ratio('rated.rating_sum', 'rated.feedback_count', 2) }} as avg_rating,
        {{ exact_ratio('rated.bad_feedback_count', 'rated.feedback_count', 4) }} as bad_share

    from rated
    inner join projects
        on rated.project_key = projects.project_key

)

select * from final
order by avg_rating asc, project_id asc
