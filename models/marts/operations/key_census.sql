-- Which JSON keys the streams have, and which came, went or changed their type; and which that are read never came.
with

keys as (

    {%- for source_name in streams() | map(attribute='source') | unique %}
    select * from {{ ref('base_' ~ source_name ~ '__keys') }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

read_paths as (

    {{ read_paths() | indent(4) }}

),

newest as (

    select
        source,
        stream,
        max(_load_seq) as _load_seq
    from keys
    group by source, stream

),

spans as (

    select
        source,
        stream,
        path,
        json_type,
        cast(sum(record_count) as bigint) as record_count,
        min(_load_seq) as first_load_seq,
        max(_load_seq) as last_load_seq
    from keys
    group by source, stream, path, json_type

),

types as (

    -- null says nothing about a type
    select
        source,
        stream,
        path,
        cast(count(distinct json_type) as bigint) as type_count
    from keys
    where json_type <> 'null'
    group by source, stream, path

),

final as (

    select
        {{ surrogate_key(['spans.source', 'spans.stream', 'spans.path', 'spans.json_type']) }} as key_id,
        spans.source,
        spans.stream,
        spans.path,
        spans.json_type,
        spans.record_count,
        spans.first_load_seq,
        spans.last_load_seq,
        read_paths.path is not null as is_read,
        spans.first_load_seq = newest._load_seq and newest._load_seq > 1 as is_new,
        spans.last_load_seq < newest._load_seq as is_vanished,
        coalesce(types.type_count, 0) > 1 as has_several_types,
        false as is_missing
    from spans
    inner join newest on spans.source = newest.source and spans.stream = newest.stream
    left join types on spans.source = types.source and spans.stream = types.stream and spans.path = types.path
    left join read_paths
        on spans.source = read_paths.source and spans.stream = read_paths.stream and spans.path = read_paths.path
    union all
    -- A path that is misspelt gives nulls, and no error.
    select
        {{ surrogate_key(['read_paths.source', 'read_paths.stream', 'read_paths.path', 'spans.json_type']) }} as key_id,
        read_paths.source,
        read_paths.stream,
        read_paths.path,
        spans.json_type,
        cast(0 as bigint) as record_count,
        spans.first_load_seq,
        spans.last_load_seq,
        true as is_read,
        false as is_new,
        false as is_vanished,
        false as has_several_types,
        true as is_missing
    from read_paths
    inner join newest on read_paths.source = newest.source and read_paths.stream = newest.stream
    left join spans
        on read_paths.source = spans.source and read_paths.stream = spans.stream and read_paths.path = spans.path
    where
        spans.path is null
        -- what stands in parentheses is no path, but what a reject calls a field that the document does not say itself
        and read_paths.path not like '(%'

)

select * from final
