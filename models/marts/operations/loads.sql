-- What was loaded when, and how much of it.
with

loads as (

    select * from {{ source('headwater', 'loads') }}

),

objects as (

    select
        source,
        stream,
        _load_seq,
        cast(count(*) as bigint) as object_count,
        cast(sum(byte_count) as bigint) as byte_count
    from {{ source('headwater', 'objects') }}
    where content in ('records', 'rejects')
    group by source, stream, _load_seq

),

inputs as (

    select
        source,
        stream,
        _load_seq,
        cast(count(*) as bigint) as input_count
    from {{ source('headwater', 'inputs') }}
    group by source, stream, _load_seq

),

final as (

    select
        loads._load_id as load_id,
        loads.source,
        loads.stream,
        loads._load_seq as load_seq,
        loads.started_at,
        loads._loaded_at as loaded_at,
        loads.landed_count,
        loads.rejected_count,
        coalesce(inputs.input_count, 0) as input_count,
        coalesce(objects.object_count, 0) as object_count,
        coalesce(objects.byte_count, 0) as byte_count,
        loads.warnings
    from loads
    left join objects
        on loads.source = objects.source and loads.stream = objects.stream and loads._load_seq = objects._load_seq
    left join inputs
        on loads.source = inputs.source and loads.stream = inputs.stream and loads._load_seq = inputs._load_seq

)

select * from final
