-- The rows of the files of feedback on sections with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('learning.section_feedback')) }}
