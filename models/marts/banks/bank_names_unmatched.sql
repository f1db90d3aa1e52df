-- Whom the ranking names and no list knows, so that somebody adds a line to seeds/bank_aliases.csv: nothing is guessed.

with

complaints as (

    select * from {{ ref('fct_bank_complaints') }}
    where file_kind = 'ranking'

),

bridge as (

    select * from {{ ref('bridge_conglomerate_institutions') }}

),

institutions as (

    select * from {{ ref('dim_institutions') }}
    where is_current

),

known_to_fees as (

    select cnpj8 from {{ ref('stg_banks__institutions') }}

    union

    select cnpj8 from {{ ref('fct_bank_fee_answers') }}

),

matched as (

    select distinct complaints.complaint_key
    from complaints
    inner join bridge
        on
            complaints.institution_key = bridge.conglomerate_key
            and complaints.period_end_date >= bridge.valid_from
            and (bridge.valid_to is null or complaints.period_end_date < bridge.valid_to)

    union

    select complaints.complaint_key
    from complaints
    inner join institutions
        on complaints.institution_key = institutions.institution_key
    inner join known_to_fees
        on institutions.cnpj8 = known_to_fees.cnpj8
    where complaints.row_role = 'institution'

),

final as (

    select
        complaints.institution_key,
        institutions.institution_id,
        institutions.institution_name,
        case
            when institutions.institution_kind = 'conglomerate'
                then cast('no member list of that time, no alias and no listed name is equal' as varchar(65535))
            when institutions.cnpj8 is null then cast('an institution without a CNPJ' as varchar(65535))
            else cast('an institution that the fee service does not list' as varchar(65535))
        end as reason,
        cast(count(*) as bigint) as period_count,
        min(complaints.period_start_date) as first_period_start_date,
        max(complaints.period_end_date) as last_period_end_date,
        cast(sum(coalesce(complaints.total_count, complaints.answered_count)) as bigint) as complaint_count

    from complaints
    inner join institutions
        on complaints.institution_key = institutions.institution_key
    left join matched
        on complaints.complaint_key = matched.complaint_key
    where matched.complaint_key is null
    group by
        complaints.institution_key, institutions.institution_id, institutions.institution_name,
        institutions.institution_kind, institutions.cnpj8

)

select * from final
