{#- The records of a base model that corrections name, read again with the corrections in place of the raw texts: the
    columns of base but raw_texts, and `_correction`, which differs where what was applied differs. A cell for which two
    corrections say different things is left as it came. Corrections: seeds/corrections.csv, where an empty value, or
    the word null, says that there is none. -#}
{% macro read_corrected(stream) %}
with

records as (

    select
        *,
        {{ record_id() }} as record_id
    from {{ ref(stream.base) }}
    where raw_texts is not null

),

cells as (

    {{ corrected_cells('records', stream) | indent(4) }}

),

-- One row per record: what is said of each field, and whether anything is.
corrections as (

    select
        record_id
        {%- for f in stream.fields %},
        max(case when path = {{ literal(f.path) }} then 1 else 0 end) as has__{{ f.name }},
        max(case when path = {{ literal(f.path) }} then corrected_value end) as corrected__{{ f.name }}
        {%- endfor %}
    from (
        select
            record_id,
            path,
            max(corrected_value) as corrected_value
        from cells
        group by record_id, path
        having count(*) = 1
    ) as agreed
    group by record_id

),

texts as (

    select
        {%- for f in stream.fields %}
        case
            when corrections.has__{{ f.name }} = 1 then {{ trimmed_as(f, 'corrections.corrected__' ~ f.name) }}
            else {{ text_in('records.raw_texts', f.name, stream.fields) }}
        end as text__{{ f.name }},
        {%- endfor %}
        {%- for column in record_columns() %}
        records.{{ column }},
        {%- endfor %}
        {{ surrogate_key(said_of(stream.fields)) }} as _correction,
        cast(null as varchar(65535)) as unreadable
    from records
    inner join corrections on records.record_id = corrections.record_id

),

{{ checked_texts(stream.fields, record_columns() + ['_correction']) }}

select
    {%- for f in stream.fields %}
    {{ f.name }},
    {%- endfor %}
    case when has_errors then {{ error_list(stream.fields) | indent(4) }} end as cast_errors,
    {{ record_columns() | join(',\n    ') }},
    _correction
from checked
{% endmacro %}

{% macro said_of(fields) -%}
    {%- set said = [] -%}
    {%- for f in fields -%}
        {%- do said.append(
            'case when corrections.has__' ~ f.name ~ " = 1 then coalesce(corrections.corrected__" ~ f.name ~ ", '') end"
        ) -%}
    {%- endfor -%}
    {{ return(said) }}
{%- endmacro %}

{#- What corrections say of the records of a relation that has record_id and the columns of base: one row per record, path
    and value. They name a record by its place or by its natural key; equal lines are one. -#}
{% macro corrected_cells(relation, stream) -%}
select
    records.record_id,
    corrections.path,
    corrections.corrected_value
from {{ relation }} as records
inner join {{ ref('corrections') }} as corrections on records.record_id = corrections.record
where corrections.stream = {{ literal(stream.place) }}
union
select
    records.record_id,
    corrections.path,
    corrections.corrected_value
from {{ relation }} as records
inner join {{ ref('corrections') }} as corrections on {{ natural_key(stream, 'records.') }} = corrections.record
where corrections.stream = {{ literal(stream.place) }}
{%- endmacro %}

{#- Which records with errors the lines of seeds/corrections.csv name, for corrections_status: stream, record (as the line has
    it), path, corrected_value, record_id, is_accepted (1 or 0). Lines with a path that is no field's name nothing, nor do
    those of records that came again, mended. -#}
{% macro corrections_of(stream) %}
select
    cast({{ literal(stream.place) }} as varchar(65535)) as stream,
    corrections.record,
    corrections.path,
    corrections.corrected_value,
    records.record_id,
    case when corrected._object is not null then 1 else 0 end as is_accepted
from (
    select distinct
        record_id,
        record_key,
        _object,
        _row
    from (
        select
            *,
            {{ record_id() }} as record_id,
            {{ natural_key(stream) }} as record_key
        from {{ ref(stream.base) }}
        where raw_texts is not null
    ) as with_errors
    where
        record_id not in (select resolutions.record_id from {{ source('headwater', 'resolutions') }} as resolutions)
        and cast(_load_seq as varchar(20)) || '#' || _input_key in (
            select cast(_load_seq as varchar(20)) || '#' || _input_key from {{ input_versions(stream) }} where not is_superseded
        )
) as records
inner join {{ ref('corrections') }} as corrections
    on
        corrections.stream = {{ literal(stream.place) }}
        and (records.record_id = corrections.record or records.record_key = corrections.record)
        and corrections.path in (
            {%- for path in stream.fields | map(attribute='path') | unique(case_sensitive=true) %}
            {{ literal(path) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
left join {{ ref(stream.corrected) }} as corrected
    on records._object = corrected._object and records._row = corrected._row and corrected.cast_errors is null
{% endmacro %}

{#- A record's natural key as text, its parts joined by `|`; null where one of them is. -#}
{% macro natural_key(stream, prefix='') -%}
    {%- set parts = [] -%}
    {%- for column in stream.natural_key -%}
        {%- do parts.append(key_text(stream, column, prefix)) -%}
    {%- endfor -%}
    {{ parts | join(" || '|' || ") }}
{%- endmacro %}

{#- A part of a natural key: a column, or the first of several that is there. -#}
{% macro key_column(column, prefix='') -%}
    {%- if column is string -%}
        {{ return(prefix ~ column) }}
    {%- endif -%}
    {{ return('coalesce(' ~ prefix ~ column | join(', ' ~ prefix) ~ ')') }}
{%- endmacro %}

{#- Of a moment the milliseconds since 1970: engines do not agree on how a moment is spelt. -#}
{% macro key_text(stream, column, prefix='') -%}
    {%- set types = {} -%}
    {%- for f in stream.fields -%}{%- do types.update({f.name: f.type}) -%}{%- endfor -%}
    {%- set value = key_column(column, prefix) -%}
    {%- if column is string and types.get(column) == 'timestamp' -%}{%- set value = epoch_ms_of(value) -%}{%- endif -%}
    {{ return('cast(' ~ value ~ ' as varchar(65535))') }}
{%- endmacro %}

{#- All columns that a natural key may be made of. -#}
{% macro key_columns(stream) -%}
    {%- set columns = [] -%}
    {%- for column in stream.natural_key -%}
        {%- do columns.extend([column] if column is string else column) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
