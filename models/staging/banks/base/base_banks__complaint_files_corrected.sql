-- The rows of saved files of the complaint ranking with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('banks.complaint_files')) }}
