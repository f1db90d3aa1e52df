-- The rows of the files of videos with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('learning.videos')) }}
