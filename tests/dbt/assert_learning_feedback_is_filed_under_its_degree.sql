-- Feedback on a project in a folder of another degree than the project's: reported, since no rule says which is right.
{{ config(severity='warn') }}

with

feedback as (

    select * from {{ ref('fct_project_feedback') }}

),

projects as (

    select * from {{ ref('dim_projects') }}

),

final as (

    select
        feedback.project_feedback_id,
        feedback.project_id,
        feedback.degree_key,
        projects.degree_key as project_degree_key,
        projects.degree_name as project_degree_name

    from feedback
    inner join projects
        on feedback.project_key = projects.project_key
    where feedback.degree_key <> projects.degree_key

)

select * from final
