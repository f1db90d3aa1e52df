-- Fees in staging whose answer nobody knows, answers that count and say more or fewer fees than they have, and
-- statements that are in no version at their time, in several, or in one that says otherwise.

with

staged as (

    {% for stream in ['fees', 'fee_files'] %}

    select
        cast('{{ stream }}' as varchar(65535)) as stream,
        _input_key,
        count(*) as fee_count
    from {{ ref('stg_banks__' ~ stream) }}
    group by _input_key

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

stated as (

    select
        answer_key,
        count(*) as fee_count
    from {{ ref('int_bank_fee_statements') }}
    group by answer_key

),

answers as (

    select
        staged.stream,
        staged._input_key,
        answers.answer_key,
        staged.fee_count,
        case when not answers.is_counted then staged.fee_count else coalesce(stated.fee_count, 0) end as stated_count
    from staged
    left join {{ ref('int_bank_fee_answers') }} as answers
        on staged.stream = answers.stream and staged._input_key = answers._input_key
    left join stated
        on answers.answer_key = stated.answer_key

),

statements as (

    select
        statements.statement_key,
        count(versions.fee_version_key) as version_count
    from {{ ref('int_bank_fee_statements') }} as statements
    left join {{ ref('fct_bank_fees') }} as versions
        on
            statements.fee_key = versions.fee_key
            and statements.asked_at >= versions.valid_from
            and (statements.asked_at < versions.valid_to or versions.valid_to is null)
            and statements.value_type = versions.value_type
            and statements.max_value = versions.max_value
            and statements.effective_date = versions.effective_date
            and coalesce(statements.unit, '') = coalesce(versions.unit, '')
            and coalesce(statements.charge_frequency, '') = coalesce(versions.charge_frequency, '')
    group by statements.statement_key

),

final as (

    select
        cast('answer' as varchar(65535)) as what,
        stream || '/' || _input_key as which,
        fee_count as expected_count,
        stated_count as found_count
    from answers
    where fee_count <> stated_count

    union all

    select
        cast('statement' as varchar(65535)) as what,
        statement_key as which,
        1 as expected_count,
        version_count as found_count
    from statements
    where version_count <> 1

)

select * from final
