-- Periods that earlier versions of saved files of the complaint ranking held and the newest ones do not.

{% set labels = {
    'monthly': 'month_label', 'bimonthly': 'bimester_label', 'half-yearly': 'half_label', 'quarterly': 'quarter_label',
} %}

with

versions as (

    select
        files._input_key,
        input_versions.is_newest,
        files.year,
        case when files.layout = 'J' then cast('members' as varchar(65535)) else cast('ranking' as varchar(65535)) end
            as file_kind,
        case
            {% for periodicity, label in labels.items() %}

            when files.{{ label }} is not null then cast('{{ periodicity }}' as varchar(65535))

            {% endfor %}
        end as periodicity,
        coalesce(files.{{ labels.values() | join(', files.') }}) as period_label

    from {{ ref('base_banks__complaint_files') }} as files
    inner join {{ input_versions(stream_at('banks.complaint_files')) }}
        on files._input_key = input_versions._input_key and files._load_seq = input_versions._load_seq
    where files.cast_errors is null

),

periods as (

    select
        versions._input_key,
        versions.file_kind,
        {{ bank_period_name('versions.periodicity', 'versions.year', 'period_labels.period_number') }} as period_name,
        max(case when versions.is_newest then 1 else 0 end) as newest_count

    from versions
    inner join {{ ref('bank_period_labels') }} as period_labels
        on versions.periodicity = period_labels.periodicity and versions.period_label = period_labels.label
    group by
        versions._input_key, versions.file_kind, versions.periodicity, versions.year, period_labels.period_number

),

final as (

    select
        _input_key,
        file_kind,
        period_name

    from periods
    where newest_count = 0

)

select * from final
