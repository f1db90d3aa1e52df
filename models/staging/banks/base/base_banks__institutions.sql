-- Every institution in each list of a group, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'institutions'), bank_institution_fields()) }}
