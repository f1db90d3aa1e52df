-- Do banks with more services draw more complaints? Each row of the ranking beside what its institutions charge for.

with

complaints as (

    select * from {{ ref('fct_bank_complaints') }}
    where file_kind = 'ranking'

),

services as (

    select * from {{ ref('int_bank_ranking_services') }}

),

institutions as (

    select * from {{ ref('dim_institutions') }}

),

final as (

    select
        complaints.complaint_key,
        complaints.institution_key,
        institutions.institution_name,
        institutions.institution_kind,
        complaints.periodicity,
        complaints.period_start_date,
        complaints.period_end_date,
        complaints.period_end_date = max(complaints.period_end_date) over () as is_newest_period,
        complaints.size_class,
        complaints.counting_method,
        coalesce(complaints.total_count, complaints.answered_count) as complaint_count,
        complaints.indexed_count as upheld_count,
        complaints.complaint_index,
        complaints.client_count,
        coalesce(services.institution_count, 0) as institution_count,
        services.service_count,
        services.natural_person_service_count,
        services.legal_person_service_count,
        services.free_service_count,
        case
            when services.service_count is null then cast('not known' as varchar(65535))
            when services.service_count < 20 then cast('1 to 19' as varchar(65535))
            when services.service_count < 40 then cast('20 to 39' as varchar(65535))
            else cast('40 and more' as varchar(65535))
        end as service_band

    from complaints
    inner join institutions
        on
            complaints.institution_key = institutions.institution_key
            and complaints.period_end_date >= institutions.valid_from
            and (institutions.valid_to is null or complaints.period_end_date < institutions.valid_to)
    left join services
        on complaints.complaint_key = services.complaint_key

)

select * from final
