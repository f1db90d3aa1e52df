-- What came in and could not be used, with its reason: unreadable parts of inputs, and values that did not cast.
with

landing as (

    select * from {{ ref('base_headwater__rejects') }}

),

casts as (

    {{ cast_rejects(ref('base_web_events__events')) }}
    union all
    {{ cast_rejects(ref('base_web_events__delivery_errors')) }}

),

-- What the warehouse cannot hold lies in an object of its own, one record each, and is not read.
too_large as (

    select
        objects.source,
        objects.stream,
        objects._object || '#1' as record_id,
        inputs._input_key,
        objects.longest_line as byte_count,
        objects._load_id,
        objects._load_seq,
        objects._loaded_at
    from {{ source('headwater', 'objects') }} as objects
    inner join {{ source('headwater', 'inputs') }} as inputs
        on
            objects.source = inputs.source
            and objects.stream = inputs.stream
            and objects._load_seq = inputs._load_seq
            and objects._input = inputs._input
    where
        not {{ fits_warehouse('objects') }}
        and objects._object not in (select removals._object from {{ source('headwater', 'removals') }} as removals)

),

-- Redshift takes a null of a type for a text where a union has no rows: nullif of a column keeps its type.
unioned as (

    select
        source,
        stream,
        cast('landing' as varchar(65535)) as kind,
        {{ record_id() }} as record_id,
        _input_key as input_key,
        position,
        byte_count,
        cast(null as varchar(65535)) as field,
        cast(null as varchar(65535)) as path,
        case when encoding = 'utf-8' then raw_text end as raw_text,
        detail as expected,
        reason,
        _load_id as load_id,
        _load_seq as load_seq,
        _loaded_at as rejected_at
    from landing
    union all
    select
        source,
        stream,
        cast('cast' as varchar(65535)) as kind,
        record_id,
        _input_key as input_key,
        nullif(_load_seq, _load_seq) as position,
        nullif(_load_seq, _load_seq) as byte_count,
        field,
        path,
        raw_text,
        expected,
        reason,
        _load_id as load_id,
        _load_seq as load_seq,
        _loaded_at as rejected_at
    from casts
    union all
    select
        source,
        stream,
        cast('staging' as varchar(65535)) as kind,
        record_id,
        _input_key as input_key,
        nullif(_load_seq, _load_seq) as position,
        byte_count,
        cast(null as varchar(65535)) as field,
        cast(null as varchar(65535)) as path,
        cast(null as varchar(65535)) as raw_text,
        cast('a record that this warehouse can hold' as varchar(65535)) as expected,
        cast('too_large_for_warehouse' as varchar(65535)) as reason,
        _load_id as load_id,
        _load_seq as load_seq,
        _loaded_at as rejected_at
    from too_large

),

final as (

    select
        {{ surrogate_key(['kind', 'record_id', 'field']) }} as reject_id,
        source,
        stream,
        kind,
        cast('open' as varchar(65535)) as state,
        record_id,
        input_key,
        position,
        byte_count,
        field,
        path,
        raw_text,
        expected,
        reason,
        load_id,
        load_seq,
        rejected_at
    from unioned

)

select * from final
