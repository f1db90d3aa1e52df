{#- A pre-hook of incremental stg models: empties the model where it holds records of objects that were removed from the lake
    (undo, erasure of a person), so that the run reads all of base again. Told by the records, not by times: staging
    and dbt have clocks of their own. Starting over is dear, but removals are rare and the result is right. -#}
{% macro start_over_after_removal() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where exists (
            select 1 from {{ this }} as present
            inner join {{ source('headwater', 'removals') }} as removals on present._object = removals._object
        )
    {%- endif -%}
{%- endmacro %}

{#- A pre-hook of incremental models behind stg: empties the model where stg was made again as a whole, as after a removal,
    which leaves no row that could say what is gone. -#}
{% macro start_over_with(upstream) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where (
            select coalesce(min(_changed_at), {{ changed_at() }}) from {{ upstream }}
        ) > (select max(_changed_at) from {{ this }})
    {%- endif -%}
{%- endmacro %}
