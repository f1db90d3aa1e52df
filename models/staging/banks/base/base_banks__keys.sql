-- The JSON keys of what the Banco Central publishes, counted load by load.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{{ key_census('banks') }}
