-- Answers about fees that do not say whom they are about or when they were given, as a file under another name does
-- not; nothing goes by them. Their records are rejects; of one without a record, only this tells.
{{ config(severity='warn') }}

select
    stream,
    _input_key,
    left_out_because,
    fee_count
from {{ ref('int_bank_fee_answers') }}
where left_out_because in ('no person kind', 'no CNPJ', 'no time')
