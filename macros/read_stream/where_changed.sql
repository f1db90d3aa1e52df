{#- The `where` of an incremental model behind stg: only rows that stg changed after the newest this model has seen. Not a
    load number: a record that is accepted or replaced later keeps its old load. Every row on a first or full run. -#}
{% macro where_changed() -%}
    {%- if is_incremental() -%}
    where
        _changed_at > (
            select coalesce(max(present._changed_at), cast('1970-01-01' as timestamp))
            from {{ this }} as present
        )
    {%- endif -%}
{%- endmacro %}
