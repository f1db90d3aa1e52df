-- Entities that stand twice in a file that counts, with other numbers: one row counts, and the other's numbers do not.
-- So it is where the alias seed makes one of two labels, or a CNPJ stands with its zeros and without.
{{ config(severity='warn') }}

with

complaints as (

    select * from {{ ref('int_bank_complaints') }}
    where is_of_file_that_counts

)

select
    counted._input_key as input_key,
    counted.institution_id,
    counted.institution_name,
    passed_over.institution_name as passed_over_name,
    coalesce(passed_over.total_count, passed_over.answered_count) as passed_over_count
from complaints as counted
inner join complaints as passed_over
    on
        counted.stream = passed_over.stream
        and counted._input_key = passed_over._input_key
        and counted.periodicity = passed_over.periodicity
        and counted.year = passed_over.year
        and counted.period_number = passed_over.period_number
        and counted.file_kind = passed_over.file_kind
        and counted.institution_id = passed_over.institution_id
        and coalesce(counted.conglomerate_id, '') = coalesce(passed_over.conglomerate_id, '')
where
    counted.is_counted
    and not passed_over.is_counted
    and coalesce(counted.total_count, counted.answered_count, -1)
    <> coalesce(passed_over.total_count, passed_over.answered_count, -1)
