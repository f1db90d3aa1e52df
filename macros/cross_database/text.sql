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

{#- A text without white space at its ends, and with one blank wherever there is some within; null where nothing is
    left. Every blank gets a mark, which goes with the blank behind it: no regular expression, and so no dispatch. -#}
{% macro single_spaced(text) -%}
    {%- set blanks = 'replace(replace(replace(' ~ text ~ ", chr(9), ' '), chr(10), ' '), chr(13), ' ')" -%}
    {{ trimmed('replace(replace(replace(' ~ blanks ~ ", ' ', ' ' || chr(1)), chr(1) || ' ', ''), chr(1), '')") }}
{%- endmacro %}

{#- A text in lower case, without accents, each dash a hyphen. -#}
{% macro plain_letters(text) -%}
    {%- set accented = 'áàâãäåéèêëíìîïóòôõöúùûüçñýÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑÝ' -%}
    {%- set plain = 'aaaaaaeeeeiiiiooooouuuucnyAAAAAAEEEEIIIIOOOOOUUUUCNY' -%}
    {#- a dash that was read in the wrong encoding is U+0096; what stands for nothing is the accents of decomposed texts -#}
    {%- set dashes, blank, marks = '–—‐‑‒−\u0096', '\u00a0', '\u0300\u0301\u0302\u0303\u0308\u0327' -%}
    {%- set from = accented ~ dashes ~ 'º°ª' ~ blank ~ marks -%}
    {%- set to = plain ~ '-' * (dashes | length) ~ 'ooa ' -%}
    lower(translate({{ text }}, {{ literal(from) }}, {{ literal(to) }}))
{%- endmacro %}

{#- A name as it is compared: plain letters, single spaces, none at its ends. -#}
{% macro folded(text) -%}
    {{ single_spaced(plain_letters(text)) }}
{%- endmacro %}

{#- What of a name is alike for names that a person may take for the same: plain letters without blanks, `_`, `-` and marks
    that cannot be seen. -#}
{% macro sketch(text) -%}
    translate({{ plain_letters(text) }}, {{ literal(' _-\ufeff\u200b') }}, '')
{%- endmacro %}

{#- What `folded` makes of a text that is known when the query is written. -#}
{% macro folded_name(name) -%}
    {%- set folds = {
        'á': 'a', 'â': 'a', 'ã': 'a', 'ç': 'c', 'é': 'e', 'ê': 'e', 'í': 'i', 'ó': 'o', 'ô': 'o', 'õ': 'o', 'ú': 'u', '–': '-',
        'º': 'o',
    } -%}
    {%- set letters = [] -%}
    {%- for letter in name | lower -%}{%- do letters.append(folds.get(letter, letter)) -%}{%- endfor -%}
    {{ return(letters | join('') | trim) }}
{%- endmacro %}
