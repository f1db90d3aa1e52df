{#- The moment at which this run began, by the clock of whoever runs it, UTC, as text that every engine casts alike. For
    people: nothing goes on from a moment, see macros/read_stream/changed_seq.sql. -#}
{% macro changed_at() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
{%- endmacro %}
