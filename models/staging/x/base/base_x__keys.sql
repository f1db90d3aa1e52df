-- The JSON keys of the posts, users and problems of X, counted load by load.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{{ key_census('x') }}
