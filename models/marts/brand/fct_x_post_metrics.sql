-- The numbers of each post at each moment at which it was fetched, and what they grew by since the moment before.

{% set metrics = ['like_count', 'repost_count', 'reply_count', 'quote_count', 'bookmark_count', 'impression_count'] %}
{% set is_measured = 'fetched_at is not null and coalesce(' ~ metrics | join(', ') ~ ') is not null' %}

{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='logical_post_id',
        post_hook="{{ delete_gone('(select logical_post_id from ' ~ ref('int_x_post_sightings') ~ ' where "
            ~ is_measured ~ ") as measured', 'logical_post_id') }}",
    )
}}

with

changed_posts as (

    select
        logical_post_id,
        _changed_seq

    from {{ ref('fct_x_posts') }}

    {{ where_changed() }}

),

-- What has no time cannot be one of a row of moments.
measured as (

    select * from {{ ref('int_x_post_sightings') }}
    where {{ is_measured }}

),

-- Several pages of one second say a post once.
ranked as (

    select
        measured.*,
        changed_posts._changed_seq as post_changed_seq,
        row_number() over (
            partition by measured.post_id, measured.fetched_at
            order by case when measured.is_match then 0 else 1 end, measured.sighting_id
        ) as page_rank

    from measured
    inner join changed_posts
        on measured.logical_post_id = changed_posts.logical_post_id

),

compared as (

    select
        *,

        {% for metric in metrics %}

        lag({{ metric }}) over (partition by post_id order by fetched_at) as previous_{{ metric }},

        {% endfor %}

        lag(fetched_at) over (partition by post_id order by fetched_at) as previous_fetched_at,
        cast({{ epoch_ms_of('fetched_at') }} as varchar(20)) as fetched_at_text

    from ranked
    where page_rank = 1

),

final as (

    select
        {{ surrogate_key(['post_id', 'fetched_at_text']) }} as post_metrics_key,
        logical_post_id,
        post_id,
        fetched_at,
        cast(fetched_at as date) as fetched_date,
        previous_fetched_at,

        {% for metric in metrics %}

        {{ metric }},

        {% endfor %}

        {% for metric in metrics %}

        {{ metric }} - previous_{{ metric }} as {{ metric }}_change,

        {% endfor %}

        post_changed_seq as _changed_seq

    from compared

)

select * from final
