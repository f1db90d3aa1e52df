{#- A post-hook of base models: deletes the rows of objects that a later load removed from the lake. -#}
{% macro delete_removed_objects() -%}
    {%- if execute and load_relation(source('headwater', 'removals')) -%}
        delete from {{ this }}
        where _object in (
            select _object from {{ source('headwater', 'removals') }}
        )
    {%- endif -%}
{%- endmacro %}
