-- Every line of these seeds says why, in one line. One that does not has too few cells, or a quote that is not closed
-- and took the lines below it along: it would be read as something that nobody wrote.
{%- for seed, named in [('corrections', 'record'), ('withdrawn_inputs', 'input_key')] %}
select
    cast('seeds/{{ seed }}.csv' as varchar(65535)) as seed,
    {{ named }} as named,
    reason
from {{ ref(seed) }}
where reason is null or reason like '%' || chr(10) || '%'
{{ 'union all' if not loop.last }}
{%- endfor %}
