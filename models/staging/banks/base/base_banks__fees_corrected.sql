-- The rows of answers of the fee service with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('banks.fees')) }}
