-- Users of X through time: a version for each change of their profile, an inferred one for authors nobody described.

{% set profile_columns = [
    'username', 'name', 'description', 'profile_url', 'is_verified', 'is_protected', 'account_created_at',
    'following_count', 'post_count', 'listed_count',
] %}
{% set attributes = ['username', 'name', 'location', 'description'] %}

with

-- What has no time was seen before all that has one.
sightings as (

    select
        *,
        coalesce(fetched_at, cast('1970-01-01' as timestamp)) as seen_at
    from {{ ref('int_x_user_sightings') }}

),

ordered as (

    select
        *,
        row_number() over (partition by user_id order by seen_at, _load_seq, sighting_id) as sighting_number,

        -- The first version holds from the beginning of time, so that no fact is older than its user.
        case
            when seen_at = min(seen_at) over (partition by user_id) then cast('1970-01-01' as timestamp)
            else seen_at
        end as effective_at

    from sightings

),

-- A sighting with a username is a whole profile, and what it lacks is not there. The others, cleansed rows, say
-- followers and perhaps a location, and nothing of what they lack.
counted as (

    select
        *,
        count(username) over (
            partition by user_id
            order by sighting_number
            rows between unbounded preceding and current row
        ) as profile_count,
        count(coalesce(username, location)) over (
            partition by user_id
            order by sighting_number
            rows between unbounded preceding and current row
        ) as location_count,
        count(followers_count) over (
            partition by user_id
            order by sighting_number
            rows between unbounded preceding and current row
        ) as followers_count_count

    from ordered

),

-- Where a count stands still, so does what was said last; before anything was said, it is what will be said first.
numbered_sightings as (

    select
        user_id,
        sighting_id,
        sighting_number,
        fetched_at,
        effective_at,
        location,
        followers_count,
        case when profile_count = 0 then 1 else profile_count end as profile_number,
        case when location_count = 0 then 1 else location_count end as location_number,
        case when followers_count_count = 0 then 1 else followers_count_count end as followers_number
    from counted

),

profiles as (

    select
        user_id,
        profile_count as profile_number,
        {{ profile_columns | join(',\n        ') }}
    from counted
    where username is not null

),

known as (

    select
        sightings.user_id,
        sightings.sighting_id,
        sightings.sighting_number,
        sightings.fetched_at,
        sightings.effective_at,

        {% for column in profile_columns %}

        profiles.{{ column }},

        {% endfor %}

        max(sightings.location) over (partition by sightings.user_id, sightings.location_number) as location,
        max(sightings.followers_count) over (
            partition by sightings.user_id, sightings.followers_number
        ) as followers_count,
        row_number() over (
            partition by sightings.user_id, sightings.effective_at
            order by sightings.sighting_number desc
        ) as newest_first

    from numbered_sightings as sightings
    left join profiles
        on
            sightings.user_id = profiles.user_id
            and sightings.profile_number = profiles.profile_number

),

-- Of several sightings in one instant only the last holds.
compared as (

    select
        *,
        case
            when lag(sighting_id) over (partition by user_id order by sighting_number) is null then 1

            {% for attribute in attributes %}

            when
                coalesce({{ attribute }}, '')
                <> coalesce(lag({{ attribute }}) over (partition by user_id order by sighting_number), '')
                then 1

            {% endfor %}

            else 0
        end as opens_version

    from known
    where newest_first = 1

),

numbered as (

    select
        *,
        sum(opens_version) over (
            partition by user_id
            order by sighting_number
            rows between unbounded preceding and current row
        ) as version_number

    from compared

),

-- What opens no version is as the version was seen last.
ranked as (

    select
        *,
        min(effective_at) over (partition by user_id, version_number) as valid_from,
        max(case when opens_version = 1 then sighting_id end) over (
            partition by user_id, version_number
        ) as opened_by,
        row_number() over (partition by user_id, version_number order by sighting_number desc) as last_first

    from numbered

),

versions as (

    select
        *,
        lead(valid_from) over (partition by user_id order by version_number) as valid_to
    from ranked
    where last_first = 1

),

named_ids as (

    select user_id from versions

    union all

    select coalesce(author_id, '(unknown)') as user_id
    from {{ ref('fct_x_posts') }}

),

user_ids as (

    select distinct user_id from named_ids

),

all_versions as (

    select
        user_ids.user_id,
        coalesce(versions.opened_by, 'inferred') as opened_by,

        {% for column in profile_columns %}

        versions.{{ column }},

        {% endfor %}

        versions.location,
        versions.followers_count,
        versions.fetched_at as last_seen_at,
        coalesce(versions.valid_from, cast('1970-01-01' as timestamp)) as valid_from,
        versions.valid_to,
        coalesce(versions.version_number, 1) as version_number,
        versions.user_id is null as is_inferred

    from user_ids
    left join versions
        on user_ids.user_id = versions.user_id

),

final as (

    select
        {{ surrogate_key(['user_id', 'opened_by']) }} as user_version_key,
        {{ surrogate_key(['user_id']) }} as user_key,
        user_id,
        username,
        name,
        location,
        description,
        profile_url,
        is_verified,
        is_protected,
        account_created_at,
        followers_count,
        following_count,
        post_count,
        listed_count,
        last_seen_at,
        valid_from,
        valid_to,
        valid_to is null as is_current,
        cast(version_number as integer) as version_number,
        is_inferred

    from all_versions

)

select * from final
