-- Posts that show another edit than the newest that was seen, a text of before the last time this was fetched, or
-- that were made after one of their edits.

with

sightings as (

    select * from {{ ref('int_x_post_sightings') }}

),

posts as (

    select * from {{ ref('fct_x_posts') }}

),

newest_edits as (

    select
        logical_post_id,
        max(edit_number) as edit_number,
        min(created_at) as created_at
    from sightings
    group by logical_post_id

),

last_fetches as (

    select
        post_id,
        max(fetched_at) as fetched_at
    from sightings
    group by post_id

),

final as (

    select
        posts.logical_post_id,
        posts.post_id,
        posts.edit_count,
        posts.created_at,
        newest_edits.edit_number,
        newest_edits.created_at as first_created_at,
        shown.fetched_at,
        last_fetches.fetched_at as last_fetched_at

    from posts
    inner join newest_edits
        on posts.logical_post_id = newest_edits.logical_post_id
    inner join last_fetches
        on posts.post_id = last_fetches.post_id
    left join sightings as shown
        on posts.sighting_id = shown.sighting_id
    where
        posts.edit_count + 1 <> newest_edits.edit_number
        or shown.sighting_id is null
        or shown.post_id <> posts.post_id
        or shown.edit_number <> newest_edits.edit_number
        or coalesce(shown.fetched_at, cast('1970-01-01' as timestamp)) < last_fetches.fetched_at
        or posts.created_at > newest_edits.created_at

)

select * from final
