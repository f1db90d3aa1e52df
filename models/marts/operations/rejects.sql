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

unioned as (

    select
        source,
        stream,
        'landing' as kind,
        {{ record_id() }} as record_id,
        _input_key as input_key,
        position,
        byte_count,
        cast(null as varchar(65535)) as field,
        cast(null as varchar(65535)) as path,
        case when encoding = 'utf-8' then raw end as raw_text,
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
        'cast' as kind,
        record_id,
        _input_key as input_key,
        cast(null as bigint) as position,
        cast(null as bigint) as byte_count,
        field,
        path,
        raw_text,
        expected,
        reason,
        _load_id as load_id,
        _load_seq as load_seq,
        _loaded_at as rejected_at
    from casts

),

final as (

    select
        {{ surrogate_key(['kind', 'record_id', 'field']) }} as reject_id,
        source,
        stream,
        kind,
        'open' as state,
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
