{#- What a field's text must look like: a regular expression decides, so that every warehouse agrees on what is a value; the
    cast then only converts. Texts are trimmed before. The truth table is tests/dbt/assert_formats_cast_as_stated.sql.

    text      as it is, trimmed; empty is null
    verbatim  as it is, spaces included; empty is null
    integer   -12, +7, 007
    decimal   -1.50, .5, 5. ; no thousands separators, no exponent
    decimal_pt_br  1.416,17 and 1416,17: thousands dots, all or none of them, and a decimal comma
    double    as decimal, and 1e-3
    boolean   true, false, 1, 0, in any case
    date      2026-03-02
    iso8601   2026-03-02T14:05:09.120+05:30; a space for the T, Z, +05, +0530 or no offset (UTC) do too; what is finer than
              a microsecond is cut
    epoch_ms  milliseconds since 1970-01-01T00:00:00Z
    twitter_v1  Tue Mar 03 09:15:00 +0000 2026, in English and in UTC wherever it is from
    digits    1 to 19 of them, a number that is a name: it stays text
    cnpj8     1 to 8 digits, the first eight of a CNPJ, perhaps without the zeros in front; it stays text
    digits4   just 4 of them, zeros in front included, text -#}
{% macro format_pattern(format) -%}
    {%- if format not in formats() or format in ('text', 'verbatim') -%}
        {{ exceptions.raise_compiler_error('no pattern for the format ' ~ format ~ '; there are: ' ~ formats() | join(', ')) }}
    {%- endif -%}
    {{ return({
        'integer': '[+-]?[0-9]+',
        'decimal': '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)',
        'decimal_pt_br': '[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?',
        'double': '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?',
        'boolean': '([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|1|0)',
        'date': '[0-9]{4}-[0-9]{2}-[0-9]{2}',
        'iso8601': '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?'
            ~ '(Z|z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?',
        'epoch_ms': '[+-]?[0-9]{1,14}',
        'twitter_v1': '(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{2} '
            ~ '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] [+]0000 [0-9]{4}',
        'digits': '[0-9]{1,19}',
        'cnpj8': '[0-9]{1,8}',
        'digits4': '[0-9]{4}',
    }[format]) }}
{%- endmacro %}

{#- The formats there are, and the types that each is for. -#}
{% macro formats() -%}
    {%- set text, number, moment = ['varchar'], ['bigint', 'integer', 'decimal', 'double precision'], ['timestamp'] -%}
    {{ return({
        'text': text, 'verbatim': text, 'digits': text, 'cnpj8': text, 'digits4': text,
        'integer': number, 'decimal': number, 'decimal_pt_br': number, 'double': ['double precision'],
        'boolean': ['boolean'], 'date': ['date'], 'iso8601': moment, 'epoch_ms': moment, 'twitter_v1': moment,
    }) }}
{%- endmacro %}

{#- The typed value of a trimmed text, or null where it does not have the format or does not fit the type. -#}
{% macro cast_text(text, format, type) -%}
    {%- if format in ('text', 'verbatim') -%}
        case when {{ byte_length(text) }} <= {{ type | replace('varchar(', '') | replace(')', '') }}
            then cast({{ text }} as {{ type }}) end
    {%- else -%}
        case when {{ matches(text, format_pattern(format)) }}
            then {{ convert_text(text, format, type) }} end
    {%- endif -%}
{%- endmacro %}

{#- Converts a text that has the format. -#}
{% macro convert_text(text, format, type) -%}
    {%- if format == 'boolean' -%}
        lower({{ text }}) in ('true', '1')
    {%- elif format == 'iso8601' -%}
        {{ adapter.dispatch('utc_timestamp', 'headwater')(text) }}
    {%- elif format == 'epoch_ms' -%}
        {{ adapter.dispatch('epoch_ms', 'headwater')(text) }}
    {%- elif format == 'twitter_v1' -%}
        try_cast({{ twitter_v1_as_iso8601(text) }} as {{ type }})
    {%- elif format in ('digits', 'cnpj8', 'digits4') -%}
        cast({{ text }} as {{ type }})
    {%- elif format == 'decimal_pt_br' -%}
        {{ adapter.dispatch('exact_number', 'headwater')(
            "replace(replace(" ~ text ~ ", '.', ''), ',', '.')", type
        ) }}
    {%- elif format in ('integer', 'decimal') -%}
        {{ adapter.dispatch('exact_number', 'headwater')(text, type) }}
    {%- else -%}
        try_cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- Engines read some of these texts and not others: date, time and fraction are cast, the offset is taken off by hand. -#}
{% macro default__utc_timestamp(text) -%}
    {%- set offset = "replace(" ~ first_match("substring(" ~ text ~ ", 20, 65535)", '[+-][0-9:]+') ~ ", ':', '')" -%}
    {%- set minutes -%}
        coalesce(
            case when left({{ offset }}, 1) = '-' then 1 else -1 end * (
                60 * try_cast(nullif(substring({{ offset }}, 2, 2), '') as integer)
                + coalesce(try_cast(nullif(substring({{ offset }}, 4, 2), '') as integer), 0)
            ), 0
        )
    {%- endset -%}
    {%- set local -%}
        try_cast(
            replace(substring({{ text }}, 1, 19), 'T', ' ')
            || {{ first_match("substring(" ~ text ~ ", 20, 65535)", '[.][0-9]{1,6}') }} as timestamp
        )
    {%- endset -%}
    {{ dbt.dateadd('minute', minutes, local) }}
{%- endmacro %}

{#- A cast to timestamp ignores the offset, a cast to timestamptz takes the session's zone where there is none. -#}
{% macro duckdb__utc_timestamp(text) -%}
    try_cast(case when {{ matches(text, '.*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)') }} and length({{ text }}) > 10
        then {{ text }} else {{ text }} || 'Z' end as timestamptz) at time zone 'UTC'
{%- endmacro %}

{#- Its parts stand at fixed places; engines know names of months in languages of their own, or not at all. -#}
{% macro twitter_v1_as_iso8601(text) -%}
    {%- set months = "'Jan01Feb02Mar03Apr04May05Jun06Jul07Aug08Sep09Oct10Nov11Dec12'" -%}
    {%- set name = 'substring(' ~ text ~ ', 5, 3)' -%}
    substring({{ text }}, 27, 4) || '-' || substring({{ months }}, {{ place_of(name, months) }} + 3, 2) || '-'
        || substring({{ text }}, 9, 2) || ' ' || substring({{ text }}, 12, 8)
{%- endmacro %}

{% macro duckdb__epoch_ms(text) -%}
    epoch_ms(cast({{ text }} as bigint))
{%- endmacro %}

{% macro snowflake__epoch_ms(text) -%}
    dateadd('millisecond', try_cast({{ text }} as number(38, 0)), cast('1970-01-01' as timestamp))
{%- endmacro %}

{#- dateadd takes 32 bits there: seconds are multiplied, only what is left is added. -#}
{% macro redshift__epoch_ms(text) -%}
    dateadd(
        'millisecond',
        cast(mod(try_cast({{ text }} as bigint), 1000) as integer),
        timestamp 'epoch' + (try_cast({{ text }} as bigint) / 1000) * interval '1 second'
    )
{%- endmacro %}

{#- The milliseconds since 1970 of a moment. -#}
{% macro epoch_ms_of(moment) -%}
    {{ dbt.datediff("cast('1970-01-01' as timestamp)", moment, 'millisecond') }}
{%- endmacro %}

{% macro default__exact_number(text, type) -%}
    try_cast({{ text }} as {{ type }})
{%- endmacro %}

{#- `5.` may be no number there. -#}
{% macro redshift__exact_number(text, type) -%}
    try_cast(rtrim({{ text }}, '.') as {{ type }})
{%- endmacro %}

{#- Every integer is a number of 38 digits there, so that what does not fit elsewhere would. -#}
{% macro snowflake__exact_number(text, type) -%}
    {%- set largest = {'bigint': 9223372036854775807, 'integer': 2147483647}.get(type) -%}
    {%- if largest -%}
        case when try_cast({{ text }} as number(38, 0)) between {{ -largest - 1 }} and {{ largest }}
            then try_cast({{ text }} as number(38, 0)) end
    {%- else -%}
        try_cast(rtrim({{ text }}, '.') as {{ type }})
    {%- endif -%}
{%- endmacro %}
