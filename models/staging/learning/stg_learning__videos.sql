-- The videos in the newest version of their file.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='video_id',
        pre_hook="{{ start_over_after_withdrawal('learning.videos') }}",
        post_hook="{{ delete_superseded_versions('learning.videos') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('learning.videos')) | indent(4) }}

),

final as (

    select
        video_id,
        video_name,
        section_name,
        degree_name,
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
