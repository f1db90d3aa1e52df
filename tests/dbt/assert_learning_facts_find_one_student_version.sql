-- Facts whose student has not exactly one version at the time of the fact; times before 1970 are before all versions.

with

versions as (

    select * from {{ ref('dim_students') }}

),

facts as (

    select
        cast('fct_project_feedback' as varchar(65535)) as fact,
        project_feedback_id as fact_id,
        student_key,
        submitted_at as fact_at
    from {{ ref('fct_project_feedback') }}

    union all

    select
        cast('fct_section_feedback' as varchar(65535)) as fact,
        section_feedback_id as fact_id,
        student_key,
        submitted_at as fact_at
    from {{ ref('fct_section_feedback') }}

    union all

    select
        cast('fct_mentor_activity' as varchar(65535)) as fact,
        mentor_activity_id as fact_id,
        student_key,
        cast(posted_date as timestamp) as fact_at
    from {{ ref('fct_mentor_activity') }}

    union all

    select
        cast('fct_video_views' as varchar(65535)) as fact,
        video_view_id as fact_id,
        student_key,
        last_viewed_at as fact_at
    from {{ ref('fct_video_views') }}

),

-- The times are compared after the join: a join by times alone is slow on some warehouses.
matched as (

    select
        facts.fact,
        facts.fact_id,
        facts.fact_at,
        count(
            case
                when facts.fact_at < versions.valid_from then null
                when facts.fact_at >= versions.valid_to then null
                else versions.student_key
            end
        ) as version_count

    from facts
    left join versions
        on facts.student_key = versions.student_key
    where facts.fact_at >= cast('1970-01-01' as timestamp)
    group by facts.fact, facts.fact_id, facts.fact_at

),

final as (

    select * from matched
    where version_count <> 1

)

select * from final
