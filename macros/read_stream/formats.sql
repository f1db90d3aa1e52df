{#- The named formats. Each is a regular expression that decides and a conversion of what it lets through: a bare cast
    differs by engine (DuckDB takes 1_000, 0x10 and 1.5 as integers, Redshift's to_date takes 31 June).

    text      as it is, trimmed; empty is null
    verbatim  as it is, spaces included; empty is null
    integer   -12, +7, 007
    decimal   -1.50, .5, 5. ; no thousands separators, no exponent
    double    as decimal, and 1e-3
    boolean   true, false, 1, 0, in any case
    date      2026-03-02
    iso8601   2026-03-02T14:05:09.120+05:30; a space for the T, Z, +05, +0530 or no offset (UTC) do too
    epoch_ms  milliseconds since 1970-01-01T00:00:00Z -#}
{% macro format_pattern(format) -%}
    {{ return({
        'integer': '[+-]?[0-9]+',
        'decimal': '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)',
        'double': '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?',
        'boolean': '([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|1|0)',
        'date': '[0-9]{4}-[0-9]{2}-[0-9]{2}',
        'iso8601': '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?'
            ~ '(Z|z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?',
        'epoch_ms': '[+-]?[0-9]{1,15}',
    }[format]) }}
{%- endmacro %}

{#- The typed value of a trimmed text, or null where it does not have the format or does not fit the type. -#}
{% macro cast_text(text, format, type) -%}
    {%- if format in ('text', 'verbatim') -%}
        case when {{ byte_length(text) }} <= {{ type | replace('varchar(', '') | replace(')', '') }}
            then cast({{ text }} as {{ type }}) end
    {%- else -%}
        case when {{ matches(text, format_pattern(format)) }}
            then {{ adapter.dispatch('convert_text', 'headwater')(text, format, type) }} end
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__convert_text(text, format, type) -%}
    {%- if format == 'boolean' -%}
        lower({{ text }}) in ('true', '1')
    {%- elif format == 'iso8601' -%}
        {#- a cast to timestamp ignores the offset, a cast to timestamptz takes the session's zone where there is none -#}
        try_cast(case when {{ matches(text, '.*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)') }} and length({{ text }}) > 10
            then {{ text }} else {{ text }} || 'Z' end as timestamptz) at time zone 'UTC'
    {%- elif format == 'epoch_ms' -%}
        epoch_ms(cast({{ text }} as bigint))
    {%- else -%}
        try_cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
