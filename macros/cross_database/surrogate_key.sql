{#- A key hashed from natural keys, all of them text. Each value goes in with its length before it, so that no two lists
    of values give the same text whatever stands in them; null goes in as `~`. -#}
{% macro surrogate_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(length(" ~ column ~ ") as varchar(20)) || ':' || " ~ column ~ ", '~')") -%}
    {%- endfor -%}
    {{ dbt.hash(parts | join(' || ')) }}
{%- endmacro %}
