-- Every row of the files of students once, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('learning', 'users'), learning_user_fields()) }}
