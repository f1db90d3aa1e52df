-- The groups of institutions in the newest list.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='group_code',
        pre_hook="{{ start_over_after_withdrawal('banks.groups') }}",
        post_hook="{{ delete_superseded_versions('banks.groups') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('banks.groups')) | indent(4) }}

),

final as (

    select
        group_code,
        group_name,
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
