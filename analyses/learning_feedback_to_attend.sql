-- Which feedback needs attention: the 30 newest of each degree that rate a project or section as bad and say why.

with

project_feedback as (

    select * from {{ ref('fct_project_feedback') }}
    where rating = 1 and feedback_text is not null

),

section_feedback as (

    select * from {{ ref('fct_section_feedback') }}
    where rating = 1 and feedback_text is not null

),

projects as (

    select * from {{ ref('dim_projects') }}

),

sections as (

    select * from {{ ref('dim_sections') }}

),

degrees as (

    select * from {{ ref('dim_degrees') }}

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'learning'

),

feedback as (

    select
        project_feedback.project_feedback_id as feedback_id,
        project_feedback.degree_key,
        project_feedback.file_month,
        project_feedback.submitted_at,
        project_feedback.submitted_date,
        project_feedback.feedback_text,
        cast('project' as varchar(65535)) as rated,
        coalesce(projects.project_name, 'Project ' || cast(projects.project_id as varchar(20))) as rated_name

    from project_feedback
    inner join projects
        on project_feedback.project_key = projects.project_key

    union all

    select
        section_feedback.section_feedback_id as feedback_id,
        section_feedback.degree_key,
        section_feedback.file_month,
        section_feedback.submitted_at,
        section_feedback.submitted_date,
        section_feedback.feedback_text,
        cast('section' as varchar(65535)) as rated,
        coalesce(sections.section_name, 'Section ' || cast(sections.section_id as varchar(20))) as rated_name

    from section_feedback
    inner join sections
        on section_feedback.section_key = sections.section_key

),

-- A date within a file may be wrong, and what lies ahead would stand first for ever.
ranked as (

    select
        feedback.*,
        degrees.degree_name,
        coalesce(feedback.file_month, cast({{ dbt.date_trunc('month', 'feedback.submitted_date') }} as date))
            as month_start_date,
        row_number() over (
            partition by feedback.degree_key
            order by feedback.submitted_at desc, feedback.feedback_id asc
        ) as newest_first

    from feedback
    inner join newest_load
        on feedback.submitted_at <= newest_load.loaded_at
    inner join degrees
        on feedback.degree_key = degrees.degree_key

),

final as (

    select
        submitted_at,
        submitted_date,
        left(cast(month_start_date as varchar(10)), 7) as month,
        degree_name,
        rated,
        rated_name,
        feedback_text,
        feedback_id

    from ranked
    where newest_first <= 30

)

select * from final
order by submitted_at desc, feedback_id asc
