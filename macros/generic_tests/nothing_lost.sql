{#- Every record of a base model is accepted, superseded by another record of the same key or by a newer version of its
    file, or is a reject: an accepted record's key is in stg. Gives the records that are neither. Reads the loads staged
    last; all of them with conservation_of: everything or --full-refresh.

    stream  <source>.<stream>
    key     the column of the stg model by which it is unique -#}
{% test nothing_lost(model, stream, key, every_version=false) %}
{%- set it = stream_at(stream) %}
{%- set is_of_files = it.keeps != 'append' %}
with

records as (

    select
        {{ record_id() }} as record_id,
        {%- if it.keeps != 'newest_file' %}
        {{ key_of_record(it) }} as record_key
        {%- elif key in it.natural_key %}
        {{ key }} as record_key
        {%- else %}
        {{ row_key(it, 'version_seq' if every_version) }} as record_key
        {%- endif %}
    from (
        select accepted_records.*{{ ', input_versions.version_seq' if is_of_files }}
        from {{ accepted(it) }}
        {%- if is_of_files %}
        inner join {{ input_versions(it) }}
            on
                accepted_records._load_seq = input_versions._load_seq
                and accepted_records._input_key = input_versions._input_key
                {%- if not every_version %}
                and input_versions.is_newest
                {%- endif %}
        {%- endif %}
    ) as accepted_and_current
    where _object in (select _object from {{ loads_to_check() }})

)

select records.record_id, records.record_key
from records
left join {{ model }} as present on records.record_key = present.{{ key }}
where present.{{ key }} is null
{% endtest %}
