-- Posts of X, a post and its edits put together: the newest edit, and the newest numbers there are.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='logical_post_id',
        post_hook="{{ delete_gone(ref('int_x_post_sightings'), 'logical_post_id') }}",
    )
}}

{% set metrics = ['like_count', 'repost_count', 'reply_count', 'quote_count', 'bookmark_count', 'impression_count'] %}

with

sightings as (

    select
        *,
        coalesce({{ metrics | join(', ') }}) is not null as has_metrics
    from {{ ref('int_x_post_sightings') }}

),

seen_posts as (

    select
        logical_post_id,
        count(*) as fetch_count,
        max(_changed_seq) as newest_changed_seq

    from sightings
    group by logical_post_id

),

-- A post is made again where anything was seen of it since, and where a file that came again no longer has it.
changed_posts as (

    select seen_posts.logical_post_id

    from seen_posts

    {% if is_incremental() %}

    left join {{ this }} as present
        on seen_posts.logical_post_id = present.logical_post_id
    where
        present.logical_post_id is null
        or present.fetch_count <> seen_posts.fetch_count
        or present._changed_seq < seen_posts.newest_changed_seq

    {% endif %}

),

-- Of what was seen in one second, or on one day of an archive, a cleansed row, which knows no language, says the least.
-- Numbers without a time count only where there are no others.
ranked as (

    select
        sightings.*,
        row_number() over (
            partition by sightings.logical_post_id
            order by
                sightings.edit_number desc,
                sightings.fetched_at desc nulls last,
                case when sightings.language is null then 1 else 0 end asc,
                case when sightings.is_match then 0 else 1 end asc,
                sightings.sighting_id asc
        ) as text_rank,
        row_number() over (
            partition by sightings.logical_post_id
            order by
                case when sightings.has_metrics then 0 else 1 end asc,
                case when sightings.fetched_at is null then 1 else 0 end asc,
                sightings.edit_number desc,
                sightings.fetched_at desc nulls last,
                case when sightings.is_match then 0 else 1 end asc,
                sightings.sighting_id asc
        ) as metrics_rank,
        row_number() over (
            partition by sightings.logical_post_id
            order by
                case when sightings.created_at is null then 1 else 0 end,
                sightings.edit_number,
                sightings.created_at,
                sightings.sighting_id
        ) as creation_rank,
        max(sightings.author_id) over (partition by sightings.logical_post_id) as any_author_id,
        max(case when sightings.is_match then 1 else 0 end) over (
            partition by sightings.logical_post_id
        ) as match_count,
        max(case when sightings.is_match and sightings.endpoint = 'archive' then 1 else 0 end) over (
            partition by sightings.logical_post_id
        ) as archive_count,
        min(sightings.fetched_at) over (partition by sightings.logical_post_id) as first_fetched_at,
        max(sightings.fetched_at) over (partition by sightings.logical_post_id) as last_fetched_at,
        count(*) over (partition by sightings.logical_post_id) as fetch_count

    from sightings
    inner join changed_posts
        on sightings.logical_post_id = changed_posts.logical_post_id

),

texts as (

    select * from ranked
    where text_rank = 1

),

tagged as (

    select distinct logical_post_id
    from {{ x_hashtags('texts', ['logical_post_id']) }}

),

numbers as (

    select * from ranked
    where metrics_rank = 1

),

creations as (

    select * from ranked
    where creation_rank = 1

),

final as (

    select
        texts.logical_post_id,
        texts.post_id,
        texts.edit_number - 1 as edit_count,
        texts.edit_number > 1 as is_edited,
        {{ surrogate_key(["coalesce(texts.author_id, texts.any_author_id, '(unknown)')"]) }} as user_key,
        coalesce(texts.author_id, texts.any_author_id) as author_id,
        creations.created_at,
        cast(creations.created_at as date) as created_date,
        texts.post_text,
        cast(length(texts.post_text) as integer) as text_length,
        texts.language,
        texts.conversation_id,
        texts.in_reply_to_user_id,
        texts.is_retweet,
        texts.is_quote,
        texts.is_reply,
        texts.retweeted_post_id,
        texts.quoted_post_id,
        texts.replied_to_post_id,
        tagged.logical_post_id is not null as has_hashtags,
        texts.is_possibly_sensitive,
        texts.is_withheld,
        texts.withheld_countries,

        {% for metric in metrics %}

        numbers.{{ metric }},

        {% endfor %}

        case when numbers.has_metrics then numbers.fetched_at end as metrics_fetched_at,
        texts.match_count > 0 as is_matched,
        texts.archive_count > 0 as is_archived,
        texts.first_fetched_at,
        texts.last_fetched_at,
        texts.fetch_count,
        texts.sighting_id,
        {{ changed_seq() }} as _changed_seq

    from texts
    inner join numbers
        on texts.logical_post_id = numbers.logical_post_id
    inner join creations
        on texts.logical_post_id = creations.logical_post_id
    left join tagged
        on texts.logical_post_id = tagged.logical_post_id

)

select * from final
