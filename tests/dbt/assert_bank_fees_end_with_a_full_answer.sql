-- Versions of fees that hold on although a full answer did not name the service, or end at a moment at which no answer
-- was given, or one that neither names the service nor is full. An answer is full if it was read whole and is not
-- empty.

with

versions as (

    select * from {{ ref('fct_bank_fees') }}

),

answers as (

    select * from {{ ref('fct_bank_fee_answers') }}

),

statements as (

    select * from {{ ref('int_bank_fee_statements') }}

),

outlived as (

    select
        versions.fee_version_key,
        answers.answer_key
    from versions
    inner join answers
        on
            versions.cnpj8 = answers.cnpj8
            and versions.person_kind = answers.person_kind
            and versions.valid_from <= answers.asked_at
            and (versions.valid_to > answers.asked_at or versions.valid_to is null)
    left join statements
        on versions.fee_key = statements.fee_key and answers.answer_key = statements.answer_key
    where answers.is_whole and not answers.is_empty and statements.statement_key is null

),

ended as (

    select
        versions.fee_version_key,
        answers.answer_key
    from versions
    left join answers
        on
            versions.cnpj8 = answers.cnpj8
            and versions.person_kind = answers.person_kind
            and versions.valid_to = answers.asked_at
    left join statements
        on versions.fee_key = statements.fee_key and answers.answer_key = statements.answer_key
    where
        versions.valid_to is not null
        and statements.statement_key is null
        and (answers.answer_key is null or not answers.is_whole or answers.is_empty)

),

final as (

    select
        cast('outlived' as varchar(65535)) as what,
        fee_version_key,
        answer_key
    from outlived

    union all

    select
        cast('ended' as varchar(65535)) as what,
        fee_version_key,
        answer_key
    from ended

)

select * from final
