-- Every answer about the fees of an institution, from the service and from files, also those without a fee, and whether
-- it counts.
{{ config(materialized='table') }}

with

-- The log knows answers that brought no record.
inputs as (

    {% for place in ['banks.fees', 'banks.fee_files'] %}

    select
        inputs.stream,
        inputs._input_key,
        inputs._params,
        inputs.row_count
    from {{ source('headwater', 'inputs') }} as inputs
    inner join {{ input_versions(stream_at(place)) }}
        on
            inputs.source = input_versions.source
            and inputs.stream = input_versions.stream
            and inputs._input_key = input_versions._input_key
            and inputs._load_seq = input_versions._load_seq
    where
        input_versions.is_newest
        -- not what a replay added to it
        and inputs._load_seq = input_versions.version_seq

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

params as (

    select
        stream,
        _input_key,
        row_count,
        {{ bank_person_kind(param('person_kind')) }} as person_kind,
        {{ param('cnpj') }} as cnpj_text,
        {{ bank_time_text(param('fetched_at')) }} as asked_at_text
    from inputs

),

typed as (

    select
        stream,
        _input_key,
        row_count,
        person_kind,
        {{ cnpj8(cast_text('cnpj_text', 'cnpj8', 'varchar(65535)')) }} as cnpj8,
        {{ cast_in_calendar('asked_at_text', 'iso8601', 'timestamp') }} as asked_at
    from params

),

fees as (

    {% for stream in ['fees', 'fee_files'] %}

    select
        cast('{{ stream }}' as varchar(65535)) as stream,
        _input_key,
        -- what a correction says of a file's name goes before the name
        max(person_kind) as person_kind,
        max(cnpj8) as cnpj8,
        max(fetched_at) as asked_at,
        cast(count(*) as bigint) as fee_count
    from {{ ref('stg_banks__' ~ stream) }}
    group by _input_key

    {{ 'union all' if not loop.last }}

    {% endfor %}

),

counted as (

    select
        typed.stream,
        typed._input_key,
        typed.row_count,
        coalesce(fees.person_kind, typed.person_kind) as person_kind,
        coalesce(fees.cnpj8, typed.cnpj8) as cnpj8,
        coalesce(fees.asked_at, typed.asked_at) as asked_at,
        coalesce(fees.fee_count, 0) as fee_count,
        coalesce(rejects.open_reject_count, 0) as open_reject_count
    from typed
    left join fees
        on typed.stream = fees.stream and typed._input_key = fees._input_key
    left join {{ ref('int_bank_fee_rejects') }} as rejects
        on typed.stream = rejects.stream and typed._input_key = rejects._input_key

),

judged as (

    select
        *,
        cast({{ epoch_ms_of('asked_at') }} as varchar(20)) as asked_at_key,
        case
            when person_kind is null then cast('no person kind' as varchar(65535))
            when cnpj8 is null then cast('no CNPJ' as varchar(65535))
            when asked_at is null then cast('no time' as varchar(65535))
            -- it had records, none is left and none is wrong: its object was taken out of the lake
            when row_count > 0 and fee_count = 0 and open_reject_count = 0 then cast('removed' as varchar(65535))
            -- an error in place of an answer, or nothing that can be read: nobody has answered
            when fee_count = 0 and open_reject_count > 0 then cast('unreadable' as varchar(65535))
        end as fault
    from counted

),

-- What the service answered and what somebody saved of it is one answer: that which was read best, then the service's.
ranked as (

    select
        *,
        row_number() over (
            partition by cnpj8, person_kind, asked_at
            order by
                case when fault is null then 0 else 1 end,
                case when open_reject_count = 0 then 0 else 1 end,
                case when stream = 'fees' then 0 else 1 end,
                _input_key
        ) as best_first
    from judged

),

final as (

    select
        stream,
        _input_key,
        case
            when fault is null
                then {{ surrogate_key(['cnpj8', 'person_kind', 'asked_at_key']) }}
        end as answer_key,
        cnpj8,
        person_kind,
        asked_at,
        fee_count,
        open_reject_count,
        row_count = 0 and fee_count = 0 and open_reject_count = 0 as is_empty,
        open_reject_count = 0 as is_whole,
        fault is null and best_first = 1 as is_counted,
        case when fault is null and best_first > 1 then cast('duplicate' as varchar(65535)) else fault end
            as left_out_because

    from ranked

)

select * from final
