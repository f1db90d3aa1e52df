-- Users who were seen and have no version, or an inferred one, and inferred versions of users who have others or a
-- profile.

with

versions as (

    select * from {{ ref('dim_x_users') }}

),

seen as (

    select distinct user_id from {{ ref('int_x_user_sightings') }}

),

histories as (

    select
        user_id,
        count(*) as version_count,
        sum(case when is_inferred then 1 else 0 end) as inferred_count,
        sum(
            case
                when is_inferred and coalesce(username, name, location, description) is not null then 1
                when is_inferred and followers_count is not null then 1
                else 0
            end
        ) as wrong_count

    from versions
    group by user_id

),

final as (

    select
        coalesce(histories.user_id, seen.user_id) as user_id,
        histories.version_count,
        histories.inferred_count

    from histories
    full outer join seen
        on histories.user_id = seen.user_id
    where
        histories.user_id is null
        or histories.wrong_count > 0
        or (histories.inferred_count > 0 and histories.version_count > 1)
        or (histories.inferred_count > 0) <> (seen.user_id is null)

)

select * from final
