-- When which institution was asked for its fees, and what came of it.

with

answers as (

    select * from {{ ref('int_bank_fee_answers') }}
    where is_counted

),

final as (

    select
        answer_key,
        {{ surrogate_key(['cnpj8']) }} as institution_key,
        cnpj8,
        person_kind,
        asked_at,
        fee_count,
        is_empty,
        is_whole,
        row_number() over (partition by cnpj8, person_kind order by asked_at desc) = 1 as is_newest

    from answers

)

select * from final
