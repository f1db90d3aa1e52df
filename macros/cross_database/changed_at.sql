{#- The moment that stg models stamp on what they change: one for the whole run, so that whatever reads them can go on
    from the newest moment it has seen. UTC, as text that every engine casts alike. -#}
{% macro changed_at() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
{%- endmacro %}
