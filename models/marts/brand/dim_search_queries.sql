-- What X was searched for: every query that was ever asked, also those that nothing answered.

with

pages as (

    select
        {{ param('query') }} as query,
        {{ param('part') }} as part,
        {{ param('fetched_at') }} as fetched_at_text,
        {{ param('gap_from') }} as gap_from,
        {{ param('gap_until') }} as gap_until,
        _input_key

    from {{ source('headwater', 'inputs') }}
    where source = 'x' and stream = 'posts'

),

-- A page is an input for the posts that it found and one for those that these refer to; a replay names its page again.
asked as (

    select
        query,
        min({{ cast_in_calendar('fetched_at_text', 'iso8601', 'timestamp') }}) as first_asked_at,
        max({{ cast_in_calendar('fetched_at_text', 'iso8601', 'timestamp') }}) as last_asked_at,
        count(distinct case when part = 'data' then _input_key end) as page_count,
        count(distinct gap_from || '/' || gap_until) as gap_count

    from pages
    where query is not null
    group by query

),

matched as (

    select
        query,
        count(distinct logical_post_id) as post_count

    from {{ ref('int_x_post_sightings') }}
    where is_match and query is not null
    group by query

),

final as (

    select
        {{ surrogate_key(['asked.query']) }} as query_key,
        asked.query,
        asked.first_asked_at,
        asked.last_asked_at,
        asked.page_count,
        coalesce(matched.post_count, 0) as post_count,
        asked.gap_count

    from asked
    left join matched
        on asked.query = matched.query

)

select * from final
