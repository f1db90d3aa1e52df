{#- All paths in one call: ten calls parse each document ten times. -#}
{% macro duckdb__extract_texts(relation, fields) -%}
select
    {%- for f in fields %}
    {%- set text = 'texts[' ~ loop.index ~ ']' %}
    {{ "nullif(" ~ text ~ ", '')" if f.format == 'verbatim' else trimmed(text) }} as text__{{ f.name }},
    {%- endfor %}
    {{ record_columns() | join(',\n    ') }}
from (
    select
        json_extract_string(value, [
            {%- for f in fields %}
            {{ literal('$."' ~ (f.path | replace('.', '"."')) ~ '"') }}{{ ',' if not loop.last }}
            {%- endfor %}
        ]) as texts,
        {{ record_columns() | join(',\n        ') }}
    from {{ relation }}
) as extracted
{%- endmacro %}

{% macro duckdb__error_list(fields) -%}
cast(to_json(list_filter([
    {%- for f in fields %}
    case
        {%- for error in field_errors(f) %}
        when {{ error.condition }} then {
            'field': {{ literal(f.name) }},
            'path': {{ literal(f.path) }},
            'raw_text': raw__{{ f.name }},
            'expected': {{ literal(error.expected) }},
            'reason': {{ literal(error.reason) }}
        }
        {%- endfor %}
    end{{ ',' if not loop.last }}
    {%- endfor %}
], lambda error: error is not null)) as varchar)
{%- endmacro %}

{% macro duckdb__text_object(fields) -%}
cast(json_object(
    {%- for f in fields %}
    {{ literal(f.name) }}, raw__{{ f.name }}{{ ',' if not loop.last }}
    {%- endfor %}
) as varchar)
{%- endmacro %}
