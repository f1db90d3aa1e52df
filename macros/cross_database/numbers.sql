{#- A ratio as an exact decimal of so many digits behind the point, halves rounded away from zero; null where the denominator
    is null or zero. An average is a sum by a count: avg() and / are floating point on DuckDB, and have a scale of their
    own on each of the others.

    numerator    a decimal or an integer, of at most 28 digits and `scale` of them behind the point
    denominator  an integer, such as a count -#}
{% macro exact_ratio(numerator, denominator, scale) -%}
    {%- set doubled = '2 * abs(cast(' ~ denominator ~ ' as decimal(38, 0)))' -%}
    {%- set digits -%}
        (2 * cast(abs({{ numerator }}) * {{ 10 ** scale }} as decimal(38, 0)) + abs(cast({{ denominator }} as decimal(38, 0))))
    {%- endset -%}
    cast(
        case when ({{ numerator }} < 0) <> ({{ denominator }} < 0) then -1 else 1 end
        * cast({{ whole_quotient(digits, doubled) }} as decimal(30, 0))
        * cast({{ '0.' ~ '0' * (scale - 1) ~ '1' }} as decimal({{ scale + 1 }}, {{ scale }}))
        as decimal(38, {{ scale }})
    )
{%- endmacro %}

{#- A ratio of what is not negative as a decimal of so many digits behind the point, what is behind them cut off; null where the
    denominator is null or zero. See exact_ratio for the arguments. -#}
{% macro cut_ratio(numerator, denominator, scale) -%}
    {%- set digits = 'cast(' ~ numerator ~ ' * ' ~ 10 ** scale ~ ' as decimal(38, 0))' -%}
    cast(
        cast({{ whole_quotient(digits, 'cast(' ~ denominator ~ ' as decimal(38, 0))') }} as decimal(30, 0))
        * cast({{ '0.' ~ '0' * (scale - 1) ~ '1' }} as decimal({{ scale + 1 }}, {{ scale }}))
        as decimal(38, {{ scale }})
    )
{%- endmacro %}

{#- How often an integer goes into another, neither of them negative; null where the divisor is null or zero. -#}
{% macro whole_quotient(digits, divisor) -%}
    {{ adapter.dispatch('whole_quotient', 'headwater')(digits, divisor) }}
{%- endmacro %}

{#- What is left of a division is taken off first, so that there is none. -#}
{% macro default__whole_quotient(digits, divisor) -%}
    (({{ digits }} - mod({{ digits }}, nullif({{ divisor }}, 0))) / nullif({{ divisor }}, 0))
{%- endmacro %}

{% macro duckdb__whole_quotient(digits, divisor) -%}
    (cast({{ digits }} as hugeint) // nullif(cast({{ divisor }} as hugeint), 0))
{%- endmacro %}
