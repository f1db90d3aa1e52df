-- The students as each version of the file lists them.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_version_id',
        pre_hook="{{ start_over_after_withdrawal('learning.users') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('learning.users'), every_version=true) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('learning.users'), version='version_seq') }} as user_version_id,
        user_id,
        name,
        github_handle,
        location,
        email,
        company,
        version_seq,
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
