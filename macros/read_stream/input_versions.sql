{#- Which version of its input each load read, as a subquery of source, stream, _load_seq, _input_key, and

    version_seq    the load that read that version as a whole. A replay mends a part of the version that it names; it does
                   not make a new one
    is_newest      whether it is the version whose rows count, one of each input: the newest of which anything could be read,
                   or that is empty without a fault
    first_seq      the load that read the input first, and last_load_seq the one that read or mended it last
    is_superseded  whether a later version has taken its place, or it is withdrawn, so that its rejects are settled and its
                   records are out of the budget
    is_withdrawn   whether seeds/withdrawn_inputs.csv takes it back: the other versions are as if it had not come

    A version of which nothing could be read supersedes nothing but others like it: the rows of the one before go on
    counting, and its rejects are open until one comes that can be read.

    of_drop  of all streams that share the stream's drop -#}
{% macro input_versions(stream=none, of_drop=false) -%}
(
    select
        *,
        coalesce(version_seq = counting_seq, false) as is_newest,
        is_withdrawn or (version_seq <> counting_seq and version_seq <> last_seq) as is_superseded
    from (
        select
            source,
            stream,
            _load_seq,
            _input_key,
            version_seq,
            min(_load_seq) over (partition by source, stream, _input_key) as first_seq,
            max(_load_seq) over (partition by source, stream, _input_key) as last_load_seq,
            is_withdrawn,
            max(case when not is_withdrawn then version_seq end) over (
                partition by source, stream, _input_key
            ) as last_seq,
            coalesce(
                max(case when not is_withdrawn and (row_count > 0 or reject_count = 0) then version_seq end)
                    over (partition by source, stream, _input_key),
                max(case when not is_withdrawn then version_seq end) over (partition by source, stream, _input_key)
            ) as counting_seq
        from (
            select
                read_versions.source,
                read_versions.stream,
                read_versions._load_seq,
                read_versions._input_key,
                read_versions.version_seq,
                withdrawn.load_seq is not null as is_withdrawn,
                sum(read_versions.row_count) over (
                    partition by
                        read_versions.source, read_versions.stream, read_versions._input_key, read_versions.version_seq
                ) as row_count,
                sum(read_versions.reject_count) over (
                    partition by
                        read_versions.source, read_versions.stream, read_versions._input_key, read_versions.version_seq
                ) as reject_count
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
                    and inputs.stream in ({{ literals(drop_streams(stream) if of_drop else [stream.name]) }})
                    {%- endif %}
                group by inputs.source, inputs.stream, inputs._load_seq, inputs._input_key
            ) as read_versions
            left join (
                select distinct
                    stream,
                    input_key,
                    load_seq
                from {{ ref('withdrawn_inputs') }}
            ) as withdrawn
                on
                    read_versions.source || '.' || read_versions.stream = withdrawn.stream
                    and read_versions._input_key = withdrawn.input_key
                    and read_versions.version_seq = withdrawn.load_seq
        ) as counted_versions
    ) as compared_versions
) as input_versions
{%- endmacro %}

{#- The names of the streams that read the same objects as this one, itself among them: those of its source with the same
    location and pattern of keys. What one of them cannot read is rejected by one of them, so their budget is one. -#}
{% macro drop_streams(stream) -%}
    {%- set tables, names = graph.sources.values() if execute else [], [stream.name] -%}
    {%- set tables = tables | selectattr('source_name', 'equalto', stream.source) | list -%}
    {%- for own in tables if own.name == stream.name and own.config.meta.get('keys') -%}
        {%- for other in tables if other.name != own.name -%}
            {%- set meta = other.config.meta -%}
            {%- if meta.get('location') == own.config.meta.location and meta.get('keys') == own.config.meta['keys'] -%}
                {%- do names.append(other.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{%- endmacro %}

{#- Texts as a list of SQL literals. -#}
{% macro literals(texts) -%}
    {%- set quoted = [] -%}
    {%- for text in texts -%}{%- do quoted.append(literal(text)) -%}{%- endfor -%}
    {{ return(quoted | join(', ')) }}
{%- endmacro %}
