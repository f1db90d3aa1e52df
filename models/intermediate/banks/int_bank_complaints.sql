-- The rows of all files of the complaint ranking in one shape: when they are of, whom they are about, and whether their
-- file is the one that counts for its period.
{{ config(materialized='table') }}

{% set measures = [
    'complaint_index', 'upheld_regulated_count', 'other_regulated_count', 'unregulated_count', 'total_count',
    'answered_count', 'upheld_regulated_extrapolated_count', 'upheld_count', 'upheld_extrapolated_count',
    'analysed_count', 'client_count', 'ccs_client_count', 'scr_client_count', 'fgc_client_count',
] %}
{% set labels = {
    'monthly': 'month_label', 'bimonthly': 'bimester_label', 'half-yearly': 'half_label', 'quarterly': 'quarter_label',
} %}

with

complaints as (

    select * from {{ ref('stg_banks__complaints') }}

),

complaint_files as (

    select * from {{ ref('stg_banks__complaint_files') }}

),

aliases as (

    select
        {{ bank_label('name') }} as alias_label,
        max({{ bank_label('target') }}) as conglomerate_label
    from {{ ref('bank_aliases') }}
    where kind = 'conglomerate'
    group by {{ bank_label('name') }}

),

{% for relation in ('complaints', 'complaint_files') %}

rows_of_{{ relation }} as (

    select
        complaint_row_id,
        cast('{{ relation }}' as varchar(65535)) as stream,
        layout,
        year,
        {{ labels.values() | join(',\n        ') }},
        category,
        entity_kind,
        cnpj8,
        conglomerate_name,
        entity_name,
        {{ measures | join(',\n        ') }},
        _object,
        _row,
        _input_key,
        _load_seq,
        _loaded_at

    from {{ relation }}

),

{% endfor %}

all_rows as (

    select * from rows_of_complaints

    union all

    select * from rows_of_complaint_files

),

labelled as (

    select
        *,
        case
            {% for periodicity, label in labels.items() %}

            when {{ label }} is not null then cast('{{ periodicity }}' as varchar(65535))

            {% endfor %}
        end as periodicity,
        coalesce({{ labels.values() | join(', ') }}) as period_label,
        case when layout = 'J' then cast('members' as varchar(65535)) else cast('ranking' as varchar(65535)) end
            as file_kind,
        {{ bank_label("coalesce(conglomerate_name, entity_name)") }} as own_label,
        {{ folded('entity_kind') }} = 'conglomerado' as is_called_conglomerate

    from all_rows

),

-- In file J a conglomerate's own row names no institution, and its members' rows name both; elsewhere a conglomerate is
-- the institution of its row, without a CNPJ.
told_apart as (

    select
        labelled.*,
        case
            when
                labelled.conglomerate_name is not null and labelled.cnpj8 is null and labelled.entity_name is null
                then cast('conglomerate' as varchar(65535))
            when labelled.conglomerate_name is not null then cast('member' as varchar(65535))
            when labelled.cnpj8 is null and labelled.is_called_conglomerate then cast('conglomerate' as varchar(65535))
            else cast('institution' as varchar(65535))
        end as row_role,
        -- of a name that is nothing but a dash no label is left
        coalesce(
            aliases.conglomerate_label, labelled.own_label, labelled.conglomerate_name, labelled.entity_name
        ) as conglomerate_label,
        period_labels.period_number,
        period_labels.period_months

    from labelled
    inner join {{ ref('bank_period_labels') }} as period_labels
        on labelled.periodicity = period_labels.periodicity and labelled.period_label = period_labels.label
    left join aliases
        on labelled.own_label = aliases.alias_label

),

identified as (

    select
        *,
        case when row_role <> 'institution' then 'conglomerate ' || conglomerate_label end as conglomerate_id,
        case
            when row_role = 'conglomerate' then 'conglomerate ' || conglomerate_label
            when cnpj8 is not null then cnpj8
            -- an institution is known by its name where a file does not give its number
            else 'institution ' || coalesce({{ bank_label('entity_name') }}, entity_name)
        end as institution_id,
        case
            when row_role = 'conglomerate' then {{ bank_bare_name('coalesce(conglomerate_name, entity_name)') }}
            else {{ single_spaced('entity_name') }}
        end as institution_name,
        cast(
            cast(year as varchar(20)) || '-'
            || right('0' || cast((period_number - 1) * period_months + 1 as varchar(20)), 2) || '-01' as date
        ) as period_start_date

    from told_apart

),

files as (

    select
        stream,
        _input_key,
        periodicity,
        year,
        period_number,
        file_kind,
        -- rows that were mended later make no later file
        min(_load_seq) as first_load_seq

    from identified
    group by stream, _input_key, periodicity, year, period_number, file_kind

),

-- What the service says goes before what somebody saved, then what came last.
ranked_files as (

    select
        *,
        row_number() over (
            partition by periodicity, year, period_number, file_kind
            order by case when stream = 'complaints' then 1 else 2 end, first_load_seq desc, _input_key desc
        ) as file_rank

    from files

),

ranked_rows as (

    select
        identified.*,
        ranked_files.file_rank = 1 as is_of_file_that_counts,
        row_number() over (
            partition by
                identified.stream, identified._input_key, identified.periodicity, identified.year,
                identified.period_number, identified.file_kind, identified.conglomerate_id, identified.institution_id
            order by identified._load_seq desc, identified._object desc, identified._row desc
        ) as row_rank

    from identified
    inner join ranked_files
        on
            identified.stream = ranked_files.stream
            and identified._input_key = ranked_files._input_key
            and identified.periodicity = ranked_files.periodicity
            and identified.year = ranked_files.year
            and identified.period_number = ranked_files.period_number
            and identified.file_kind = ranked_files.file_kind

),

final as (

    select
        complaint_row_id,
        stream,
        layout,
        file_kind,
        periodicity,
        year,
        period_number,
        period_start_date,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 'period_months', 'period_start_date')) }} as date)
            as period_end_date,
        category,
        row_role,
        institution_id,
        conglomerate_id,
        cnpj8,
        institution_name,
        {{ measures | join(',\n        ') }},
        is_of_file_that_counts and row_rank = 1 as is_counted,
        is_of_file_that_counts,
        _input_key,
        _load_seq,
        _loaded_at

    from ranked_rows

)

select * from final
