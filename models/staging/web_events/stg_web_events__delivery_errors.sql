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

-- A description has no key: the same bytes again are the same description.
counted as (

    {{ rows_by_key(stream_at('web_events.delivery_errors')) | indent(4) }}

),

final as (

    select
        record_key as delivery_error_id,
        coalesce(error_code, error_code_capitalised, last_error_code) as error_code,
        coalesce(error_message, error_message_capitalised, last_error_message) as error_message,
        attempt_count,
        arrived_at,
        last_attempt_at,
        coalesce(lambda_arn, lambda_arn_capitalised) as lambda_arn,
        raw_data_base64,
        _object,
        _row,
        _input_key,
        _load_id,
        _load_seq,
        _loaded_at,
        _correction,
        {{ changed_seq() }} as _changed_seq

    from counted

)

select * from final
