-- Every description of an undeliverable record once, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('web_events', 'delivery_errors'), web_delivery_error_fields()) }}
