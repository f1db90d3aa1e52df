-- Everything that loaders could not read, of all streams, once.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('headwater', 'rejects'), landing_reject_fields()) }}
