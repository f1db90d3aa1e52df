-- Which banks offer most services free of charge? The first ten for either kind of customer.

with

institutions as (

    select * from {{ ref('top_banks_free_services') }}

),

final as (

    select
        person_kind,
        free_service_rank,
        institution_name,
        free_service_count,
        service_count,
        free_share

    from institutions
    where free_service_rank <= 10

)

select * from final
order by person_kind, free_service_rank, institution_name
