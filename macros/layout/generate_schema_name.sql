{#- Names of schemas: raw, staging, marts … where the target's schema is `main` (a file of one's own, or production);
    <schema>_raw, <schema>_staging … for everybody else on a shared warehouse. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ return(layer_schema(custom_schema_name) if custom_schema_name else target.schema) }}
{%- endmacro %}

{% macro layer_schema(layer) -%}
    {{ return(layer if target.schema == 'main' else target.schema ~ '_' ~ layer) }}
{%- endmacro %}
