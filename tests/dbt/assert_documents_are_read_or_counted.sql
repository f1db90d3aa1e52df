-- Every document of saved answers gave a record, said that there is none, or is a reject.
select
    source,
    stream,
    _load_seq,
    _input_key,
    document_count,
    row_count,
    empty_count,
    reject_count
from {{ source('headwater', 'inputs') }}
where document_count > row_count + empty_count + reject_count
