-- Every row of each list of who is regulated how, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'segments'), bank_segment_fields()) }}
