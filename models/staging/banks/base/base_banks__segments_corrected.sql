-- The rows of lists of who is regulated how with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('banks.segments')) }}
