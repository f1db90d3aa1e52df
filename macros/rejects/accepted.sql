{#- The records of a stream that have no open errors, as they came or as corrected, and whose input is not withdrawn, as a
    subquery: the columns of base but cast_errors and raw_texts, and `_correction`, null where nothing was corrected.

    What the gate reads is named here, too, so that it is upstream of every stg model: dbt skips what lies behind a failed
    test only if it descends from all that the test reads. -#}
{% macro accepted(stream) -%}
    {%- if not execute -%}
        {%- do ref('base_headwater__rejects') -%}
        {%- for table in ('loads', 'objects', 'inputs', 'removals', 'resolutions') -%}
            {%- do source('headwater', table) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set columns = stream.fields | map(attribute='name') | list + record_columns() -%}
(
    select
        {{ columns | join(',\n        ') }},
        nullif(_load_id, _load_id) as _correction
    from {{ ref(stream.base) }}
    where
        cast_errors is null
        and {{ is_not_withdrawn(stream) }}
    union all
    select
        {{ columns | join(',\n        ') }},
        _correction
    from {{ ref(stream.corrected) }}
    where
        cast_errors is null
        and {{ is_not_withdrawn(stream) }}
) as accepted_records
{%- endmacro %}

{#- The condition, on an incremental run, that this model has no row of a record's input: it is new, or it counts again since
    a withdrawal was taken back, or one of a newer version was made. -#}
{% macro is_of_missing_input(prefix, present) -%}
cast({{ prefix }}_load_seq as varchar(20)) || '#' || {{ prefix }}_input_key not in (
            select cast(held._load_seq as varchar(20)) || '#' || held._input_key from {{ present }} as held
        )
{%- endmacro %}

{#- The condition that a record's input is not one that seeds/withdrawn_inputs.csv takes back. -#}
{% macro is_not_withdrawn(stream) -%}
cast(_load_seq as varchar(20)) || '#' || _input_key not in (
            select cast(withdrawn._load_seq as varchar(20)) || '#' || withdrawn._input_key
            from (select * from {{ input_versions(stream) | indent(12) }}) as withdrawn
            where withdrawn.is_withdrawn
        )
{%- endmacro %}
