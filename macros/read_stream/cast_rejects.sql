{#- One row per cast error of a base model: the record it is in, and what was wrong. -#}
{% macro cast_rejects(base) -%}
select
    source,
    stream,
    {{ record_id() }} as record_id,
    _input_key,
    _load_id,
    _load_seq,
    _loaded_at,
    errors.field,
    errors.path,
    errors.raw_text,
    errors.expected,
    errors.reason
from {{ adapter.dispatch('unnest_errors', 'headwater')(base) }}
{%- endmacro %}

{% macro duckdb__unnest_errors(base) -%}
(
    select
        *,
        unnest(from_json(cast_errors, '[{
            "field": "VARCHAR", "path": "VARCHAR", "raw_text": "VARCHAR", "expected": "VARCHAR", "reason": "VARCHAR"
        }]')) as errors
    from {{ base }}
    where cast_errors is not null
) as failed
{%- endmacro %}
