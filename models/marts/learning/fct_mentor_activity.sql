-- What students asked mentors, and how long the answer took.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='mentor_activity_id',
        pre_hook="{{ start_over_with(ref('stg_learning__mentor_activity')) }}",
        post_hook="{{ delete_gone(ref('stg_learning__mentor_activity'), 'mentor_activity_id') }}",
    )
}}

with

questions as (

    select
        *,
        coalesce(degree_slug, '(unknown)') as known_degree_slug,
        cast(user_id as varchar(20)) as user_id_text,
        cast(section_id as varchar(20)) as section_id_text,
        cast(project_id as varchar(20)) as project_id_text
    from {{ ref('stg_learning__mentor_activity') }}

    {{ where_changed() }}

),

final as (

    select
        mentor_activity_id,
        {{ surrogate_key(['user_id_text']) }} as student_key,
        user_id,
        {{ surrogate_key(['section_id_text']) }} as section_key,
        section_id,
        {{ surrogate_key(['project_id_text']) }} as project_key,
        project_id,
        {{ surrogate_key(['known_degree_slug']) }} as degree_key,
        file_month,
        posted_date,
        prompt,
        post_text,
        post_score,
        answered_date,
        answer_text,
        answer_score,
        answered_date is not null or answer_text is not null as is_answered,
        coalesce(answered_date < posted_date, false) as is_answered_before_posted,

        -- Nobody waits less than no time: such a date is wrong, and would hide in an average.
        case
            when answered_date >= posted_date
                then cast(
                    {{
                        dbt.datediff('posted_date', 'answered_date', 'day')
                    }} as bigint
                )
        end as days_to_answer,
        _changed_seq

    from questions

)

select * from final
