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

-- People write 2021_tri_01, 2021Q1, 1T2021, 1º trimestre 2021 or just 2021_01.
named as (

    select
        *,
        nullif({{ bank_named_quarter('file_name') }}, '') as named_quarter,
        nullif({{ bank_named_number('file_name') }}, '') as named_number

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
        coalesce(told_period, named_quarter, named_number) as told_period

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
        {{ bank_period_name('periodicity', 'year', 'period_number') }} as own_period,
        cast(year as varchar(20)) as year_text,
        cast(period_number as varchar(20)) as period_number_text,
        cast(count(*) as bigint) as accepted_count,
        cast(count(case when is_counted then 1 end) as bigint) as counted_count,
        max(case when is_of_file_that_counts then 1 else 0 end) = 1 as is_in_use

    from {{ ref('int_bank_complaints') }}
    group by stream, _input_key, layout, file_kind, periodicity, year, period_number

),

present as (

    select distinct
        own_period,
        file_kind
    from contents

),

-- A period that an earlier file of this name held and no file holds now: all downloads of the Banco Central have one
-- name, so the second quarter that is saved takes the place of the first.
replaced as (

    select
        earlier._input_key,
        {{ dbt.listagg('earlier.period_name', "', '", 'order by earlier.period_name') }} as replaced_period

    from {{ ref('int_bank_replaced_periods') }} as earlier
    left join present
        on earlier.period_name = present.own_period and earlier.file_kind = present.file_kind
    where present.own_period is null
    group by earlier._input_key

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
            when told.told_year is not null
                then coalesce(told.told_periodicity || ' ', '') || told.told_year || ' ' || told.told_period
        end as told_period,
        contents.own_period,
        cast(replaced.replaced_period as varchar(65535)) as replaced_period,
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
            or told.told_periodicity <> {{ dbt.split_part('contents.own_period', "' '", 1) }}
            or cast(told.told_period as integer) <> contents.period_number,
            false
        ) as is_misnamed

    from told
    left join contents
        on told.stream = contents.stream and told._input_key = contents._input_key
    left join replaced
        on told.stream = 'complaint_files' and told._input_key = replaced._input_key

)

select * from final
