{#- A key hashed (MD5, hex) from natural keys, all of them text. Each value goes in with its length in bytes before it, so
    that no two lists of values give the same text whatever stands in them; null goes in as `~`. Not dbt.hash: its cast
    to text without a size cuts at 256 bytes on Redshift. -#}
{% macro surrogate_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append(
            "coalesce(cast(" ~ byte_length(column) ~ " as varchar(20)) || ':' || " ~ column ~ ", '~')"
        ) -%}
    {%- endfor -%}
    md5({{ parts | join(' || ') }})
{%- endmacro %}
