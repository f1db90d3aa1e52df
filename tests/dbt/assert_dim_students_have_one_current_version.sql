-- Students without a current version, with several, or with one that has ended.

with

versions as (

    select * from {{ ref('dim_students') }}

),

final as (

    select
        user_id,
        sum(case when is_current then 1 else 0 end) as current_count,
        sum(case when valid_to is null then 1 else 0 end) as open_count

    from versions
    group by user_id
    having
        sum(case when is_current then 1 else 0 end) <> 1
        or sum(case when valid_to is null then 1 else 0 end) <> 1
        or sum(case when is_current and valid_to is null then 1 else 0 end) <> 1

)

select * from final
