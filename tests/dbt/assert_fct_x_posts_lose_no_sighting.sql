-- Posts that were seen and are in no row, rows that nothing was seen of, and posts that count another number of
-- sightings than there are.

with

seen as (

    select
        logical_post_id,
        count(*) as fetch_count
    from {{ ref('int_x_post_sightings') }}
    group by logical_post_id

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

final as (

    select
        coalesce(seen.logical_post_id, posts.logical_post_id) as logical_post_id,
        seen.fetch_count as seen_count,
        posts.fetch_count

    from seen
    full outer join posts
        on seen.logical_post_id = posts.logical_post_id
    where
        seen.logical_post_id is null
        or posts.logical_post_id is null
        or seen.fetch_count <> posts.fetch_count

)

select * from final
