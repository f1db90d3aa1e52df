-- Inputs with values that no declared path leads to: `records` of their stream should read them, or `leave` name them.
{{ config(severity='warn') }}

select
    inputs.source,
    inputs.stream,
    inputs._load_seq,
    inputs._input_key,
    inputs.unread_count
from {{ source('headwater', 'inputs') }} as inputs
inner join {{ input_versions() }}
    on
        inputs.source = input_versions.source
        and inputs.stream = input_versions.stream
        and inputs._load_seq = input_versions._load_seq
        and inputs._input_key = input_versions._input_key
where
    input_versions.is_newest
    and inputs.unread_count > 0
