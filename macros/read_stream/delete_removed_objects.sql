{#- A post-hook of base models: deletes the rows of objects that a later load removed from the lake. -#}
{% macro delete_removed_objects(relation) -%}
    {%- if execute and load_relation(source('headwater', 'removals')) -%}
        {%- set stream = relation.identifier.split('__') -%}
        delete from {{ this }}
        where _object in (
            select _object from {{ source('headwater', 'removals') }}
            where source = {{ literal(stream[0]) }} and stream = {{ literal(stream[1]) }}
        )
    {%- endif -%}
{%- endmacro %}
