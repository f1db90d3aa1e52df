-- Every row of the files of feedback on projects once, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('learning', 'project_feedback'), learning_project_feedback_fields()) }}
