-- The problems that each page of the API names beside what it could give.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='error_id',
        pre_hook="{{ start_over_after_withdrawal('x.errors') }}",
        post_hook="{{ delete_superseded_versions('x.errors') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('x.errors')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('x.errors')) }} as error_id,
        title,
        detail,
        error_type,
        resource_type,
        parameter,
        resource_id,
        value,
        {{ param('endpoint') }} as endpoint,
        {{ param('query') }} as query,
        {{ param('user_id') }} as account_user_id,
        {{ param('username') }} as account_username,
        {{ cast_text(param('page'), 'integer', 'bigint') }} as page_number,
        {{ cast_in_calendar(param('fetched_at'), 'iso8601', 'timestamp') }} as fetched_at,
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
