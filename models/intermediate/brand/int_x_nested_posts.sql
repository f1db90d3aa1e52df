-- The statuses that stand within saved statuses of version 1.1: what these pass on or quote, and what that quotes. As
-- with the posts that come along in version 2, each counts once a file, and not where the file has it by itself, too.
{{ config(materialized='table') }}

{% set nested = x_nested_statuses() %}
{% set paths = nested.paths %}
{% set file = ['_object', '_row', '_input_key', 'fetched_date', '_load_seq', '_loaded_at', '_changed_seq'] %}

with

archived as (

    select * from {{ ref('stg_x__archived_posts') }}

),

parents as (

    select
        *,
        '[' || retweeted_status || ']' as retweeted_statuses,
        '[' || quoted_status || ']' as quoted_statuses
    from archived
    where retweeted_status is not null or quoted_status is not null

),

retweeted as (

    select
        *,
        cast('retweeted_status' as varchar(65535)) as place
    from {{ elements_of('parents', file, json_list('retweeted_statuses'), paths) | indent(4) }}

),

quoted as (

    select
        *,
        cast('quoted_status' as varchar(65535)) as place
    from {{ elements_of('parents', file, json_list('quoted_statuses'), paths) | indent(4) }}

),

retweeted_quotes as (

    select
        *,
        '[' || quoted_status || ']' as quoted_statuses
    from retweeted
    where quoted_status is not null

),

quoted_by_retweeted as (

    select
        *,
        cast('retweeted_status.quoted_status' as varchar(65535)) as place
    from {{ elements_of('retweeted_quotes', file, json_list('quoted_statuses'), paths) | indent(4) }}

),

nested as (

    select * from retweeted
    union all
    select * from quoted
    union all
    select * from quoted_by_retweeted

),

texts as (

    select

        {% for name in paths %}

        {{ trimmed_as({'format': nested.formats.get(name, 'text')}, name) }} as text__{{ name }},

        {% endfor %}

        place,
        {{ file | join(',\n        ') }}
    from nested

),

typed as (

    select

        {% for name in paths %}

        {{ cast_text('text__' ~ name, nested.formats[name], nested.types.get(name, 'varchar(65535)'))
            if name in nested.formats else 'text__' ~ name }} as {{ name }},

        {% endfor %}

        {% for name in nested.formats %}

        text__{{ name }},

        {% endfor %}

        place,
        {{ file | join(',\n        ') }}
    from texts

),

judged as (

    select
        *,
        case
            when created_at >= cast('{{ var('calendar_start') }}' as timestamp)
                and created_at < cast('{{ var('calendar_end') }}' as timestamp)
                then created_at
        end as sent_at,
        case
            when post_id is null or coalesce(full_text, extended_text, short_text) is null
                then cast('not_a_post' as varchar(65535))

            {% for name in nested.formats %}

            when text__{{ name }} is not null and {{ name }} is null
                then cast('{{ paths[name] }} is not_{{ nested.formats[name] }}' as varchar(65535))

            {% endfor %}

            when
                created_at < cast('{{ var('calendar_start') }}' as timestamp)
                or created_at >= cast('{{ var('calendar_end') }}' as timestamp)
                then cast('created_at is outside_calendar' as varchar(65535))
        end as fault
    from typed

),

ranked as (

    select
        *,
        row_number() over (
            partition by _input_key, coalesce(post_id, _object || '#' || cast(_row as varchar(20)) || place)
            order by case when fault is null then 0 else 1 end asc, _object desc, _row desc, place asc
        ) as best_first
    from judged

),

-- A file that has the post itself says it best.
alone as (

    select distinct
        _input_key,
        post_id
    from archived
    where post_id is not null

),

final as (

    select
        ranked._object || '#' || cast(ranked._row as varchar(20)) || '/' || ranked.place as nested_post_id,
        ranked.post_id,
        ranked.user_id as author_id,
        ranked.in_reply_to_user_id,
        ranked.sent_at as created_at,
        coalesce(ranked.full_text, ranked.short_text) as short_text,
        ranked.extended_text as long_text,
        ranked.language,
        ranked.is_possibly_sensitive,
        coalesce(ranked.quoted_post_id, ranked.quoted_status_id) as quoted_post_id,
        ranked.replied_to_post_id,
        coalesce(ranked.withheld_copyright, false)
        or {{ listed('ranked.withheld_in_countries') }} is not null as is_withheld,
        {{ listed('ranked.withheld_in_countries') }} as withheld_countries,
        ranked.like_count,
        ranked.repost_count,
        ranked.hashtags as short_text_hashtags,
        ranked.extended_hashtags as long_text_hashtags,
        ranked.user_id,
        ranked.username,
        ranked.name,
        ranked.location,
        ranked.description,
        ranked.profile_url,
        ranked.is_verified,
        ranked.is_protected,
        ranked.user_created_at,
        ranked.followers_count,
        ranked.following_count,
        ranked.user_post_count,
        ranked.listed_count,
        ranked.place,
        ranked.fault,
        coalesce(ranked.fault, '') <> 'not_a_post' as is_post,
        ranked.fetched_date,
        ranked._input_key,
        ranked._load_seq,
        ranked._loaded_at,
        ranked._changed_seq

    from ranked
    left join alone
        on ranked._input_key = alone._input_key and ranked.post_id = alone.post_id
    where ranked.best_first = 1 and alone.post_id is null

)

select * from final
