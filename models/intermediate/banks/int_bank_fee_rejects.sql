-- How many records of each answer about fees could not be used, as far as nothing has mended them yet.

with

rejects as (

    {% for place in ['banks.fees', 'banks.fee_files'] %}

    {{ stream_rejects(stream_at(place)) | indent(4) }}

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        stream,
        input_key as _input_key,
        cast(count(distinct record_id) as bigint) as open_reject_count

    from rejects
    where state = 'open'
    group by stream, input_key

)

select * from final
