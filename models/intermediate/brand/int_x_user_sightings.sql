-- Every user as each page of the API and each saved file describes them. A row of the older pipeline has no username:
-- what it leaves null it does not say.

with

sightings as (

    {% set columns = [
        'user_id', 'username', 'name', 'location', 'description', 'profile_url', 'is_verified', 'is_protected',
        'followers_count', 'following_count', 'listed_count', '_load_seq', '_loaded_at', '_changed_seq',
    ] -%}
    select
        {{ columns | join(',\n        ') }},
        'users/' || user_sighting_id as sighting_id,
        cast('users' as varchar(65535)) as stream,
        created_at as account_created_at,
        post_count,
        fetched_at
    from {{ ref('stg_x__users') }}
    union all
    select
        {{ columns | join(',\n        ') }},
        'archived_users/' || user_sighting_id as sighting_id,
        cast('archived_users' as varchar(65535)) as stream,
        created_at as account_created_at,
        post_count,
        cast(fetched_date as timestamp) as fetched_at
    from {{ ref('stg_x__archived_users') }}
    union all
    select
        {{ columns | join(',\n        ') }},
        'archived_posts/' || post_sighting_id as sighting_id,
        cast('archived_posts' as varchar(65535)) as stream,
        user_created_at as account_created_at,
        user_post_count as post_count,
        cast(fetched_date as timestamp) as fetched_at
    from {{ ref('stg_x__archived_posts') }}
    where user_id is not null
    union all
    select
        {{ columns | join(',\n        ') }},
        'archived_posts/' || nested_post_id as sighting_id,
        cast('archived_posts' as varchar(65535)) as stream,
        user_created_at as account_created_at,
        user_post_count as post_count,
        cast(fetched_date as timestamp) as fetched_at
    from {{ ref('int_x_nested_posts') }}
    where user_id is not null

),

final as (

    select
        sighting_id,
        user_id,
        username,
        name,
        nullif(location, 'null') as location,
        description,
        profile_url,
        is_verified,
        is_protected,
        account_created_at,
        followers_count,
        following_count,
        post_count,
        listed_count,
        fetched_at,
        cast('x' as varchar(65535)) as source,
        stream,
        _load_seq,
        _loaded_at,
        _changed_seq

    from sightings

)

select * from final
