-- Versions of a student that do not begin in 1970, end before they begin, overlap, leave a gap, are numbered wrongly,
-- or say the same as the one before them.

with

versions as (

    select * from {{ ref('dim_students') }}

),

compared as (

    select
        user_id,
        version_number,
        valid_from,
        valid_to,
        row_number() over (partition by user_id order by valid_from) as expected_number,
        lag(valid_to) over (partition by user_id order by valid_from) as previous_valid_to,

        {% for attribute in ['name', 'github_handle', 'location', 'email', 'company'] %}

        case
            when
                coalesce({{ attribute }}, '')
                = lag(coalesce({{ attribute }}, '')) over (partition by user_id order by valid_from)
                then 1
            else 0
        end {{ '+' if not loop.last else 'as same_count' }}

        {% endfor %}

    from versions

),

final as (

    select *
    from compared
    where
        version_number <> expected_number
        or valid_to <= valid_from
        or valid_from <> coalesce(previous_valid_to, cast('1970-01-01' as timestamp))
        or same_count = 5

)

select * from final
