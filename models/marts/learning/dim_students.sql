-- Students through time: a version for each change of what the file says of them, an inferred one for the others.

{% set attributes = ['name', 'github_handle', 'location', 'email', 'company'] %}

with

listed as (

    select * from {{ ref('stg_learning__users') }}

),

-- A version of the file holds from the load that read it, also for rows that were mended later; clocks of loaders that
-- stand apart do not turn the order of versions around.
loads as (

    select
        _load_seq,
        max(_loaded_at) over (
            order by _load_seq
            rows between unbounded preceding and current row
        ) as read_at

    from {{ source('headwater', 'loads') }}
    where source = 'learning' and stream = 'users'

),

newest_version as (

    select max(version_seq) as version_seq from listed

),

-- The first version holds from the beginning of time, so that no fact is older than its student.
dated as (

    select
        listed.user_id,
        listed.version_seq,

        {% for attribute in attributes %}

        listed.{{ attribute }},

        {% endfor %}

        max(listed.version_seq) over (partition by listed.user_id) as last_version_seq,
        case
            when listed.version_seq = min(listed.version_seq) over (partition by listed.user_id)
                then cast('1970-01-01' as timestamp)
            else loads.read_at
        end as effective_at

    from listed
    inner join loads
        on listed.version_seq = loads._load_seq

),

ranked as (

    select
        *,
        row_number() over (partition by user_id, effective_at order by version_seq desc) as newest_first
    from dated

),

-- Of several versions read in one instant only the last holds.
compared as (

    select
        *,
        case
            when lag(version_seq) over (partition by user_id order by version_seq) is null then 1

            {% for attribute in attributes %}

            when
                coalesce({{ attribute }}, '')
                <> coalesce(lag({{ attribute }}) over (partition by user_id order by version_seq), '')
                then 1

            {% endfor %}

            else 0
        end as opens_version

    from ranked
    where newest_first = 1

),

versions as (

    select
        compared.*,
        row_number() over (partition by compared.user_id order by compared.version_seq) as version_number,
        lead(compared.effective_at) over (partition by compared.user_id order by compared.version_seq) as valid_to,
        compared.last_version_seq = newest_version.version_seq as is_listed

    from compared
    cross join newest_version
    where compared.opens_version = 1

),

named_ids as (

    select user_id from versions

    union all

    select user_id from {{ ref('stg_learning__project_feedback') }}

    union all

    select user_id from {{ ref('stg_learning__section_feedback') }}

    union all

    select user_id from {{ ref('stg_learning__mentor_activity') }}

    union all

    select user_id from {{ ref('stg_learning__video_log') }}

),

user_ids as (

    select distinct user_id from named_ids

),

all_versions as (

    select
        user_ids.user_id,
        cast(user_ids.user_id as varchar(20)) as user_id_text,
        coalesce(cast(versions.version_seq as varchar(20)), 'inferred') as opened_by,

        {% for attribute in attributes %}

        versions.{{ attribute }},

        {% endfor %}

        coalesce(versions.effective_at, cast('1970-01-01' as timestamp)) as valid_from,
        versions.valid_to,
        coalesce(versions.version_number, 1) as version_number,
        coalesce(versions.is_listed, false) as is_listed,
        versions.user_id is null as is_inferred

    from user_ids
    left join versions
        on user_ids.user_id = versions.user_id

),

final as (

    select
        {{ surrogate_key(['user_id_text', 'opened_by']) }} as student_version_key,
        {{ surrogate_key(['user_id_text']) }} as student_key,
        user_id,
        {{ attributes | join(',\n        ') }},
        valid_from,
        valid_to,
        valid_to is null as is_current,
        cast(version_number as integer) as version_number,
        is_listed,
        is_inferred

    from all_versions

)

select * from final
