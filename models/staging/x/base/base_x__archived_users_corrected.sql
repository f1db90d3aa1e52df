-- The users of saved files with errors that corrections name, read again as they say.
{{ config(materialized='table') }}

{{ read_corrected(stream_at('x.archived_users')) }}
