-- The JSON keys of the learning files, counted load by load.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{{ key_census('learning') }}
