{#- A semi-structured list from a JSON text without blanks before it; null where the text is no list. -#}
{% macro json_list(text) -%}
    {{ adapter.dispatch('json_list', 'headwater')(text) }}
{%- endmacro %}

{% macro duckdb__json_list(text) -%}
    case when left({{ text }}, 1) = '[' and json_valid({{ text }}) then {{ text }} end
{%- endmacro %}

{% macro snowflake__json_list(text) -%}
    case when left({{ text }}, 1) = '[' then try_parse_json({{ text }}) end
{%- endmacro %}

{% macro redshift__json_list(text) -%}
    case when left({{ text }}, 1) = '[' and can_json_parse({{ text }}) then json_parse({{ text }}) end
{%- endmacro %}

{#- The scalars of a list in a JSON text, joined by commas; null where there are none. For ids and codes only, which have
    neither commas nor quotes nor blanks. -#}
{% macro listed(text) -%}
    nullif(replace(replace(replace(replace({{ text }}, '[', ''), ']', ''), '"', ''), ' ', ''), '')
{%- endmacro %}

{#- The elements of a list, a row each, as a subquery: columns of the relation, chosen texts of the element, and
    element_number, its place from 1. Texts are name -> path: keys and, for places in a list, numbers from 0, joined by
    dots; the empty path is the element itself. As texts_of gives them: scalars without quotes, null for what is absent. -#}
{% macro elements_of(relation, columns, list, texts) -%}
    {{ adapter.dispatch('elements_of', 'headwater')(relation, columns, list, texts) }}
{%- endmacro %}

{% macro duckdb__elements_of(relation, columns, list, texts) -%}
(
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {%- for name, path in texts.items() %}
        json_extract_string(element, {{ literal('$' ~ steps(path, '."')) }}) as {{ name }},
        {%- endfor %}
        element_number
    from (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            unnest(elements) as element,
            generate_subscripts(elements, 1) as element_number
        from (
            select
                {%- for column in columns %}
                {{ column }},
                {%- endfor %}
                json_extract({{ list }}, '$[*]') as elements
            from {{ relation }}
        ) as lists
        where elements is not null
    ) as listed
) as elements
{%- endmacro %}

{% macro snowflake__elements_of(relation, columns, list, texts) -%}
(
    select
        {%- for column in columns %}
        lists.{{ column }},
        {%- endfor %}
        {%- for name, path in texts.items() %}
        cast(element.value{{ steps(path, ':"') }} as varchar) as {{ name }},
        {%- endfor %}
        element.index + 1 as element_number
    from (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            {{ list }} as elements
        from {{ relation }}
    ) as lists, lateral flatten(input => lists.elements) as element
) as elements
{%- endmacro %}

{#- A cast of anything but a text gives null there. -#}
{% macro redshift__elements_of(relation, columns, list, texts) -%}
    {%- do redshift__keep_case() -%}
(
    select
        {%- for column in columns %}
        lists.{{ column }},
        {%- endfor %}
        {%- for name, path in texts.items() %}
        {%- set value = 'element' ~ steps(path, '."') %}
        case
            when json_typeof({{ value }}) = 'string' then cast({{ value }} as varchar(65535))
            when json_typeof({{ value }}) <> 'null' then json_serialize({{ value }})
        end as {{ name }},
        {%- endfor %}
        place + 1 as element_number
    from (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            {{ list }} as elements
        from {{ relation }}
    ) as lists, lists.elements as element at place
) as elements
{%- endmacro %}

{#- The steps of a path as engines write them; `first` opens the first key, `."` each further one. -#}
{% macro steps(path, first) -%}
    {%- set written = [] -%}
    {%- for step in path.split('.') if step -%}
        {%- do written.append('[' ~ step ~ ']' if step.isdigit() else (first if loop.first else '."') ~ step ~ '"') -%}
    {%- endfor -%}
    {{ return(written | join) }}
{%- endmacro %}

{#- The records of a base model that have errors, a row per error, as a subquery: some columns, and those of the error. -#}
{% macro errors_of(base, columns) -%}
    {%- set texts = ['field', 'path', 'raw_text', 'expected', 'reason'] -%}
    {{ elements_of(base, columns, 'cast_errors', dict(zip(texts, texts))) }}
{%- endmacro %}
