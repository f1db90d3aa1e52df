-- What each answer that counts says of each service, in units and frequencies that seeds name.

with

fees as (

    {% for stream in ['fees', 'fee_files'] %}

    select
        cast('{{ stream }}' as varchar(65535)) as stream,
        _input_key,
        service_code,
        {{ single_spaced('service_name') }} as service_name,
        lower({{ single_spaced('unit_text') }}) as unit_spelling,
        effective_date,
        max_value,
        value_type_text,
        lower({{ single_spaced('frequency_text') }}) as frequency_spelling
    from {{ ref('stg_banks__' ~ stream) }}

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        {{ surrogate_key(['answers.answer_key', 'fees.service_code']) }} as statement_key,
        {{ surrogate_key(['answers.cnpj8', 'answers.person_kind', 'fees.service_code']) }} as fee_key,
        answers.answer_key,
        answers.cnpj8,
        answers.person_kind,
        answers.asked_at,
        fees.service_code,
        fees.service_name,
        case fees.value_type_text
            when 'Real' then cast('real' as varchar(65535))
            when 'Percentual' then cast('percent' as varchar(65535))
        end as value_type,
        fees.max_value,
        coalesce(units.unit, fees.unit_spelling) as unit,
        coalesce(frequencies.frequency, fees.frequency_spelling) as charge_frequency,
        frequencies.charge_every_days,
        fees.effective_date,
        fees.unit_spelling is not null and units.spelling is null as is_unit_unknown,
        fees.frequency_spelling is not null and frequencies.spelling is null as is_frequency_unknown,
        fees.unit_spelling,
        fees.frequency_spelling

    from fees
    inner join {{ ref('int_bank_fee_answers') }} as answers
        on fees.stream = answers.stream and fees._input_key = answers._input_key
    left join {{ ref('bank_fee_units') }} as units
        on fees.unit_spelling = units.spelling
    left join {{ ref('bank_fee_frequencies') }} as frequencies
        on fees.frequency_spelling = frequencies.spelling
    where answers.is_counted

)

select * from final
