-- What the institutions of each row of the ranking charge for today: of a conglomerate, all that it had at that time.
{{ config(materialized='table') }}

with

ranked as (

    select * from {{ ref('fct_bank_complaints') }}
    where file_kind = 'ranking'

),

bridge as (

    select * from {{ ref('bridge_conglomerate_institutions') }}

),

-- A conglomerate is matched by what held on the last day of the period.
members as (

    select
        ranked.complaint_key,
        ranked.institution_key as member_key
    from ranked
    where ranked.row_role = 'institution'

    union all

    select
        ranked.complaint_key,
        bridge.institution_key as member_key
    from ranked
    inner join bridge
        on
            ranked.institution_key = bridge.conglomerate_key
            and ranked.period_end_date >= bridge.valid_from
            and (bridge.valid_to is null or ranked.period_end_date < bridge.valid_to)
    where ranked.row_role = 'conglomerate'

),

fees as (

    select * from {{ ref('fct_bank_fees') }}
    where is_current

),

-- Nothing says that an institution has no service: an empty answer is also what the service gives of those who do not
-- report. So where there is nothing to count, the count is not known.
final as (

    select
        members.complaint_key,
        cast(count(distinct members.member_key) as bigint) as institution_count,
        cast(count(distinct fees.institution_key) as bigint) as answering_institution_count,
        cast(nullif(count(distinct fees.service_code), 0) as bigint) as service_count,
        cast(nullif(count(distinct case when fees.person_kind = 'natural' then fees.service_code end), 0) as bigint)
            as natural_person_service_count,
        cast(nullif(count(distinct case when fees.person_kind = 'legal' then fees.service_code end), 0) as bigint)
            as legal_person_service_count,
        case
            when count(fees.service_code) > 0
                then cast(count(distinct case when fees.is_free then fees.service_code end) as bigint)
        end as free_service_count

    from members
    left join fees
        on members.member_key = fees.institution_key
    group by members.complaint_key

)

select * from final
