-- The users that saved answers describe, in the newest version of each file.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_sighting_id',
        pre_hook="{{ start_over_after_withdrawal('x.archived_users') }}",
        post_hook="{{ delete_superseded_versions('x.archived_users') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('x.archived_users')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('x.archived_users')) }} as user_sighting_id,
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
        {{ param('format') }} as archive_format,
        fetched_date,
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
