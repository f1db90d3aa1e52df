-- Which banks offer most services free of charge? The first ten for either kind of customer; of those that offer as
-- many as each other, the first by the alphabet.

with

institutions as (

    select * from {{ ref('top_banks_free_services') }}
    where free_service_count > 0

),

ranked as (

    select
        *,
        coalesce(institution_name, '(no name)') as known_name,
        row_number() over (
            partition by person_kind
            order by free_service_rank asc, institution_name asc, free_services_key asc
        ) as place_in_list
    from institutions

),

-- Two institutions may bear one name.
named as (

    select
        *,
        row_number() over (partition by person_kind, known_name order by place_in_list) as namesake_number
    from ranked
    where place_in_list <= 10

),

final as (

    select
        person_kind,
        free_service_rank,
        place_in_list,
        known_name || case when namesake_number > 1 then ' (' || cast(namesake_number as varchar(20)) || ')' else '' end
            as institution_name,
        free_service_count,
        service_count,
        free_share

    from named

)

select * from final
order by person_kind desc, place_in_list asc
