-- Files that took the place of an earlier one of the same name which held another period, so that this period is in no
-- mart any more. Save it again under a name of its own.
{{ config(severity='warn') }}

select
    input_key,
    replaced_period,
    own_period
from {{ ref('bank_complaint_files') }}
where replaced_period is not null
