-- What each institution has charged for each service, through time: from the answer that first said so until one that
-- says otherwise, or no longer names the service.

{% set attributes = [
    'value_type', 'cast(max_value as varchar(40))', 'unit', 'charge_frequency', 'cast(effective_date as varchar(10))',
] %}

with

-- A full answer names every fee that is charged: it was read whole, and is not empty. Nothing else says by its silence
-- that a fee is gone.
answers as (

    select
        answer_key,
        cnpj8,
        person_kind,
        asked_at,
        case when is_whole and not is_empty then 1 else 0 end as is_full,
        sum(case when is_whole and not is_empty then 1 else 0 end) over (
            partition by cnpj8, person_kind
            order by asked_at
            rows between unbounded preceding and current row
        ) as full_count
    from {{ ref('int_bank_fee_answers') }}
    where is_counted

),

full_answers as (

    select
        cnpj8,
        person_kind,
        asked_at,
        full_count
    from answers
    where is_full = 1

),

statements as (

    select
        statements.*,
        answers.full_count,
        lag(answers.full_count) over (partition by statements.fee_key order by statements.asked_at)
            as previous_full_count,
        answers.full_count - answers.is_full as full_count_before
    from {{ ref('int_bank_fee_statements') }} as statements
    inner join answers
        on statements.answer_key = answers.answer_key

),

compared as (

    select
        *,
        case
            when previous_full_count is null then 1
            -- a full answer in between did not name it
            when previous_full_count < full_count_before then 1

            {% for attribute in attributes %}

            when
                coalesce({{ attribute }}, '')
                <> coalesce(lag({{ attribute }}) over (partition by fee_key order by asked_at), '')
                then 1

            {% endfor %}

            else 0
        end as opens_version

    from statements

),

numbered as (

    select
        *,
        sum(opens_version) over (
            partition by fee_key
            order by asked_at
            rows between unbounded preceding and current row
        ) as version_number

    from compared

),

spans as (

    select
        fee_key,
        version_number,
        min(asked_at) as valid_from,
        max(full_count) as last_full_count
    from numbered
    group by fee_key, version_number

),

-- The first full answer after the last one that named the fee is that which does not, unless a new version comes first.
versions as (

    select
        numbered.*,
        spans.valid_from,
        lead(spans.valid_from) over (partition by numbered.fee_key order by numbered.version_number) as next_valid_from,
        full_answers.asked_at as dropped_at

    from numbered
    inner join spans
        on numbered.fee_key = spans.fee_key and numbered.version_number = spans.version_number
    left join full_answers
        on
            numbered.cnpj8 = full_answers.cnpj8
            and numbered.person_kind = full_answers.person_kind
            and spans.last_full_count + 1 = full_answers.full_count
    where numbered.opens_version = 1

),

dated as (

    select
        *,
        case when dropped_at <= next_valid_from or next_valid_from is null then dropped_at else next_valid_from end
            as valid_to,
        max_value = 99999.99 as is_placeholder,
        cast({{ epoch_ms_of('valid_from') }} as varchar(20)) as valid_from_key
    from versions

),

final as (

    select
        {{ surrogate_key(['fee_key', 'valid_from_key']) }} as fee_version_key,
        fee_key,
        {{ surrogate_key(['cnpj8']) }} as institution_key,
        {{ surrogate_key(['service_code']) }} as service_key,
        cnpj8,
        person_kind,
        service_code,
        cast(version_number as integer) as version_number,
        value_type,
        max_value,
        case when value_type = 'real' and not is_placeholder then cast(max_value as decimal(18, 2)) end as fee_brl,
        case when value_type = 'percent' and not is_placeholder then max_value end as fee_percent,
        max_value = 0 as is_free,
        is_placeholder,
        unit,
        charge_frequency,
        charge_every_days,
        effective_date,
        valid_from,
        valid_to,
        valid_to is null as is_current

    from dated

)

select * from final
