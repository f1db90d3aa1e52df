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

answered as (

    select distinct institution_key
    from {{ ref('fct_bank_fee_answers') }}

),

fees as (

    select * from {{ ref('fct_bank_fees') }}
    where is_current

),

final as (

    select
        members.complaint_key,
        cast(count(distinct members.member_key) as bigint) as institution_count,
        cast(count(distinct answered.institution_key) as bigint) as answering_institution_count,
        cast(count(distinct fees.service_code) as bigint) as service_count,
        cast(count(distinct case when fees.person_kind = 'natural' then fees.service_code end) as bigint)
            as natural_person_service_count,
        cast(count(distinct case when fees.person_kind = 'legal' then fees.service_code end) as bigint)
            as legal_person_service_count,
        cast(count(distinct case when fees.is_free then fees.service_code end) as bigint) as free_service_count

    from members
    left join answered
        on members.member_key = answered.institution_key
    left join fees
        on members.member_key = fees.institution_key
    group by members.complaint_key

)

select * from final
