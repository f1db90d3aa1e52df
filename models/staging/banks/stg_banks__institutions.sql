-- The institutions in the newest list of each group.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='group_member_id',
        pre_hook="{{ start_over_after_withdrawal('banks.institutions') }}",
        post_hook="{{ delete_superseded_versions('banks.institutions') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('banks.institutions')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('banks.institutions')) }} as group_member_id,
        {{ param('group_code') }} as group_code,
        {{ cnpj8('cnpj') }} as cnpj8,
        institution_name,
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
