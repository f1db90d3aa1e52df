-- Every row of the files of questions to mentors once, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('learning', 'mentor_activity'), learning_mentor_activity_fields()) }}
