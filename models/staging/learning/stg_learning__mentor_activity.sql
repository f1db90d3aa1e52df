-- The questions that count: the newest version of each file, and in it the last row of each student, prompt and day.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='mentor_activity_id',
        pre_hook="{{ start_over_after_withdrawal('learning.mentor_activity') }}",
        post_hook="{{ delete_superseded_versions('learning.mentor_activity') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('learning.mentor_activity')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('learning.mentor_activity')) }} as mentor_activity_id,
        {{ param('degree') }} as degree_slug,
        {{ learning_file_month() }} as file_month,
        user_id,
        section_id,
        project_id,
        posted_date,
        prompt,
        post_text,
        post_score,
        answered_date,
        answer_text,
        answer_score,
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
