-- The posts of each account whose timeline is loaded, newest first.

with

sightings as (

    select * from {{ ref('int_x_post_sightings') }}
    where endpoint = 'timeline' and is_match

),

-- An account that was renamed has one name: the one under which it was asked for last.
accounts as (

    select
        account_user_id,
        account_username,
        row_number() over (
            partition by account_user_id
            order by fetched_at desc, account_username asc
        ) as newest_first

    from sightings

),

timeline_posts as (

    select distinct
        account_user_id,
        logical_post_id
    from sightings

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

-- Ids compare as numbers: the longer one is the greater one.
ranked as (

    select
        timeline_posts.account_user_id,
        accounts.account_username,
        posts.user_key,
        timeline_posts.logical_post_id,
        posts.post_id,
        posts.created_at,
        posts.post_text,
        posts.like_count,
        posts.repost_count,
        posts.reply_count,
        posts.is_retweet,
        posts.is_reply,
        posts.last_fetched_at,
        row_number() over (
            partition by timeline_posts.account_user_id
            order by
                posts.created_at desc nulls last,
                length(timeline_posts.logical_post_id) desc,
                timeline_posts.logical_post_id desc
        ) as post_rank

    from timeline_posts
    inner join accounts
        on timeline_posts.account_user_id = accounts.account_user_id and accounts.newest_first = 1
    inner join posts
        on timeline_posts.logical_post_id = posts.logical_post_id

),

final as (

    select
        {{ surrogate_key(['account_user_id', 'logical_post_id']) }} as timeline_post_key,
        account_user_id,
        account_username,
        user_key,
        post_rank,
        logical_post_id,
        created_at,
        post_text,
        like_count,
        repost_count,
        reply_count,
        is_retweet,
        is_reply,
        last_fetched_at,
        'https://x.com/' || account_username || '/status/' || post_id as url

    from ranked

)

select * from final
