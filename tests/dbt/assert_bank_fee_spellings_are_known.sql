-- Units and frequencies that the seeds bank_fee_units and bank_fee_frequencies do not know; they stay as they came.
{{ config(severity='warn') }}

select
    cast('bank_fee_units' as varchar(65535)) as seed,
    unit_spelling as spelling,
    count(*) as statement_count
from {{ ref('int_bank_fee_statements') }}
where is_unit_unknown
group by unit_spelling

union all

select
    cast('bank_fee_frequencies' as varchar(65535)) as seed,
    frequency_spelling as spelling,
    count(*) as statement_count
from {{ ref('int_bank_fee_statements') }}
where is_frequency_unknown
group by frequency_spelling
