-- Every user of every page once, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('x', 'users'), x_user_fields()) }}
