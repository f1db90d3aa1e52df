-- The services in each answer of the fee service, of those with one code the last.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='fee_id',
        pre_hook="{{ start_over_after_withdrawal('banks.fees') }}",
        post_hook="{{ delete_superseded_versions('banks.fees') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('banks.fees')) | indent(4) }}

),

-- The text of a time is looked at many times while it is read.
dated as (

    select
        *,
        {{ bank_time_text(param('fetched_at')) }} as fetched_at_text
    from newest

),

final as (

    select
        {{ row_key(stream_at('banks.fees')) }} as fee_id,
        {{ bank_person_kind(param('person_kind')) }} as person_kind,
        {{ cnpj8(cast_text(param('cnpj'), 'cnpj8', 'varchar(65535)')) }} as cnpj8,
        {{ cast_in_calendar('fetched_at_text', 'iso8601', 'timestamp') }} as fetched_at,
        service_code,
        service_name,
        unit_text,
        effective_date,
        max_value,
        value_type_text,
        frequency_text,
        _object,
        _row,
        _input_key,
        _load_id,
        _load_seq,
        _loaded_at,
        _correction,
        {{ changed_seq() }} as _changed_seq

    from dated

)

select * from final
