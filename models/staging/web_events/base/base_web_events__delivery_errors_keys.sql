-- The JSON keys that each load of the stream had.
{{ config(materialized='incremental', incremental_strategy='append') }}

{{ key_census(source('web_events', 'delivery_errors')) }}
