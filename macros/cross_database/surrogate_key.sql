{#- A key from natural keys, all of them text: MD5, hex, over the MD5 of each, or `~` for null. So no two lists of values
    give the same text, and none is too long for a text of Redshift. Not dbt.hash: its cast to text without a size cuts at
    256 bytes there. -#}
{% macro surrogate_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(md5(" ~ column ~ "), '~')") -%}
    {%- endfor -%}
    md5({{ parts | join(' || ') }})
{%- endmacro %}
