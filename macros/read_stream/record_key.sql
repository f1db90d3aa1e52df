{#- What names a record: its natural key, else the hash that the loader made of its bytes, else its place in the lake. -#}
{% macro record_key(natural_key=none) -%}
    coalesce({{ natural_key ~ ', ' if natural_key }}_hash, {{ record_id() }})
{%- endmacro %}

{#- A record's place in the lake, which never changes: <object>#<row>. -#}
{% macro record_id() -%}
    _object || '#' || cast(_row as varchar(20))
{%- endmacro %}
