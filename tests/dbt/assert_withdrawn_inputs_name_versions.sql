-- Lines of seeds/withdrawn_inputs.csv that take nothing back, as no load read such a version of such an input.
{{ config(severity='warn') }}

select
    withdrawn.stream,
    withdrawn.input_key,
    withdrawn.load_seq
from {{ ref('withdrawn_inputs') }} as withdrawn
left join {{ source('headwater', 'inputs') }} as inputs
    on
        withdrawn.stream = inputs.source || '.' || inputs.stream
        and withdrawn.input_key = inputs._input_key
        and withdrawn.load_seq = inputs._load_seq
        and inputs.replay_count = 0
where inputs._input_key is null
