-- Entities that stand twice in a file that counts, with other numbers: one row counts, and the other's numbers do not.
-- So it is where the alias seed makes one of two labels, or a CNPJ stands with its zeros and without.
{{ config(severity='warn') }}
{%- set counts = ['total_count', 'answered_count', 'upheld_regulated_count', 'upheld_count', 'client_count'] %}

select
    _input_key,
    year,
    period_number,
    institution_id,
    conglomerate_id,
    count(*) as row_count

from {{ ref('int_bank_complaints') }}
where is_of_file_that_counts
group by stream, _input_key, periodicity, year, period_number, file_kind, institution_id, conglomerate_id
having
    {% for name in counts %}

    {{ 'or ' if not loop.first }}min({{ name }}) <> max({{ name }})

    {% endfor %}
