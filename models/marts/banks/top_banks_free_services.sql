-- Which banks offer most services free of charge? Every institution that answers, for either kind of customer, today.

with

answers as (

    select * from {{ ref('fct_bank_fee_answers') }}
    where is_newest

),

fees as (

    select * from {{ ref('fct_bank_fees') }}
    where is_current

),

institutions as (

    select * from {{ ref('dim_institutions') }}
    where is_current

),

counted as (

    select
        answers.institution_key,
        answers.person_kind,
        max(answers.asked_at) as asked_at,
        -- an empty answer does not say that there are none
        cast(nullif(count(fees.fee_version_key), 0) as bigint) as service_count,
        case
            when count(fees.fee_version_key) > 0 then cast(count(case when fees.is_free then 1 end) as bigint)
        end as free_service_count

    from answers
    left join fees
        on answers.institution_key = fees.institution_key and answers.person_kind = fees.person_kind
    group by answers.institution_key, answers.person_kind

),

final as (

    select
        {{ surrogate_key(['counted.institution_key', 'counted.person_kind']) }} as free_services_key,
        counted.institution_key,
        institutions.institution_name,
        counted.person_kind,
        counted.asked_at,
        counted.service_count,
        counted.free_service_count,
        {{ exact_ratio('cast(counted.free_service_count as decimal(18, 0))', 'counted.service_count', 4) }}
            as free_share,
        -- of whom nothing is known, nobody can say the place
        case
            when counted.free_service_count is not null
                then cast(
                    rank() over (
                        partition by counted.person_kind
                        order by
                            case when counted.free_service_count is null then 1 else 0 end,
                            counted.free_service_count desc
                    ) as bigint
                )
        end as free_service_rank

    from counted
    inner join institutions
        on counted.institution_key = institutions.institution_key

)

select * from final
