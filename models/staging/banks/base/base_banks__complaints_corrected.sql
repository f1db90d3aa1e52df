-- The rows of the files of the complaint ranking that the service gave with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('banks.complaints')) }}
