{#- Which version of its input each load read, as a subquery of source, stream, _load_seq, _input_key, version_seq (the load
    that read that version as a whole) and is_newest. A replay mends a part of the version that it names; it does not
    make a new one. -#}
{% macro input_versions(stream=none) -%}
(
    select
        *,
        version_seq = max(version_seq) over (partition by source, stream, _input_key) as is_newest
    from (
        select
            inputs.source,
            inputs.stream,
            inputs._load_seq,
            inputs._input_key,
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
) as input_versions
{%- endmacro %}
