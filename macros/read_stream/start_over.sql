{#- A pre-hook of incremental stg models: empties the model where it holds records of objects that were removed from the lake
    (undo, erasure of a person), of inputs that were withdrawn, or with a correction that has since been changed or taken
    back, so that the run reads all of base again. Told by the records, not by times: staging and dbt have clocks of their
    own. Starting over is dear, but this is rare and the result is right; a new correction touches the records it names
    only. -#}
{% macro start_over_after_withdrawal(place) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where exists (
            select 1 from {{ this }} as present
            inner join {{ source('headwater', 'removals') }} as removals on present._object = removals._object
        )
        or exists (
            select 1 from {{ this }} as present
            inner join {{ input_versions(stream_at(place)) | indent(12) }}
                on present._load_seq = input_versions._load_seq and present._input_key = input_versions._input_key
            where input_versions.is_withdrawn
        )
        or exists (
            select 1 from {{ this }} as present
            left join {{ ref(stream_at(place).corrected) }} as corrected
                on
                    present._object = corrected._object
                    and present._row = corrected._row
                    and present._correction = corrected._correction
                    and corrected.cast_errors is null
            where present._correction is not null and corrected._object is null
        )
    {%- endif -%}
{%- endmacro %}

{#- A pre-hook of incremental models behind stg: empties the model where stg was made again as a whole, as after a removal,
    which leaves no row that could say what is gone. -#}
{% macro start_over_with(upstream) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where coalesce(
            (select min(_changed_seq) from {{ upstream }}) > (select max(_changed_seq) from {{ this }}),
            true
        )
    {%- endif -%}
{%- endmacro %}
