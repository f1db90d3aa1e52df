-- The records that Firehose could not deliver, under one name for each thing it says of them.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='delivery_error_id',
        pre_hook="{{ start_over_after_withdrawal('web_events.delivery_errors') }}",
    )
}}

with

delivery_errors as (

    select * from {{ accepted(stream_at('web_events.delivery_errors')) }}

),

accepted as (

    -- A description has no key: the same bytes again are the same description.
    select
        {{ record_key() }} as delivery_error_id,
        error_code as plain_code,
        error_code_capitalised,
        last_error_code,
        error_message as plain_message,
        error_message_capitalised,
        last_error_message,
        coalesce(lambda_arn, lambda_arn_capitalised) as lambda_arn,
        attempt_count,
        arrived_at,
        last_attempt_at,
        raw_data_base64,
        _object,
        _row,
        _input_key,
        _load_id,
        _load_seq,
        _loaded_at,
        _correction
    from delivery_errors
    {% if is_incremental() %}
    where
        _load_seq > (select coalesce(max(present._load_seq), 0) from {{ this }} as present)
        or _correction is not null
    {% endif %}

),

ranked as (

    select
        *,
        row_number() over (partition by delivery_error_id order by _load_seq, _object, _row) as record_rank
    from accepted

),

final as (

    select
        ranked.delivery_error_id,
        coalesce(ranked.plain_code, ranked.error_code_capitalised, ranked.last_error_code) as error_code,
        coalesce(ranked.plain_message, ranked.error_message_capitalised, ranked.last_error_message) as error_message,
        ranked.attempt_count,
        ranked.arrived_at,
        ranked.last_attempt_at,
        ranked.lambda_arn,
        ranked.raw_data_base64,
        ranked._object,
        ranked._row,
        ranked._input_key,
        ranked._load_id,
        ranked._load_seq,
        ranked._loaded_at,
        ranked._correction,
        {{ changed_seq() }} as _changed_seq
    from ranked
    {% if is_incremental() %}
    left join {{ this }} as present on ranked.delivery_error_id = present.delivery_error_id
    {% endif %}
    where
        ranked.record_rank = 1
        {% if is_incremental() %}
        and present.delivery_error_id is null
        {% endif %}

)

select * from final
