{#- A condition as text, yes or no, for truth tables: not every engine casts a boolean to text. -#}
{% macro when_true(condition) -%}
    case when {{ condition }} then 'yes' else 'no' end
{%- endmacro %}
