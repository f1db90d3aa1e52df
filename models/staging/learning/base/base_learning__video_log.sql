-- Every row of the files of views of videos once, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('learning', 'video_log'), learning_video_log_fields()) }}
