-- Every row of the files of feedback on sections once, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('learning', 'section_feedback'), learning_section_feedback_fields()) }}
