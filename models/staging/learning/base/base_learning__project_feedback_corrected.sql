-- The rows of the files of feedback on projects with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('learning.project_feedback')) }}
