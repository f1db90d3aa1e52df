{#- A pre-hook of incremental models behind stg: empties the model when objects of its source were removed from the lake
    (undo, erasure of a person) after it was last changed, so that the run reads all of stg again. A removal leaves no
    row that could say it happened; starting over is dear, but removals are rare and the result is right. -#}
{% macro start_over_after_removal(source_name) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where (
            select max(staged_at) from {{ source('headwater', 'removals') }} where source = '{{ source_name }}'
        ) > (select max(_changed_at) from {{ this }})
    {%- endif -%}
{%- endmacro %}
