-- Every line of these seeds says why, in one line. One that does not has too few cells, or a quote that is not closed
-- and took the lines below it along: it would be read as something that nobody wrote.
select
    cast('seeds/corrections.csv' as varchar(65535)) as seed,
    record as named,
    reason
from {{ ref('corrections') }}
where reason is null or reason like '%' || chr(10) || '%'
union all
select
    cast('seeds/withdrawn_inputs.csv' as varchar(65535)) as seed,
    input_key as named,
    reason
from {{ ref('withdrawn_inputs') }}
where reason is null or reason like '%' || chr(10) || '%'
