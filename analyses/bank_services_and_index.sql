-- Do banks with more services draw more complaints? Each institution of the newest period that has a published index,
-- with how many services it has fees for.

with

complaints as (

    select
        *,
        max(period_end_date) over () as last_period_end_date
    from {{ ref('bank_complaints_vs_services') }}
    where periodicity <> 'half-yearly'

),

final as (

    select
        coalesce(institution_name, '(no name)') as institution_name,
        coalesce(size_class, 'not known') as size_group,
        service_count,
        free_service_count,
        complaint_index,
        complaint_count,
        upheld_count,
        client_count,
        counting_method,
        period_end_date

    from complaints
    where
        period_end_date = last_period_end_date
        and complaint_index is not null
        and service_count is not null

)

select * from final
order by service_count asc, complaint_index desc, institution_name asc
