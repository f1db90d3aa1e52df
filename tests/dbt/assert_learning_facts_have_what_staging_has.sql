{%- set facts = [
    ('fct_project_feedback', 'stg_learning__project_feedback', 'project_feedback_id'),
    ('fct_section_feedback', 'stg_learning__section_feedback', 'section_feedback_id'),
    ('fct_mentor_activity', 'stg_learning__mentor_activity', 'mentor_activity_id'),
    ('fct_video_views', 'stg_learning__video_log', 'video_view_id'),
] %}

-- Rows that staging accepts and no fact has, that a fact has and staging no longer does, or that either has more often.

with

counted as (

    {% for fact, staging, key in facts %}

    select
        cast({{ literal(fact) }} as varchar(65535)) as fact,
        {{ key }} as fact_id,
        1 as staging_count,
        0 as fact_count
    from {{ ref(staging) }}

    union all

    select
        cast({{ literal(fact) }} as varchar(65535)) as fact,
        {{ key }} as fact_id,
        0 as staging_count,
        1 as fact_count
    from {{ ref(fact) }}

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        fact,
        fact_id,
        sum(staging_count) as staging_count,
        sum(fact_count) as fact_count

    from counted
    group by fact, fact_id
    having sum(staging_count) <> sum(fact_count)

)

select * from final
