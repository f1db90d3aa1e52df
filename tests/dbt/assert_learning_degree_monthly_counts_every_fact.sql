-- Facts of which the monthly report counts more or fewer than there are.

with

counted as (

    select
        cast('fct_project_feedback' as varchar(65535)) as fact,
        coalesce(sum(project_feedback_count), 0) as fact_count
    from {{ ref('learning_degree_monthly') }}

    union all

    select
        cast('fct_section_feedback' as varchar(65535)) as fact,
        coalesce(sum(section_feedback_count), 0) as fact_count
    from {{ ref('learning_degree_monthly') }}

    union all

    select
        cast('fct_mentor_activity' as varchar(65535)) as fact,
        coalesce(sum(question_count), 0) as fact_count
    from {{ ref('learning_degree_monthly') }}

    union all

    select
        cast('fct_video_views' as varchar(65535)) as fact,
        coalesce(sum(video_viewer_count), 0) as fact_count
    from {{ ref('learning_degree_monthly') }}

),

expected as (

    {% for fact in ['fct_project_feedback', 'fct_section_feedback', 'fct_mentor_activity', 'fct_video_views'] %}

    select
        cast({{ literal(fact) }} as varchar(65535)) as fact,
        count(*) as fact_count
    from {{ ref(fact) }}

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        expected.fact,
        expected.fact_count as expected_count,
        counted.fact_count as counted_count

    from expected
    inner join counted
        on expected.fact = counted.fact
    where expected.fact_count <> counted.fact_count

)

select * from final
