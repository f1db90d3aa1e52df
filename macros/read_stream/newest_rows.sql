{#- The rows of a stream of files that count, for its stg model: those of the newest version of each file, accepted, and of
    rows with one natural key the last in the file; a row that was replayed stands behind it. The columns of `accepted`
    and version_seq. On an incremental run only what this model does not have yet, of files that new loads or corrections
    touch.

    every_version  for histories: the last row of each version of each file -#}
{% macro newest_rows(stream, every_version=false) %}
    {%- if stream.keeps != 'newest_file' -%}
        {{ exceptions.raise_compiler_error(
            stream.place ~ ' keeps ' ~ stream.keeps ~ ', whose rows rows_by_key gives; expected newest_file, which '
            ~ 'macros/fields/streams.sql describes'
        ) }}
    {%- endif %}
select ranked.*
from (
    select
        accepted_records.*,
        input_versions.version_seq,
        row_number() over (
            partition by
                {%- for column in stream.natural_key %}
                {{ key_column(column, 'accepted_records.') }},
                {%- endfor %}
                {%- if stream.kind %}
                {{ stream.kind }},
                {%- endif %}
                input_versions.version_seq
            order by accepted_records._load_seq desc, accepted_records._object desc, accepted_records._row desc
        ) as newest_first
    from {{ accepted(stream) }}
    inner join {{ input_versions(stream) }}
        on
            accepted_records._load_seq = input_versions._load_seq
            and accepted_records._input_key = input_versions._input_key
    {%- if not every_version %}
            and input_versions.is_newest
    {%- endif %}
    {%- if is_incremental() %}
    where
        accepted_records._input_key in (
            select touched._input_key
            from {{ ref(stream.base) }} as touched
            where touched._load_seq > (select coalesce(max(present._load_seq), 0) from {{ this }} as present)
        )
        or {{ is_of_missing_input('accepted_records.', this) }}
        or accepted_records._input_key in (select corrected._input_key from {{ ref(stream.corrected) }} as corrected)
    {%- endif %}
) as ranked
{%- if is_incremental() %}
left join {{ this }} as present
    on
        ranked._object = present._object
        and ranked._row = present._row
        and coalesce(ranked._correction, '') = coalesce(present._correction, '')
{%- endif %}
where
    ranked.newest_first = 1
    {%- if is_incremental() %}
    and present._object is null
    {%- endif %}
{%- endmacro %}

{#- The surrogate key of a row of a stream: its natural key, and the version of its file where a model has them all. -#}
{% macro row_key(stream, version=none) -%}
    {%- set parts = ['cast(' ~ version ~ ' as varchar(20))'] if version else [] -%}
    {%- for column in stream.natural_key -%}{%- do parts.append(key_text(stream, column)) -%}{%- endfor -%}
    {{ surrogate_key(parts + ([stream.kind] if stream.kind else [])) }}
{%- endmacro %}

{#- A post-hook of such a model: deletes the rows of versions that newer ones have replaced. -#}
{% macro delete_superseded_versions(place) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where cast(_load_seq as varchar(20)) || '#' || _input_key in (
            select cast(_load_seq as varchar(20)) || '#' || _input_key
            from {{ input_versions(stream_at(place)) }}
            where not is_newest
        )
    {%- endif -%}
{%- endmacro %}

{#- A post-hook of incremental models behind stg: deletes what stg no longer has, such as the rows of a file that came again
    without them. -#}
{% macro delete_gone(upstream, key) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ key }} not in (select {{ key }} from {{ upstream }})
    {%- endif -%}
{%- endmacro %}
