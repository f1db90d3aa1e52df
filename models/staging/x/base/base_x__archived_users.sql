-- Every user of the saved files once, in every version of a file, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('x', 'archived_users'), x_user_fields() + [x_fetched_date_field()]) }}
