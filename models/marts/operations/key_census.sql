-- Which JSON keys the streams have, and which came, went or changed their type.
with

keys as (

    select * from {{ ref('base_web_events__keys') }}
    union all
    select * from {{ ref('base_learning__keys') }}
    union all
    select * from {{ ref('base_x__keys') }}
    union all
    select * from {{ ref('base_banks__keys') }}

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
        coalesce(types.type_count, 0) > 1 as has_several_types
    from spans
    inner join newest on spans.source = newest.source and spans.stream = newest.stream
    left join types on spans.source = types.source and spans.stream = types.stream and spans.path = types.path
    left join read_paths
        on spans.source = read_paths.source and spans.stream = read_paths.stream and spans.path = read_paths.path

)

select * from final
