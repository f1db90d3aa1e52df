-- The users that each page of the API describes, whichever vocabulary it speaks.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_sighting_id',
        pre_hook="{{ start_over_after_withdrawal('x.users') }}",
        post_hook="{{ delete_superseded_versions('x.users') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('x.users')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('x.users')) }} as user_sighting_id,
        user_id,
        username,
        name,
        location,
        description,
        profile_url,
        is_verified,
        is_protected,
        created_at,
        followers_count,
        following_count,
        coalesce(tweet_count, post_count) as post_count,
        listed_count,
        {{ param('endpoint') }} as endpoint,
        {{ param('query') }} as query,
        {{ param('user_id') }} as account_user_id,
        {{ param('username') }} as account_username,
        {{ cast_text(param('page'), 'integer', 'bigint') }} as page_number,
        {{ param('part') }} as part,
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
