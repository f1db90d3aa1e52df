-- The posts of each page of the API, those asked for and those that came along, whichever vocabulary it speaks.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='post_sighting_id',
        pre_hook="{{ start_over_after_withdrawal('x.posts') }}",
        post_hook="{{ delete_superseded_versions('x.posts') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('x.posts')) | indent(4) }}

),

referenced as (

    select * from {{ x_references('newest') }}

),

final as (

    select
        {{ row_key(stream_at('x.posts')) }} as post_sighting_id,
        newest.post_id,
        {{ listed('coalesce(newest.edit_history_tweet_ids, newest.edit_history_post_ids)') }} as edit_history,
        newest.author_id,
        newest.conversation_id,
        newest.in_reply_to_user_id,
        newest.created_at,
        newest.short_text,
        coalesce(newest.note_tweet_text, newest.note_post_text) as long_text,
        newest.language,
        newest.is_possibly_sensitive,
        referenced.retweeted_post_id,
        referenced.quoted_post_id,
        referenced.replied_to_post_id,
        {{ x_is_withheld('newest.') }} as is_withheld,
        {{ listed('newest.withheld_country_codes') }} as withheld_countries,
        newest.like_count,
        coalesce(newest.retweet_count, newest.repost_count) as repost_count,
        newest.reply_count,
        newest.quote_count,
        newest.bookmark_count,
        newest.impression_count,
        newest.hashtags as short_text_hashtags,
        coalesce(newest.note_tweet_hashtags, newest.note_post_hashtags) as long_text_hashtags,
        {{ param('endpoint') }} as endpoint,
        {{ param('query') }} as query,
        {{ param('user_id') }} as account_user_id,
        {{ param('username') }} as account_username,
        {{ cast_text(param('page'), 'integer', 'bigint') }} as page_number,
        {{ param('part') }} as part,
        {{ cast_in_calendar(param('fetched_at'), 'iso8601', 'timestamp') }} as fetched_at,
        {{ cast_in_calendar(param('gap_from'), 'iso8601', 'timestamp') }} as gap_from,
        {{ cast_in_calendar(param('gap_until'), 'iso8601', 'timestamp') }} as gap_until,
        newest._object,
        newest._row,
        newest._input_key,
        newest._load_id,
        newest._load_seq,
        newest._loaded_at,
        newest._correction,
        {{ changed_seq() }} as _changed_seq

    from newest
    left join referenced on newest._object = referenced._object and newest._row = referenced._row

)

select * from final
