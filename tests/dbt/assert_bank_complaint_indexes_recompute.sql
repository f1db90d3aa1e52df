-- Rows whose published index is not a million times their upheld complaints by their customers, to a hundredth. Up to
-- 2024 Q1 it is; what is extrapolated since then is published rounded and does not give the index again.

select
    complaint_key,
    input_key,
    complaint_index,
    recomputed_index,
    indexed_count,
    client_count

from {{ ref('fct_bank_complaints') }}
where abs(complaint_index - recomputed_index) > 0.01
