-- The mentions as the cleansed table of old had them, under its names: for what was built on that table.

with

mentioned as (

    select distinct logical_post_id from {{ ref('fct_brand_mentions') }}

),

-- What a query found or a file holds: a post that only came along with one that refers to it was no row there either.
posts as (

    select posts.*

    from {{ ref('fct_x_posts') }} as posts
    left join mentioned
        on posts.logical_post_id = mentioned.logical_post_id
    where posts.is_archived or mentioned.logical_post_id is not null

),

users as (

    select * from {{ ref('dim_x_users') }}

),

tags as (

    select
        logical_post_id,
        {{ dbt.listagg('tag_text', "', '", 'order by hashtag_number') }} as tweet_hashtags

    from {{ ref('x_post_hashtags') }}
    group by logical_post_id

),

-- That table kept of the user what came with the tweet when it was fetched.
final as (

    select
        posts.logical_post_id as tweet_id,
        posts.created_at as tweet_created_at,
        posts.post_text as tweet_text,
        cast(tags.tweet_hashtags as varchar(65535)) as tweet_hashtags,
        posts.is_retweet,
        posts.author_id as user_id,
        users.followers_count as user_followers_count,
        users.location as user_location

    from posts
    inner join users
        on
            posts.user_key = users.user_key
            and coalesce(posts.last_fetched_at, cast('9999-12-31' as timestamp)) >= users.valid_from
            and (
                coalesce(posts.last_fetched_at, cast('9999-12-31' as timestamp)) < users.valid_to
                or users.valid_to is null
            )
    left join tags
        on posts.logical_post_id = tags.logical_post_id

)

select * from final
