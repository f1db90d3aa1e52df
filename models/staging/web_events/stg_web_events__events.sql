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

-- Firehose and replays deliver a message more than once. Its id says so; without one its bytes do, and failing these
-- its place in the lake.
counted as (

    {{ rows_by_key(stream_at('web_events.events')) | indent(4) }}

),

-- No event happens after it was received, whatever the client's clock said.
final as (

    select
        record_key as event_id,
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
        _correction,
        {{ changed_seq() }} as _changed_seq

    from counted

)

select * from final
