-- Every service in each saved answer of the fee service, in every version, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'fee_files'), bank_fee_file_fields()) }}
