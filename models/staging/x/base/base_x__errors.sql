-- Every problem that an answer named once, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('x', 'errors'), x_error_fields()) }}
