-- How many records of each answer about fees could not be used, as far as nothing has mended them yet.

with

rejects as (

    {% for place in ['banks.fees', 'banks.fee_files'] %}

    {{ stream_rejects(stream_at(place)) | indent(4) }}

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

records as (

    -- a reject may hold many records, or none and be one all the same
    select
        stream,
        input_key,
        record_id,
        max(case when row_count > 1 then row_count else 1 end) as row_count

    from rejects
    where state = 'open'
    group by stream, input_key, record_id

),

final as (

    select
        stream,
        input_key as _input_key,
        cast(sum(row_count) as bigint) as open_reject_count

    from records
    group by stream, input_key

)

select * from final
