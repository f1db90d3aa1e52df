-- The messages that count: no open errors, one record per message.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='event_id',
        pre_hook="{{ start_over_after_withdrawal('web_events.events') }}",
    )
}}

with

events as (

    select * from {{ accepted(stream_at('web_events.events')) }}

),

accepted as (

    -- Firehose and replays deliver a message more than once. Its id says so; without one its bytes do, and failing
    -- these its place in the lake. No event happens after it was received, whatever the client's clock said.
    select
        {{ record_key('message_id') }} as event_id,
        message_id,
        event_type,
        event_name,
        user_id,
        anonymous_id,
        event_at,
        received_at,
        case
            when event_at is null or received_at < event_at then received_at
            else event_at
        end as occurred_at,
        post_id,
        post_author_id,
        post_body,
        post_language,
        post_created_at,
        followed_user_id,
        username,
        email,
        about_me,
        location,
        last_seen_at,
        _object,
        _row,
        _input_key,
        _load_id,
        _load_seq,
        _loaded_at,
        _correction
    from events

),

{% if is_incremental() %}
touched as (

    select distinct event_id from accepted
    where
        _load_seq > (select coalesce(max(present._load_seq), 0) from {{ this }} as present)
        or _correction is not null

),
{% endif %}

ranked as (

    select
        *,
        row_number() over (
            partition by event_id
            order by
                case when received_at is null then 1 else 0 end,
                received_at,
                _input_key,
                _load_seq,
                _object,
                _row
        ) as record_rank
    from accepted
    {% if is_incremental() %}
    where event_id in (select touched.event_id from touched)
    {% endif %}

),

final as (

    select
        ranked.event_id,
        ranked.message_id,
        ranked.event_type,
        ranked.event_name,
        ranked.user_id,
        ranked.anonymous_id,
        ranked.event_at,
        ranked.received_at,
        ranked.occurred_at,
        ranked.post_id,
        ranked.post_author_id,
        ranked.post_body,
        ranked.post_language,
        ranked.post_created_at,
        ranked.followed_user_id,
        ranked.username,
        ranked.email,
        ranked.about_me,
        ranked.location,
        ranked.last_seen_at,
        ranked._object,
        ranked._row,
        ranked._input_key,
        ranked._load_id,
        ranked._load_seq,
        ranked._loaded_at,
        ranked._correction,
        {{ changed_seq() }} as _changed_seq
    from ranked
    {% if is_incremental() %}
    left join {{ this }} as present on ranked.event_id = present.event_id
    {% endif %}
    where
        ranked.record_rank = 1
        {% if is_incremental() %}
        and (
            present.event_id is null
            or present._object <> ranked._object
            or present._row <> ranked._row
            or coalesce(present._correction, '') <> coalesce(ranked._correction, '')
        )
        {% endif %}

)

select * from final
