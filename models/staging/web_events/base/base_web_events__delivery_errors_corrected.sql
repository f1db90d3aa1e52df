-- The descriptions of errors with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('web_events.delivery_errors')) }}
