{#- Every record of a base model is accepted, superseded by another record of the same key, or has cast errors: its key is
    in stg, or it is a reject. Gives the records that are neither. Reads the loads staged last; all of them with
    conservation_of: everything. -#}
{% test nothing_lost(model, base, key, natural_key=none) %}
with

records as (

    select
        {{ record_id() }} as record_id,
        {{ record_key(natural_key) }} as record_key
    from {{ base }}
    where
        cast_errors is null
        and _object in (select _object from {{ loads_to_check() }})

)

select records.record_id, records.record_key
from records
left join {{ model }} as accepted on records.record_key = accepted.{{ key }}
where accepted.{{ key }} is null
{% endtest %}
