-- Rows whose total is not the sum of its three parts, as it is in every row that was published with them.

select
    complaint_key,
    input_key,
    total_count,
    upheld_regulated_count,
    other_regulated_count,
    unregulated_count

from {{ ref('fct_bank_complaints') }}
where total_count <> upheld_regulated_count + other_regulated_count + unregulated_count
