{#- The complaint ranking of the Banco Central do Brasil: CSV files of ten layouts since 2014, told apart by their headers,
    which are compared without case, accents and kinds of dashes (copies differ), never by position. Counts from layout H on
    are other quantities than those before, not new names. -#}

{#- The columns that there are: the field, its header, and the layouts that have it. -#}
{% macro bank_complaint_columns() -%}
    {{ return([
        ('year', 'Ano', 'ABCDGHIJ'),
        ('month_label', 'Mês', 'A'),
        ('bimester_label', 'Bimestre', 'B'),
        ('half_label', 'Semestre', 'C'),
        ('quarter_label', 'Trimestre', 'DGHIJ'),
        ('category', 'Categoria', 'ABCDGHIJ'),
        ('entity_kind', 'Tipo', 'ABCDGHIJ'),
        ('cnpj', 'CNPJ IF', 'ABCDGHIJ'),
        ('conglomerate_name', 'Conglomerado', 'J'),
        ('entity_name', 'Instituição financeira', 'ABCDGHIJ'),
        ('complaint_index', 'Índice', 'ABCDGHIJ'),
        ('upheld_regulated_count', 'Quantidade de reclamações reguladas procedentes', 'ABCDG'),
        ('other_regulated_count', 'Quantidade de reclamações reguladas - outras', 'ABCDG'),
        ('unregulated_count', 'Quantidade de reclamações não reguladas', 'ABCDG'),
        ('total_count', 'Quantidade total de reclamações', 'ABCDG'),
        ('answered_count', 'Quantidade total de reclamações respondidas', 'HIJ'),
        ('upheld_regulated_extrapolated_count', 'Quantidade de reclamações reguladas procedentes extrapoladas', 'H'),
        ('upheld_count', 'Quantidade de reclamações procedentes', 'IJ'),
        ('upheld_extrapolated_count', 'Quantidade de reclamações procedentes extrapoladas', 'IJ'),
        ('analysed_count', 'Quantidade total de reclamações analisadas', 'IJ'),
        ('client_count', 'Quantidade total de clientes – CCS e SCR', 'ABCDGHI'),
        ('ccs_client_count', 'Quantidade de clientes – CCS', 'ABCDGHI'),
        ('scr_client_count', 'Quantidade de clientes – SCR', 'ABCDGHI'),
        ('fgc_client_count', 'Quantidade de clientes – FGC', 'ABD'),
    ]) }}
{%- endmacro %}

{#- E is D, and F is G, in files whose lines do not end with a separator. -#}
{% macro bank_complaint_layouts() -%}
    {{ return({
        'A': 'monthly, clients of the FGC',
        'B': 'bimonthly, clients of the FGC',
        'C': 'half-yearly',
        'D': 'quarterly, clients of the FGC',
        'E': 'as D, without a separator at the end',
        'F': 'as G, without a separator at the end',
        'G': 'quarterly',
        'H': 'quarterly, answered and upheld extrapolated',
        'I': 'quarterly, answered, analysed, upheld, upheld extrapolated',
        'J': 'as I by institution and conglomerate, without clients',
    }) }}
{%- endmacro %}

{% macro bank_complaint_fields() -%}
    {%- set special = {
        'year': field('year', 'integer', path='Ano', required=true, accepted=range(2014, 2050) | list),
        'month_label': field('month_label', 'varchar(65535)', path='Mês', required="text__layout = 'A'",
            accepted=bank_period_labels('monthly')),
        'bimester_label': field('bimester_label', 'varchar(65535)', path='Bimestre', required="text__layout = 'B'",
            accepted=bank_period_labels('bimonthly')),
        'half_label': field('half_label', 'varchar(65535)', path='Semestre', required="text__layout = 'C'",
            accepted=bank_period_labels('half-yearly')),
        'quarter_label': field('quarter_label', 'varchar(65535)', path='Trimestre',
            required="text__layout in ('D', 'E', 'F', 'G', 'H', 'I', 'J')", accepted=bank_period_labels('quarterly')),
        'cnpj': field('cnpj', 'varchar(65535)', path='CNPJ IF', format='cnpj8'),
        'category': field('category', 'varchar(65535)', path='Categoria'),
        'entity_kind': field('entity_kind', 'varchar(65535)', path='Tipo', required=true),
        'conglomerate_name': field('conglomerate_name', 'varchar(65535)', path='Conglomerado'),
        'entity_name': field('entity_name', 'varchar(65535)', path='Instituição financeira',
            required='text__conglomerate_name is null'),
        'complaint_index': field('complaint_index', 'decimal(18, 4)', path='Índice', format='decimal_pt_br'),
    } -%}
    {%- set fields = [
        field('layout', 'varchar(65535)', path='(header)', required=true, accepted=bank_complaint_layouts()),
    ] -%}
    {%- for name, header, layouts in bank_complaint_columns() -%}
        {%- do fields.append(special.get(name) or field(name, 'bigint', path=header)) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}

{#- How periods are spelt; seeds/bank_period_labels.csv says which they are. -#}
{% macro bank_period_labels(periodicity) -%}
    {%- set numbers = {'monthly': 12, 'bimonthly': 0, 'half-yearly': 2, 'quarterly': 4}[periodicity] -%}
    {%- set labels = ['Jan/Fev', 'Mar/Abr', 'Mai/Jun', 'Jul/Ago', 'Set/Out', 'Nov/Dez'] if not numbers else [] -%}
    {%- for number in range(1, numbers + 1) -%}
        {%- do labels.append(number | string) -%}
        {%- if periodicity == 'monthly' and number < 10 -%}
            {%- do labels.append('0' ~ number) -%}
        {%- elif periodicity != 'monthly' -%}
            {%- do labels.extend([number ~ 'º', number ~ '°', number ~ 'o']) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(labels) }}
{%- endmacro %}

{#- The texts of the rows of such files, for read_stream. The text of the field `layout` is the layout that has just these
    columns; where none has, what tells the header from the layout that is nearest to it, which is then the reject's text:
    such a file is never read by the columns that it happens to share. Columns without a name are what spreadsheets and
    separators at the ends of lines leave. -#}
{% macro bank_complaint_texts(relation) -%}
{%- set columns = bank_complaint_columns() -%}
{%- set layouts = ['A', 'B', 'C', 'D', 'G', 'H', 'I', 'J'] -%}
{%- set names = [] -%}
{%- for name, header, _ in columns -%}{%- do names.append(literal(folded_name(header))) -%}{%- endfor -%}
with

cells as (

    select
        *,
        coalesce({{ folded('name') }}, '') as folded_name
    from {{ cells_of(relation, record_columns()) | indent(4) }}

),

known_cells as (

    select
        *,
        case when folded_name = '' or folded_name like 'unnamed: %' then 1 else 0 end as is_nameless,
        case when folded_name in ({{ names | join(', ') }}) then 1 else 0 end as is_known
    from cells
    union all
    -- so that a record without any cell is a row, too
    select
        {{ record_columns() | join(',\n        ') }},
        cast(null as varchar(65535)) as name,
        cast(null as varchar(65535)) as cell,
        cast(null as varchar(65535)) as folded_name,
        0 as is_nameless,
        1 as is_known
    from {{ relation }}

),

headers as (

    select
        {{ record_columns() | join(',\n        ') }},
        {%- for name, header, _ in columns %}
        sum(case when folded_name = {{ names[loop.index0] }} then 1 else 0 end) as has__{{ name }},
        max(case when folded_name = {{ names[loop.index0] }} then cell end) as cell__{{ name }},
        {%- endfor %}
        sum(is_nameless) as nameless_count,
        sum(1 - is_known - is_nameless) as strange_count,
        min(case when is_known + is_nameless = 0 then name end) as strange_name
    from known_cells
    group by {{ record_columns() | join(', ') }}

),

compared as (

    select
        *
        {%- for layout in layouts %},
        strange_count
        {%- for name, header, of_layouts in columns -%}
            {{ ' + ' ~ ('abs(has__' ~ name ~ ' - 1)' if layout in of_layouts else 'has__' ~ name) }}
        {%- endfor %} as distance_{{ layout }}
        {%- endfor %}
    from headers

),

measured as (

    select
        *,
        least({% for layout in layouts %}distance_{{ layout }}{{ ', ' if not loop.last }}{% endfor %}) as distance
    from compared

),

judged as (

    select
        *,
        case
            {%- for layout in layouts %}
            when distance_{{ layout }} = distance then cast('{{ layout }}' as varchar(65535))
            {%- endfor %}
        end as layout
    from measured

),

described as (

    select
        *,
        'nearest to ' || layout
        {%- for name, header, of_layouts in columns %}
        || case
            when has__{{ name }} = 0 and layout in ('{{ of_layouts | list | join("', '") }}')
                then {{ literal(', lacks ' ~ header) }}
            when has__{{ name }} > 1 then {{ literal(', has more than once ' ~ header) }}
            when has__{{ name }} = 1 and layout not in ('{{ of_layouts | list | join("', '") }}')
                then {{ literal(', has ' ~ header) }}
            else ''
        end
        {%- endfor %}
        || case
            when strange_count > 1
                then ', has ' || strange_name || ' and ' || cast(strange_count - 1 as varchar(20)) || ' more that no layout has'
            when strange_count = 1 then ', has ' || strange_name || ', which no layout has'
            else ''
        end as difference
    from judged

)

select
    case
        when distance > 0 then difference
        when layout = 'D' and nameless_count = 0 then cast('E' as varchar(65535))
        when layout = 'G' and nameless_count = 0 then cast('F' as varchar(65535))
        else layout
    end as text__layout,
    {%- for name, header, _ in columns %}
    {{ trimmed('cell__' ~ name) }} as text__{{ name }},
    {%- endfor %}
    {{ record_columns() | join(',\n    ') }},
    cast(null as varchar(65535)) as unreadable
from described
{%- endmacro %}

{#- A period as it is requested of the service, and as people read it: trimestral 2021 4. -#}
{% macro bank_period_name(periodicity, year, period_number) -%}
    case {{ periodicity }}
        when 'monthly' then 'mensal'
        when 'bimonthly' then 'bimestral'
        when 'quarterly' then 'trimestral'
        else 'semestral'
    end || ' ' || cast({{ year }} as varchar(20)) || ' ' || cast({{ period_number }} as varchar(20))
{%- endmacro %}

{#- The number of the quarter that a file's name says, in lower case, as text: 2021_tri_04, 2021Q4, 4T2021, 4º trimestre;
    empty if it says none. What stands before a year is no number of a quarter. -#}
{% macro bank_named_quarter(name) -%}
    {%- set behind = first_match(name, '(^|[^a-z])(trimestre|trim|tri|q|t)[ _-]*0?[1-4]([^0-9]|$)') -%}
    {%- set before = first_match(name, '(^|[^0-9])0?[1-4]o?[^0-9a-z]?[ _-]?(trimestre|trim|tri|q|t)([^a-z]|$)') -%}
    coalesce(
        nullif({{ first_match(first_match(behind, '[a-z][ _-]*0?[1-4]'), '[1-4]') }}, ''),
        {{ first_match(before, '[1-4]') }}
    )
{%- endmacro %}

{#- The number that stands behind a year in a file's name without saying of what, as text: 2021_01, 2021-04; empty if none
    does. A day behind it makes it a date, which says when somebody saved the file. -#}
{% macro bank_named_number(name) -%}
    {%- set found = first_match(name, '20[0-9][0-9][ _.-](0?[1-9]|1[0-2])([^0-9 _.-]|[ _.-][^0-9]|$)') -%}
    {{ first_match('substring(' ~ found ~ ', 6, 65535)', '[1-9][0-9]?') }}
{%- endmacro %}

{#- A conglomerate's name without what marks it as one. -#}
{% macro bank_bare_name(name) -%}
    {%- set clean = single_spaced(name) -%}
    case
        when lower({{ clean }}) like '% (conglomerado)' then left({{ clean }}, length({{ clean }}) - 15)
        when lower({{ clean }}) like '% - prudencial' then left({{ clean }}, length({{ clean }}) - 13)
        else {{ clean }}
    end
{%- endmacro %}

{#- A conglomerate's or an institution's name as it is matched: in capitals, without accents, what marks a conglomerate,
    S.A., S/A or S A, and punctuation. Equal or not: a part of a name says nothing. -#}
{% macro bank_label(name) -%}
    {%- set marks = ".,;:/-()&\"!*+" ~ "'" -%}
    {%- set bare = "replace(replace(" ~ plain_letters(name) ~ ", '(conglomerado)', ' '), '- prudencial', ' ')" -%}
    {%- set words -%}
        translate({{ bare }}, {{ literal(marks) }}, {{ literal(' ' * (marks | length)) }})
    {%- endset -%}
    nullif(upper(trim(replace(' ' || {{ single_spaced(words) }} || ' ', ' s a ', ' '))), '')
{%- endmacro %}
