-- Every post of every page once, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('x', 'posts'), x_post_fields()) }}
