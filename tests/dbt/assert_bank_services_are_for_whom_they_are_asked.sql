-- Services that answers for the other kind of persons name, too: the ranges of codes may have changed.
{{ config(severity='warn') }}

select
    service_code,
    person_kind,
    is_asked_for_natural,
    is_asked_for_legal
from {{ ref('dim_bank_services') }}
where
    person_kind is null
    or (person_kind = 'legal' and is_asked_for_natural)
    or (person_kind = 'natural' and is_asked_for_legal)
