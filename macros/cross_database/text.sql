{#- Whether the whole of a text matches a POSIX extended regular expression. -#}
{% macro matches(text, pattern) -%}
    {{ adapter.dispatch('matches', 'headwater')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- How many bytes a text takes in UTF-8: what sizes of varchar count on Redshift. -#}
{% macro byte_length(text) -%}
    {{ adapter.dispatch('byte_length', 'headwater')(text) }}
{%- endmacro %}

{% macro duckdb__byte_length(text) -%}
    strlen({{ text }})
{%- endmacro %}

{#- A text without white space at its ends; null where nothing else is left. -#}
{% macro trimmed(text) -%}
    {{ adapter.dispatch('trimmed', 'headwater')(text) }}
{%- endmacro %}

{% macro duckdb__trimmed(text) -%}
    nullif(trim({{ text }}, e' \t\r\n'), '')
{%- endmacro %}

{#- An SQL literal of any text. -#}
{% macro literal(text) -%}
    {{ return("'" ~ (text | string | replace("'", "''")) ~ "'") }}
{%- endmacro %}
