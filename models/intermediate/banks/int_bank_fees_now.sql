-- What is known of each fee now: what was said of it last, and whether it has been dropped since. The history is not
-- read here, so that the snapshot of this can be held against it.

with

ranked as (

    select
        *,
        row_number() over (partition by fee_key order by asked_at desc) as newest_first
    from {{ ref('int_bank_fee_statements') }}

),

-- Answers that would name every fee that is charged: read whole, and not empty.
full_answers as (

    select
        answer_key,
        cnpj8,
        person_kind,
        asked_at
    from {{ ref('int_bank_fee_answers') }}
    where is_counted and is_whole and not is_empty

),

later_answers as (

    select
        ranked.fee_key,
        full_answers.answer_key,
        full_answers.asked_at,
        row_number() over (partition by ranked.fee_key order by full_answers.asked_at) as first_first
    from ranked
    inner join full_answers
        on
            ranked.cnpj8 = full_answers.cnpj8
            and ranked.person_kind = full_answers.person_kind
            and ranked.asked_at < full_answers.asked_at
    where ranked.newest_first = 1

),

final as (

    select
        ranked.fee_key,
        ranked.cnpj8,
        ranked.person_kind,
        ranked.service_code,
        ranked.value_type,
        ranked.max_value,
        ranked.unit,
        ranked.charge_frequency,
        ranked.effective_date,
        later_answers.fee_key is not null as is_closed,
        coalesce(later_answers.answer_key, ranked.answer_key) as answer_key,
        coalesce(later_answers.asked_at, ranked.asked_at) as stated_at

    from ranked
    left join later_answers
        on ranked.fee_key = later_answers.fee_key and later_answers.first_first = 1
    where ranked.newest_first = 1

)

select * from final
