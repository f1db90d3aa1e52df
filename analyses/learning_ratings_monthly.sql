-- How students rate the projects and the sections of each degree, by month: the 24 newest months.

with

degree_months as (

    select * from {{ ref('learning_degree_monthly') }}

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'learning'

),

-- A path may say a month that has not come yet.
past_months as (

    select
        degree_months.*,
        max(degree_months.month_start_date) over () as last_month_start_date

    from degree_months
    inner join newest_load
        on degree_months.month_start_date <= newest_load.loaded_at

),

recent_months as (

    select * from past_months
    where month_start_date > {{ dbt.dateadd('month', -24, 'last_month_start_date') }}

),

final as (

    select
        cast('projects' as varchar(65535)) as rated,
        degree_name,
        month_start_date,
        avg_project_rating as avg_rating,
        project_feedback_count as feedback_count

    from recent_months
    where avg_project_rating is not null

    union all

    select
        cast('sections' as varchar(65535)) as rated,
        degree_name,
        month_start_date,
        avg_section_rating as avg_rating,
        section_feedback_count as feedback_count

    from recent_months
    where avg_section_rating is not null

)

select * from final
order by rated, degree_name, month_start_date
