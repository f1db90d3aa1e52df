-- Every group of institutions in each list of them, typed, with what did not cast.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook="{{ delete_removed_objects() }}",
    )
}}

{{ read_stream(source('banks', 'groups'), bank_group_fields()) }}
