-- Do banks with more services draw more complaints? The newest period's institutions by how many services they have.

with

complaints as (

    select * from {{ ref('bank_complaints_vs_services') }}
    where is_newest_period and periodicity <> 'half-yearly'

),

final as (

    select
        service_band,
        count(*) as institution_count,
        sum(complaint_count) as complaint_count,
        sum(upheld_count) as upheld_count,
        sum(client_count) as client_count,
        {{ exact_ratio('cast(sum(complaint_count) as decimal(18, 0))', 'count(complaint_count)', 1) }}
            as complaints_per_institution,
        {{ exact_ratio('cast(sum(complaint_count) as decimal(18, 0)) * 1000000', 'sum(client_count)', 2) }}
            as complaints_per_million_clients

    from complaints
    group by service_band

)

select * from final
order by service_band
