-- The hashtags of each post, in the order in which they stand in it.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='logical_post_id',
        post_hook="{{ delete_gone('(select sighting_id from ' ~ ref('fct_x_posts') ~ ' where has_hashtags) as tagged', "
            ~ "'sighting_id') }}",
    )
}}

with

changed_posts as (

    select
        logical_post_id,
        sighting_id,
        _changed_seq

    from {{ ref('fct_x_posts') }}

    {{ where_changed() }}

),

texts as (

    select
        changed_posts.logical_post_id,
        changed_posts.sighting_id,
        changed_posts._changed_seq,
        sightings.delivered_text,
        sightings.hashtags

    from changed_posts
    inner join {{ ref('int_x_post_sightings') }} as sightings
        on changed_posts.sighting_id = sightings.sighting_id

),

sliced as (

    select
        *,
        case
            when tag_start >= 0 and tag_end > tag_start
                then substring(delivered_text, tag_start + 1, tag_end - tag_start)
        end as slice
    from {{ x_hashtags('texts', ['logical_post_id', 'sighting_id', '_changed_seq', 'delivered_text']) }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by logical_post_id
            order by tag_start nulls last, element_number
        ) as hashtag_number
    from sliced

),

-- A hashtag begins with # or with its wide sister.
final as (

    select
        {{ surrogate_key(['logical_post_id', 'cast(hashtag_number as varchar(20))']) }} as post_hashtag_key,
        logical_post_id,
        cast(hashtag_number as integer) as hashtag_number,
        tag_text,
        lower(tag_text) as normalized_tag,
        tag_start as start_offset,
        tag_end as end_offset,
        case
            when tag_start is not null and tag_end is not null
                then coalesce(left(slice, 1) in ('#', '＃') and substring(slice, 2, 65535) = tag_text, false)
        end as is_offset_right,
        sighting_id,
        _changed_seq

    from numbered

)

select * from final
