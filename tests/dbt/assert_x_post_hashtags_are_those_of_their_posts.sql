-- Posts with hashtags of which there are none or with none of which there are some, hashtags of another sighting than
-- the one that tells the post, and numbers with gaps.

with

hashtags as (

    select * from {{ ref('x_post_hashtags') }}

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

counted as (

    select
        logical_post_id,
        count(*) as hashtag_count,
        max(hashtag_number) as last_number,
        min(sighting_id) as first_sighting_id,
        max(sighting_id) as last_sighting_id

    from hashtags
    group by logical_post_id

),

final as (

    select
        coalesce(posts.logical_post_id, counted.logical_post_id) as logical_post_id,
        posts.has_hashtags,
        counted.hashtag_count,
        counted.last_number

    from posts
    full outer join counted
        on posts.logical_post_id = counted.logical_post_id
    where
        posts.logical_post_id is null
        or posts.has_hashtags <> (counted.logical_post_id is not null)
        or counted.hashtag_count <> counted.last_number
        or counted.first_sighting_id <> posts.sighting_id
        or counted.last_sighting_id <> posts.sighting_id

)

select * from final
