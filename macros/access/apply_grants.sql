{#- DuckDB has no grants: what `+grants` says is for the warehouses that have. -#}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=True) -%}{%- endmacro %}
