-- Versions of a user that do not begin in 1970, end before they begin, overlap, leave a gap or are numbered wrongly.

with

versions as (

    select * from {{ ref('dim_app_users') }}

),

compared as (

    select
        user_id,
        version_number,
        valid_from,
        valid_to,
        row_number() over (partition by user_id order by valid_from) as expected_number,
        lag(valid_to) over (partition by user_id order by valid_from) as previous_valid_to

    from versions

),

final as (

    select *
    from compared
    where
        version_number <> expected_number
        or valid_to <= valid_from
        or valid_from <> coalesce(previous_valid_to, cast('1970-01-01' as timestamp))

)

select * from final
