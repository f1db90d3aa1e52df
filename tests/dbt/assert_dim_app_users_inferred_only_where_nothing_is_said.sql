-- Inferred versions of users who have other versions, or with a trait.

with

versions as (

    select * from {{ ref('dim_app_users') }}

),

histories as (

    select
        user_id,
        count(*) as version_count

    from versions
    group by user_id

),

final as (

    select versions.user_version_key

    from versions
    inner join histories
        on versions.user_id = histories.user_id
    where
        versions.is_inferred
        and (
            histories.version_count > 1
            or coalesce(versions.username, versions.email, versions.about_me, versions.location) is not null
            or versions.last_seen_at is not null
        )

)

select * from final
