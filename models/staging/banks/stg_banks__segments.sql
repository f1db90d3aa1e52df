-- The rows of the newest version of each list of who is regulated how.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='segment_row_id',
        pre_hook="{{ start_over_after_withdrawal('banks.segments') }}",
        post_hook="{{ delete_superseded_versions('banks.segments') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('banks.segments')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('banks.segments')) }} as segment_row_id,
        segment,
        {{ cnpj8('cnpj') }} as cnpj8,
        listed_name,
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
