{#- Whether the whole of a text matches a POSIX extended regular expression, written without backslashes. -#}
{% macro matches(text, pattern) -%}
    {{ adapter.dispatch('matches', 'headwater')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro snowflake__matches(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- ^ and $ may stand for the ends of a line there: a text of several lines matches no pattern of ours. -#}
{% macro redshift__matches(text, pattern) -%}
    ({{ text }} ~ '^({{ pattern }})$' and strpos({{ text }}, chr(10)) = 0 and strpos({{ text }}, chr(13)) = 0)
{%- endmacro %}

{#- The first part of a text that matches a pattern; empty if there is none. -#}
{% macro first_match(text, pattern) -%}
    {{ adapter.dispatch('first_match', 'headwater')(text, pattern) }}
{%- endmacro %}

{% macro default__first_match(text, pattern) -%}
    coalesce(regexp_substr({{ text }}, '{{ pattern }}'), '')
{%- endmacro %}

{% macro duckdb__first_match(text, pattern) -%}
    regexp_extract({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- How many bytes a text takes in UTF-8: what sizes of varchar count on Redshift. -#}
{% macro byte_length(text) -%}
    {{ adapter.dispatch('byte_length', 'headwater')(text) }}
{%- endmacro %}

{% macro default__byte_length(text) -%}
    octet_length({{ text }})
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

{% macro snowflake__trimmed(text) -%}
    nullif(trim({{ text }}, ' \t\r\n'), '')
{%- endmacro %}

{% macro redshift__trimmed(text) -%}
    nullif(btrim({{ text }}, ' ' || chr(9) || chr(13) || chr(10)), '')
{%- endmacro %}

{#- A text in which HTML's &lt; &gt; and &amp; are what they stand for; what they then spell stays. -#}
{% macro unescaped(text) -%}
    replace(replace(replace({{ text }}, '&lt;', '<'), '&gt;', '>'), '&amp;', '&')
{%- endmacro %}

{#- An SQL literal of any text. -#}
{% macro literal(text) -%}
    {{ return(adapter.dispatch('literal', 'headwater')(text | string)) }}
{%- endmacro %}

{% macro duckdb__literal(text) -%}
    {{ return("'" ~ text.replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- A backslash escapes there. -#}
{% macro default__literal(text) -%}
    {{ return("'" ~ text.replace('\\', '\\\\').replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- Where a text first stands in another, from 1; 0 where it does not. -#}
{% macro place_of(part, text) -%}
    {{ adapter.dispatch('place_of', 'headwater')(part, text) }}
{%- endmacro %}

{% macro default__place_of(part, text) -%}
    strpos({{ text }}, {{ part }})
{%- endmacro %}

{% macro snowflake__place_of(part, text) -%}
    charindex({{ part }}, {{ text }})
{%- endmacro %}
