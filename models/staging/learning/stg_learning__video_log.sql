-- The views that count: the newest version of each file, of it the last row per student, video and last day of viewing.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='video_view_id',
        pre_hook="{{ start_over_after_withdrawal('learning.video_log') }}",
        post_hook="{{ delete_superseded_versions('learning.video_log') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('learning.video_log')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('learning.video_log')) }} as video_view_id,
        {{ param('degree') }} as degree_slug,
        {{ learning_file_month() }} as file_month,
        user_id,
        video_id,
        degree_id,
        first_viewed_at,
        last_viewed_at,
        view_count,
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
