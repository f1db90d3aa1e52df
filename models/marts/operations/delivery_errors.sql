-- What Firehose could not deliver, for whoever must find out why.
with

delivery_errors as (

    select * from {{ ref('stg_web_events__delivery_errors') }}

),

final as (

    select
        delivery_error_id,
        error_code,
        error_message,
        attempt_count,
        arrived_at,
        last_attempt_at,
        lambda_arn,
        raw_data_base64,
        _input_key as input_key,
        _load_id as load_id,
        _loaded_at as loaded_at
    from delivery_errors

)

select * from final
