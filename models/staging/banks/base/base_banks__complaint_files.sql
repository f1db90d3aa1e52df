-- Every row of saved files of the complaint ranking, every version once, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'complaint_files'), bank_complaint_fields(), texts=bank_complaint_texts('landed')) }}
