-- The services in each saved answer, in the newest version of its file, of those with one code the last.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='fee_id',
        pre_hook="{{ start_over_after_withdrawal('banks.fee_files') }}",
        post_hook="{{ delete_superseded_versions('banks.fee_files') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('banks.fee_files')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('banks.fee_files')) }} as fee_id,
        {{ bank_person_kind('person_kind_letter') }} as person_kind,
        {{ cnpj8('cnpj') }} as cnpj8,
        fetched_at,
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

    from newest

)

select * from final
