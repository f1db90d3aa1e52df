-- The files of the complaint ranking: what each says to be, by its name or by what was asked for, and what it is.

with

files as (

    select
        stream,
        _input_key,
        {{ param('year') }} as told_year,
        {{ param('periodicity') }} as told_periodicity,
        {{ param('period') }} as told_period,
        lower({{ param('file') }}) as file_name,
        row_count,
        reject_count,
        row_number() over (partition by stream, _input_key order by _load_seq desc) as newest_first

    from {{ source('headwater', 'inputs') }}
    where source = 'banks' and stream in ('complaints', 'complaint_files') and replay_count = 0

),

-- People write 2021_tri_01, 2021Q1 or 1º trimestre 2021.
named as (

    select
        *,
        coalesce(
            nullif({{ first_match('file_name', '(trimestre|trim|tri|q)[ _-]*0?[1-4]') }}, ''),
            nullif({{ first_match('file_name', '[1-4][^0-9a-z]?[ _-]?tri') }}, '')
        ) as named_quarter

    from files
    where newest_first = 1

),

told as (

    select
        stream,
        _input_key,
        row_count,
        reject_count,
        coalesce(told_year, nullif({{ first_match('file_name', '20[0-9][0-9]') }}, '')) as told_year,
        coalesce(
            lower(told_periodicity),
            case when named_quarter is not null then cast('trimestral' as varchar(65535)) end
        ) as told_periodicity,
        coalesce(told_period, nullif({{ first_match('named_quarter', '[1-4]') }}, '')) as told_period

    from named

),

contents as (

    select
        stream,
        _input_key,
        layout,
        file_kind,
        periodicity,
        year,
        period_number,
        case periodicity
            when 'monthly' then 'mensal'
            when 'bimonthly' then 'bimestral'
            when 'quarterly' then 'trimestral'
            else 'semestral'
        end as own_periodicity,
        cast(year as varchar(20)) as year_text,
        cast(period_number as varchar(20)) as period_number_text,
        cast(count(*) as bigint) as accepted_count,
        cast(count(case when is_counted then 1 end) as bigint) as counted_count,
        max(case when is_of_file_that_counts then 1 else 0 end) = 1 as is_in_use

    from {{ ref('int_bank_complaints') }}
    group by stream, _input_key, layout, file_kind, periodicity, year, period_number

),

final as (

    select
        {{ surrogate_key([
            'told.stream', 'told._input_key', 'contents.layout', 'contents.periodicity', 'contents.year_text',
            'contents.period_number_text',
        ]) }} as complaint_file_key,
        told.stream,
        told._input_key as input_key,
        case
            when told.told_periodicity is not null and told.told_year is not null
                then told.told_periodicity || ' ' || told.told_year || ' ' || told.told_period
        end as told_period,
        case
            when contents.year is not null
                then contents.own_periodicity || ' ' || contents.year_text || ' ' || contents.period_number_text
        end as own_period,
        contents.layout,
        contents.file_kind,
        contents.periodicity,
        contents.year,
        contents.period_number,
        told.row_count,
        told.reject_count,
        coalesce(contents.accepted_count, 0) as accepted_count,
        coalesce(contents.counted_count, 0) as counted_count,
        told.row_count + told.reject_count = 0 as is_empty,
        coalesce(contents.is_in_use, false) as is_in_use,
        coalesce(
            told.told_year <> contents.year_text
            or told.told_periodicity <> contents.own_periodicity
            or cast(told.told_period as integer) <> contents.period_number,
            false
        ) as is_misnamed

    from told
    left join contents
        on told.stream = contents.stream and told._input_key = contents._input_key

)

select * from final
