{#- The rows that count of a stream whose records are told apart by their natural key, whichever input brings them, for its
    stg model: one record of each key, as the stream's `keeps` says (macros/fields/streams.sql). The columns of `accepted`
    and record_key, by which the model is unique. On an incremental run only what this model does not have yet, of keys
    that new loads or corrections touch. -#}
{% macro rows_by_key(stream) %}
    {%- if stream.keeps == 'newest_file' -%}
        {{ exceptions.raise_compiler_error(
            stream.place ~ ' keeps newest_file, whose rows newest_rows gives; expected append or latest_state, which '
            ~ 'macros/fields/streams.sql describes'
        ) }}
    {%- endif -%}
    {{- one_of_each_key(stream, keyed_records(stream), this if is_incremental()) -}}
{% endmacro %}

{#- The key of a record of such a stream: its natural key, of several parts the hash of them all; else, where there is none,
    what record_key has instead. -#}
{% macro key_of_record(stream) -%}
    {%- set key = natural_key(stream) -%}
    {%- if stream.natural_key | length > 1 -%}
        {%- set key = 'case when ' ~ key ~ ' is not null then ' ~ row_key(stream) ~ ' end' -%}
    {%- endif -%}
    {{ record_key(key) }}
{%- endmacro %}

{#- The accepted records of such a stream, as a subquery, with their keys and what decides between those of one key. Of files
    also which of them come from the version that counts, when their file first came, and when it was last read. -#}
{% macro keyed_records(stream) -%}
(
    select
        accepted_records.*,
        {{ key_of_record(stream) }} as record_key,
        {{ stream.ordered_by or 'nullif(accepted_records._loaded_at, accepted_records._loaded_at)' }} as decided_by
        {%- if stream.keeps == 'latest_state' %},
        input_versions.is_newest,
        input_versions.first_seq,
        input_versions.last_load_seq
        {%- endif %}
    from {{ accepted(stream) }}
    {%- if stream.keeps == 'latest_state' %}
    inner join (
        select
            _load_seq as input_load_seq,
            _input_key as input_input_key,
            is_newest,
            first_seq,
            last_load_seq
        from {{ input_versions(stream) }}
    ) as input_versions
        on
            accepted_records._load_seq = input_versions.input_load_seq
            and accepted_records._input_key = input_versions.input_input_key
    {%- endif %}
)
{%- endmacro %}

{#- One of the records of each key. Of states the last, and a file keeps its place in the order of arrival when it comes
    again: an old file that is delivered once more brings no old state back. Of what was appended the first, so that
    whatever comes again changes nothing.

    records  what keyed_records gives
    present  what this model has already; none if it has nothing -#}
{% macro one_of_each_key(stream, records, present=none) %}
    {%- set is_state = stream.keeps == 'latest_state' -%}
select ranked.*
from (
    select
        keyed.*,
        row_number() over (
            partition by keyed.record_key
            order by
                {%- if is_state %}
                keyed.decided_by desc nulls last,
                keyed.first_seq desc,
                keyed._input_key desc,
                keyed._load_seq desc,
                keyed._object desc,
                keyed._row desc
                {%- else %}
                keyed.decided_by asc nulls last,
                keyed._input_key asc,
                keyed._load_seq asc,
                keyed._object asc,
                keyed._row asc
                {%- endif %}
        ) as best_first
    from {{ records }} as keyed
    where
        {{ 'keyed.is_newest' if is_state else 'keyed._object is not null' }}
        {%- if present %}
        and keyed.record_key in (
            select touched.record_key
            from {{ records }} as touched
            where
                touched.{{ 'last_load_seq' if is_state else '_load_seq' }} > (
                    select coalesce(max(held._load_seq), 0) from {{ present }} as held
                )
                or touched._correction is not null
                or {{ is_of_missing_input('touched.', present) }}
        )
        {%- endif %}
) as ranked
{%- if present %}
left join {{ present }} as present
    on
        ranked._object = present._object
        and ranked._row = present._row
        and coalesce(ranked._correction, '') = coalesce(present._correction, '')
{%- endif %}
where
    ranked.best_first = 1
    {%- if present %}
    and present._object is null
    {%- endif %}
{%- endmacro %}
