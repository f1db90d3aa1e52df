{#- Which version of its input each load read, as a subquery of source, stream, _load_seq, _input_key, and

    version_seq    the load that read that version as a whole. A replay mends a part of the version that it names; it does
                   not make a new one
    is_newest      whether it is the version whose rows count, one of each input: the newest of which anything could be read,
                   or that is empty without a fault
    first_seq      the load that read the input first, and last_load_seq the one that read or mended it last
    is_superseded  whether a later version has taken its place, so that its rejects are settled and its records are out of
                   the budget

    A version of which nothing could be read supersedes nothing but others like it: the rows of the one before go on
    counting, and its rejects are open until one comes that can be read. -#}
{% macro input_versions(stream=none) -%}
(
    select
        *,
        version_seq = counting_seq as is_newest,
        version_seq <> counting_seq and version_seq <> last_seq as is_superseded
    from (
        select
            source,
            stream,
            _load_seq,
            _input_key,
            version_seq,
            min(_load_seq) over (partition by source, stream, _input_key) as first_seq,
            max(_load_seq) over (partition by source, stream, _input_key) as last_load_seq,
            max(version_seq) over (partition by source, stream, _input_key) as last_seq,
            coalesce(
                max(case when row_count > 0 or reject_count = 0 then version_seq end)
                    over (partition by source, stream, _input_key),
                max(version_seq) over (partition by source, stream, _input_key)
            ) as counting_seq
        from (
            select
                source,
                stream,
                _load_seq,
                _input_key,
                version_seq,
                sum(row_count) over (partition by source, stream, _input_key, version_seq) as row_count,
                sum(reject_count) over (partition by source, stream, _input_key, version_seq) as reject_count
            from (
                select
                    inputs.source,
                    inputs.stream,
                    inputs._load_seq,
                    inputs._input_key,
                    max(inputs.row_count) as row_count,
                    max(inputs.reject_count) as reject_count,
                    max(versions._load_seq) as version_seq
                from {{ source('headwater', 'inputs') }} as inputs
                inner join {{ source('headwater', 'inputs') }} as versions
                    on
                        inputs.source = versions.source
                        and inputs.stream = versions.stream
                        and inputs._input_key = versions._input_key
                        and inputs._input_version = versions._input_version
                        and inputs._load_seq >= versions._load_seq
                where
                    versions.replay_count = 0
                    {%- if stream %}
                    and inputs.source = {{ literal(stream.source) }}
                    and inputs.stream = {{ literal(stream.name) }}
                    {%- endif %}
                group by inputs.source, inputs.stream, inputs._load_seq, inputs._input_key
            ) as read_versions
        ) as counted_versions
    ) as compared_versions
) as input_versions
{%- endmacro %}
