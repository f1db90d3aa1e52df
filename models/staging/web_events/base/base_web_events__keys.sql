-- The JSON keys of the messages, and of Firehose's descriptions of errors, counted load by load.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{{ key_census('web_events') }}
