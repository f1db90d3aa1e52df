-- Every row of the files of the complaint ranking that the service gave once, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'complaints'), bank_complaint_fields(), texts=bank_complaint_texts('landed')) }}
