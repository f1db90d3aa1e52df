-- Posts that refer to another without being a retweet, quote or reply, or are one without referring. Only old
-- archives know of a retweet without knowing what it repeats.

with

posts as (

    select * from {{ ref('fct_x_posts') }}

),

final as (

    select
        logical_post_id,
        is_retweet,
        retweeted_post_id,
        is_quote,
        quoted_post_id,
        is_reply,
        replied_to_post_id

    from posts
    where
        (retweeted_post_id is not null and not is_retweet)
        or (is_retweet and retweeted_post_id is null and not is_archived)
        or (quoted_post_id is not null) <> is_quote
        or (replied_to_post_id is not null) <> is_reply

)

select * from final
