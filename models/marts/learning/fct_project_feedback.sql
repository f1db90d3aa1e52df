-- What students said of projects.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='project_feedback_id',
        pre_hook="{{ start_over_with(ref('stg_learning__project_feedback')) }}",
        post_hook="{{ delete_gone(ref('stg_learning__project_feedback'), 'project_feedback_id') }}",
    )
}}

with

feedback as (

    select
        *,
        coalesce(degree_slug, '(unknown)') as known_degree_slug,
        cast(user_id as varchar(20)) as user_id_text,
        cast(project_id as varchar(20)) as project_id_text
    from {{ ref('stg_learning__project_feedback') }}

    {{ where_changed() }}

),

final as (

    select
        project_feedback_id,
        {{ surrogate_key(['user_id_text']) }} as student_key,
        user_id,
        {{ surrogate_key(['project_id_text']) }} as project_key,
        project_id,
        {{ surrogate_key(['known_degree_slug']) }} as degree_key,
        file_month,
        submitted_at,
        cast(submitted_at as date) as submitted_date,
        rating,
        feedback_text,
        cast(length(feedback_text) as integer) as feedback_length,
        _changed_seq

    from feedback

)

select * from final
