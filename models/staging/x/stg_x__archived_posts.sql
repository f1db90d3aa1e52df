-- The posts of the saved files, and the users that stand among them, in the newest version of each file, under one name
-- for each thing that their formats say.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='post_sighting_id',
        pre_hook="{{ start_over_after_withdrawal('x.archived_posts') }}",
        post_hook="{{ delete_superseded_versions('x.archived_posts') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('x.archived_posts')) | indent(4) }}

),

referenced as (

    select * from {{ x_references('newest') }}

),

final as (

    select
        {{ row_key(stream_at('x.archived_posts')) }} as post_sighting_id,
        case
            when {{ x_is_archived_post('newest.') }}
                then coalesce(newest.v1_post_id, newest.cleansed_post_id, newest.post_id)
        end as post_id,
        {{ listed('coalesce(newest.edit_history_tweet_ids, newest.edit_history_post_ids)') }} as edit_history,
        coalesce(newest.author_id, newest.v1_user_id, newest.cleansed_user_id) as author_id,
        newest.conversation_id,
        coalesce(newest.in_reply_to_user_id, newest.v1_in_reply_to_user_id) as in_reply_to_user_id,
        case
            when {{ x_is_archived_post('newest.') }}
                then coalesce(newest.created_at, newest.v1_created_at, newest.cleansed_created_at)
        end as created_at,
        coalesce(newest.v1_full_text, newest.short_text, newest.cleansed_text) as short_text,
        coalesce(newest.note_tweet_text, newest.note_post_text, newest.v1_extended_text) as long_text,
        newest.language,
        newest.is_possibly_sensitive,
        coalesce(referenced.retweeted_post_id, newest.v1_retweeted_post_id) as retweeted_post_id,
        -- A status of version 1.1 that retweets a quote has the quote's reference, too, which is not its own.
        coalesce(
            referenced.quoted_post_id,
            case
                when newest.v1_retweeted_post_id is null
                    then coalesce(newest.v1_quoted_post_id, newest.v1_quoted_status_id)
            end
        ) as quoted_post_id,
        coalesce(referenced.replied_to_post_id, newest.v1_replied_to_post_id) as replied_to_post_id,
        newest.cleansed_is_retweet,
        {{ x_is_withheld('newest.') }}
        or coalesce(newest.v1_withheld_copyright, false)
        or {{ listed('newest.v1_withheld_in_countries') }} is not null as is_withheld,
        coalesce(
            {{ listed('newest.withheld_country_codes') }},
            {{ listed('newest.v1_withheld_in_countries') }}
        ) as withheld_countries,
        coalesce(newest.like_count, newest.v1_like_count) as like_count,
        coalesce(newest.retweet_count, newest.repost_count, newest.v1_repost_count) as repost_count,
        newest.reply_count,
        newest.quote_count,
        newest.bookmark_count,
        newest.impression_count,
        coalesce(newest.hashtags, newest.cleansed_hashtags, newest.cleansed_hasthags) as short_text_hashtags,
        coalesce(
            newest.note_tweet_hashtags, newest.note_post_hashtags, newest.v1_extended_hashtags
        ) as long_text_hashtags,
        case
            when {{ x_is_archived_post('newest.') }} then coalesce(newest.v1_user_id, newest.cleansed_user_id)
            else coalesce(newest.v1_post_id, newest.post_id)
        end as user_id,
        coalesce(newest.v1_username, newest.profile_username, newest.profile_screen_name) as username,
        coalesce(newest.v1_name, newest.profile_name) as name,
        coalesce(newest.v1_location, newest.cleansed_location, newest.profile_location) as location,
        coalesce(newest.v1_description, newest.profile_description) as description,
        coalesce(newest.v1_profile_url, newest.profile_url) as profile_url,
        coalesce(newest.v1_is_verified, newest.profile_is_verified) as is_verified,
        coalesce(newest.v1_is_protected, newest.profile_is_protected) as is_protected,
        case
            when {{ x_is_archived_post('newest.') }} then newest.v1_user_created_at
            else coalesce(newest.created_at, newest.v1_created_at)
        end as user_created_at,
        coalesce(
            newest.v1_followers_count, newest.cleansed_followers_count, newest.profile_followers_count,
            newest.profile_v1_followers_count
        ) as followers_count,
        coalesce(
            newest.v1_following_count, newest.profile_following_count, newest.profile_v1_following_count
        ) as following_count,
        coalesce(
            newest.v1_user_post_count, newest.profile_tweet_count, newest.profile_post_count,
            newest.profile_v1_post_count
        ) as user_post_count,
        coalesce(newest.v1_listed_count, newest.profile_listed_count, newest.profile_v1_listed_count) as listed_count,
        {{ param('format') }} as archive_format,
        newest.v1_retweeted_status as retweeted_status,
        newest.v1_quoted_status as quoted_status,
        newest.fetched_date,
        {{ param('part') }} as part,
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
