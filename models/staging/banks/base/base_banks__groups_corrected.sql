-- The rows of lists of groups with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('banks.groups')) }}
