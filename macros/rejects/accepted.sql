{#- The records of a stream that have no open errors, as they came or as corrected, as a subquery: the columns of base
    but cast_errors and raw_texts, and `_correction`, null where nothing was corrected.

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
    where cast_errors is null
    union all
    select
        {{ columns | join(',\n        ') }},
        _correction
    from {{ ref(stream.corrected) }}
    where cast_errors is null
) as accepted_records
{%- endmacro %}
