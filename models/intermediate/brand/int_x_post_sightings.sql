-- Every post as each page of the API and each saved file shows it; no other model knows their formats.

with

sightings as (

    {% set columns = [
        'post_id', 'edit_history', 'author_id', 'conversation_id', 'in_reply_to_user_id', 'created_at', 'short_text',
        'long_text', 'language', 'is_possibly_sensitive', 'retweeted_post_id', 'quoted_post_id', 'replied_to_post_id',
        'is_withheld', 'withheld_countries', 'like_count', 'repost_count', 'reply_count', 'quote_count',
        'bookmark_count', 'impression_count', 'short_text_hashtags', 'long_text_hashtags', '_load_seq', '_loaded_at',
        '_changed_seq',
    ] -%}
    select
        {{ columns | join(',\n        ') }},
        'posts/' || post_sighting_id as sighting_id,
        cast('posts' as varchar(65535)) as stream,
        retweeted_post_id is not null as is_retweet,
        endpoint,
        query,
        account_user_id,
        account_username,
        part,
        fetched_at
    from {{ ref('stg_x__posts') }}
    union all
    select
        {{ columns | join(',\n        ') }},
        'archived_posts/' || post_sighting_id as sighting_id,
        cast('archived_posts' as varchar(65535)) as stream,
        retweeted_post_id is not null or coalesce(cleansed_is_retweet, false) as is_retweet,
        cast('archive' as varchar(65535)) as endpoint,
        nullif(post_id, post_id) as query,
        nullif(post_id, post_id) as account_user_id,
        nullif(post_id, post_id) as account_username,
        part,
        cast(fetched_date as timestamp) as fetched_at
    from {{ ref('stg_x__archived_posts') }}
    where post_id is not null
    union all
    select
        post_id,
        nullif(post_id, post_id) as edit_history,
        author_id,
        nullif(post_id, post_id) as conversation_id,
        in_reply_to_user_id,
        created_at,
        short_text,
        long_text,
        language,
        is_possibly_sensitive,
        nullif(post_id, post_id) as retweeted_post_id,
        quoted_post_id,
        replied_to_post_id,
        is_withheld,
        withheld_countries,
        like_count,
        repost_count,
        nullif(like_count, like_count) as reply_count,
        nullif(like_count, like_count) as quote_count,
        nullif(like_count, like_count) as bookmark_count,
        nullif(like_count, like_count) as impression_count,
        short_text_hashtags,
        long_text_hashtags,
        _load_seq,
        _loaded_at,
        _changed_seq,
        'archived_posts/' || nested_post_id as sighting_id,
        cast('archived_posts' as varchar(65535)) as stream,
        false as is_retweet,
        cast('archive' as varchar(65535)) as endpoint,
        nullif(post_id, post_id) as query,
        nullif(post_id, post_id) as account_user_id,
        nullif(post_id, post_id) as account_username,
        cast('includes' as varchar(65535)) as part,
        cast(fetched_date as timestamp) as fetched_at
    from {{ ref('int_x_nested_posts') }}
    where is_post

),

edits as (

    -- A history lists the ids of all edits, the first one first. One that lacks the post is not the post's.
    select
        *,
        {{ place_of("',' || post_id || ','", "',' || edit_history || ','") }} as place_in_history
    from sightings

),

final as (

    select
        sighting_id,
        post_id,
        case
            when place_in_history > 0 then {{ dbt.split_part('edit_history', "','", 1) }}
            else post_id
        end as logical_post_id,
        case
            when place_in_history > 0
                then cast(
                    place_in_history
                    - length(replace(left(',' || edit_history, cast(place_in_history as integer)), ',', '')) as integer
                )
            else 1
        end as edit_number,
        author_id,
        coalesce(created_at, {{ x_time_of_id('post_id') }}) as created_at,
        coalesce(long_text, short_text) as delivered_text,
        {{ unescaped('coalesce(long_text, short_text)') }} as post_text,
        language,
        conversation_id,
        in_reply_to_user_id,
        is_retweet,
        quoted_post_id is not null as is_quote,
        replied_to_post_id is not null as is_reply,
        retweeted_post_id,
        quoted_post_id,
        replied_to_post_id,
        is_possibly_sensitive,
        is_withheld,
        withheld_countries,
        like_count,
        repost_count,
        reply_count,
        quote_count,
        bookmark_count,
        impression_count,

        -- The short text is the beginning of the long one, so its hashtags stand at the same places there.
        coalesce(case when long_text is not null then long_text_hashtags end, short_text_hashtags) as hashtags,
        endpoint,
        query,
        account_user_id,
        account_username,
        coalesce(part, 'data') <> 'includes' as is_match,
        fetched_at,
        cast('x' as varchar(65535)) as source,
        stream,
        _load_seq,
        _loaded_at,
        _changed_seq

    from edits

)

select * from final
