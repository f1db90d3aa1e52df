-- Every row of the complaint ranking as the service gave it, every version once, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'complaints'), bank_complaint_fields(), texts=bank_complaint_texts('landed')) }}
