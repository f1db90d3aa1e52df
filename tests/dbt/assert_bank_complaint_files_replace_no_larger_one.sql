-- Periods whose file has less than half the rows of one that it goes before: a single row with a wrong quarter is
-- enough to take a whole quarter's place.
{{ config(severity='warn') }}

with

files as (

    select * from {{ ref('bank_complaint_files') }}

)

select
    counting.file_kind,
    counting.own_period,
    counting.input_key,
    counting.accepted_count,
    passed_over.input_key as passed_over_input_key,
    passed_over.accepted_count as passed_over_accepted_count
from files as counting
inner join files as passed_over
    on
        counting.file_kind = passed_over.file_kind
        and counting.periodicity = passed_over.periodicity
        and counting.year = passed_over.year
        and counting.period_number = passed_over.period_number
where
    counting.is_in_use
    and not passed_over.is_in_use
    and 2 * counting.accepted_count < passed_over.accepted_count
