{#- The `where` of an incremental model behind stg: only rows that stg changed after the newest this model has seen. Not a
    load number: a record that is accepted or replaced later keeps its old load. Every row on a first or full run. -#}
{% macro where_changed() -%}
    {%- if is_incremental() -%}
    where
        _changed_seq > (
            select coalesce(max(present._changed_seq), 0)
            from {{ this }} as present
        )
    {%- endif -%}
{%- endmacro %}
