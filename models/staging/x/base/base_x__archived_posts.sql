-- Every post of the saved files once, in every version of a file, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('x', 'archived_posts'), x_archived_post_fields()) }}
