-- The rows of the files of questions to mentors with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('learning.mentor_activity')) }}
