-- Mentions and archived posts that the table of old does not have, and rows of it that are neither.

with

expected as (

    select distinct logical_post_id
    from {{ ref('int_x_post_sightings') }}
    where is_match and (query is not null or endpoint = 'archive')

),

tweets as (

    select * from {{ ref('brand_tweets') }}

),

final as (

    select
        expected.logical_post_id,
        tweets.tweet_id

    from expected
    full outer join tweets
        on expected.logical_post_id = tweets.tweet_id
    where expected.logical_post_id is null or tweets.tweet_id is null

)

select * from final
