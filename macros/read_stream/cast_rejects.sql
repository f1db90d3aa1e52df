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
    {{ error_texts() | join(',\n    ') }}
from {{ errors_of(base) }}
{%- endmacro %}
