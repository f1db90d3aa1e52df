-- Do banks with more services draw more complaints? The newest period's institutions by how many services they have,
-- fewest first.

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
    where period_end_date = last_period_end_date
    group by service_band

)

select * from final
order by
    case service_band
        when '1 to 19' then 1
        when '20 to 39' then 2
        when '40 and more' then 3
        else 4
    end
