-- The rows of the complaint ranking as the service gave it with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('banks.complaints')) }}
