-- Students whom a file names and who have no version of it, and inferred versions of students who have others, are
-- listed or have an attribute.

with

versions as (

    select * from {{ ref('dim_students') }}

),

listed as (

    select distinct user_id from {{ ref('stg_learning__users') }}

),

histories as (

    select
        user_id,
        count(*) as version_count,
        sum(case when is_inferred then 1 else 0 end) as inferred_count,
        sum(
            case
                when is_inferred and (is_listed or coalesce(name, github_handle, location, email, company) is not null)
                    then 1
                else 0
            end
        ) as wrong_count

    from versions
    group by user_id

),

final as (

    select
        coalesce(histories.user_id, listed.user_id) as user_id,
        histories.version_count,
        histories.inferred_count,
        histories.wrong_count

    from histories
    full outer join listed
        on histories.user_id = listed.user_id
    where
        histories.user_id is null
        or histories.wrong_count > 0
        or (histories.inferred_count > 0 and histories.version_count > 1)
        or (histories.inferred_count > 0 and listed.user_id is not null)
        or (histories.inferred_count = 0 and listed.user_id is null)

)

select * from final
