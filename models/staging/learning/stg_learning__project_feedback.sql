-- The feedback on projects that counts: the newest version of each file, of it the last row per student and project.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='project_feedback_id',
        pre_hook="{{ start_over_after_withdrawal('learning.project_feedback') }}",
        post_hook="{{ delete_superseded_versions('learning.project_feedback') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('learning.project_feedback')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('learning.project_feedback')) }} as project_feedback_id,
        {{ param('degree') }} as degree_slug,
        {{ learning_file_month() }} as file_month,
        user_id,
        project_id,
        submitted_at,
        feedback_text,
        rating,
        _object,
        _row,
        _input_key,
        _load_id,
        _load_seq,
        _loaded_at,
        _correction,
        {{ changed_seq() }} as _changed_seq

    from newest

)

select * from final
