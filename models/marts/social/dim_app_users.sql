-- App users through time: a version for each change of what they say of themselves, an inferred one for the others.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_id',
        pre_hook="{{ start_over_with(ref('int_app_events_classified')) }}",
    )
}}

{% set traits = ['username', 'email', 'about_me', 'location'] %}

with

events as (

    select * from {{ ref('int_app_events_classified') }}

),

changed_events as (

    select * from events

    {{ where_changed() }}

),

-- A history is made again whole, since an event that arrives late changes what comes after it.
identified_users as (

    select distinct actor_user_id as user_id from changed_events
    where event_kind = 'profile_change'

),

profile_changes as (

    select
        events.event_id,
        events.actor_user_id as user_id,
        events.username,
        events.email,
        events.about_me,
        events.location,
        events.last_seen_at,
        events.occurred_at,
        row_number() over (
            partition by events.actor_user_id
            order by events.occurred_at, events.received_at nulls last, events.event_id
        ) as event_number,
        min(events.occurred_at) over (partition by events.actor_user_id) as first_occurred_at,
        max(events._changed_seq) over (partition by events.actor_user_id) as _changed_seq

    from events
    inner join identified_users
        on events.actor_user_id = identified_users.user_id
    where events.event_kind = 'profile_change'

),

-- How often a trait was said so far: where the count stands still, so does what was said last.
counted as (

    select
        *,

        {% for trait in traits %}

        count({{ trait }}) over (
            partition by user_id
            order by event_number
            rows between unbounded preceding and current row
        ) as {{ trait }}_count,

        {% endfor %}

        -- The first version holds from the beginning of time, so that no fact is older than its user.
        case
            when occurred_at = first_occurred_at then cast('1970-01-01' as timestamp)
            when occurred_at < cast('1970-01-01' as timestamp) then cast('1970-01-01' as timestamp)
            else occurred_at
        end as effective_at

    from profile_changes

),

profiles as (

    select
        event_id,
        user_id,
        effective_at,
        event_number,
        _changed_seq,

        {% for trait in traits %}

        max({{ trait }}) over (partition by user_id, {{ trait }}_count) as {{ trait }},

        {% endfor %}

        max(last_seen_at) over (partition by user_id, effective_at) as last_seen_at,
        row_number() over (partition by user_id, effective_at order by event_number desc) as newest_first

    from counted

),

-- Of several changes in one instant only the last holds; a trait once known never becomes null again.
compared as (

    select
        *,
        case
            when lag(event_id) over (partition by user_id order by effective_at) is null then 1

            {% for trait in traits %}

            when {{ trait }} <> coalesce(lag({{ trait }}) over (partition by user_id order by effective_at), '') then 1

            {% endfor %}

            else 0
        end as opens_version

    from profiles
    where newest_first = 1

),

numbered as (

    select
        *,
        sum(opens_version) over (
            partition by user_id
            order by effective_at
            rows between unbounded preceding and current row
        ) as version_number

    from compared

),

said_versions as (

    select
        user_id,
        version_number,
        max(case when opens_version = 1 then event_id end) as opened_by,

        {% for trait in traits %}

        max({{ trait }}) as {{ trait }},

        {% endfor %}

        max(last_seen_at) as last_seen_at,
        min(effective_at) as valid_from,
        max(_changed_seq) as _changed_seq

    from numbered
    group by user_id, version_number

),

mentions as (

    select
        actor_user_id as user_id,
        _changed_seq
    from changed_events

    union all

    select
        author_user_id as user_id,
        _changed_seq
    from changed_events
    where author_user_id is not null

    union all

    select
        followed_user_id as user_id,
        _changed_seq
    from changed_events
    where followed_user_id is not null

),

-- Only what has changed can name a user that this table does not know.
inferred_versions as (

    select
        mentions.user_id,
        max(mentions._changed_seq) as _changed_seq

    from mentions
    left join identified_users
        on mentions.user_id = identified_users.user_id

    {% if is_incremental() %}

    left join {{ this }} as known_users
        on mentions.user_id = known_users.user_id and known_users.is_current

    {% endif %}

    where
        identified_users.user_id is null

        {% if is_incremental() %}

        and known_users.user_id is null

        {% endif %}

    group by mentions.user_id

),

all_versions as (

    select
        user_id,
        version_number,
        opened_by,
        {{ traits | join(',\n        ') }},
        last_seen_at,
        valid_from,
        lead(valid_from) over (partition by user_id order by valid_from) as valid_to,
        false as is_inferred,
        _changed_seq
    from said_versions

    union all

    select
        user_id,
        1 as version_number,
        cast('inferred' as varchar(65535)) as opened_by,

        {% for trait in traits %}

        cast(null as varchar(65535)) as {{ trait }},

        {% endfor %}

        -- nulls of a type: Redshift takes a plain one for a text
        cast(null as timestamp) as last_seen_at,
        cast('1970-01-01' as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        true as is_inferred,
        _changed_seq
    from inferred_versions

),

final as (

    select
        {{ surrogate_key(['user_id', 'opened_by']) }} as user_version_key,
        {{ surrogate_key(['user_id']) }} as user_key,
        user_id,
        {{ traits | join(',\n        ') }},
        last_seen_at,
        valid_from,
        valid_to,
        valid_to is null as is_current,
        cast(version_number as integer) as version_number,
        is_inferred,
        _changed_seq

    from all_versions

)

select * from final
