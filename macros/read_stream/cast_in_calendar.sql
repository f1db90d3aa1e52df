{#- A date or moment as the key of an input or a parameter of a call says it; null where it says none, or none in the calendar
    that the facts share: such a text is of no record, so there is none that could be rejected for it. -#}
{% macro cast_in_calendar(text, format, type) -%}
    {%- set value = cast_text(text, format, type) -%}
    case
        when {{ value }} >= cast('{{ var('calendar_start') }}' as {{ type }})
            and {{ value }} < cast('{{ var('calendar_end') }}' as {{ type }})
            then {{ value }}
    end
{%- endmacro %}
