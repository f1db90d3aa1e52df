{#- A Segment message. An event is of the earlier of its two times, so that a client's clock that is years ahead does no
    harm. Names and casing are the app's; `properties` means something else under every event name, so its
    fields are read under theirs only. -#}
{% macro web_event_fields() -%}
    {%- set post = "text__event_name = 'Post Created'" -%}
    {%- set follow = "text__event_name in ('Follow User', 'Unfollow User')" -%}
    {%- set profile = "text__event_type = 'identify'" -%}
    {{ return([
        field('message_id', 'varchar(100)', path='messageId'),
        field('event_type', 'varchar(65535)', path='type', required=true),
        field('event_name', 'varchar(65535)', path='event', required="text__event_type = 'track'"),
        field('user_id', 'varchar(65535)', path='userId', required=follow),
        field('anonymous_id', 'varchar(65535)', path='anonymousId'),
        field('event_at', 'timestamp', path='timestamp', required='text__received_at is null',
            in_calendar='received_at is null or event_at < received_at'),
        field('received_at', 'timestamp', path='receivedAt'),
        field('post_id', 'varchar(65535)', path='properties.id', only_if=post, required=post),
        field('post_author_id', 'varchar(65535)', path='properties.author', only_if=post),
        field('post_body', 'varchar(65535)', path='properties.body', format='verbatim', only_if=post),
        field('post_language', 'varchar(65535)', path='properties.language', only_if=post),
        field('post_created_at', 'timestamp', path='properties.created_at', only_if=post),
        field('followed_user_id', 'varchar(65535)', path='properties.user_id', only_if=follow, required=follow),
        field('username', 'varchar(65535)', path='traits.username', only_if=profile),
        field('email', 'varchar(65535)', path='traits.email', only_if=profile),
        field('about_me', 'varchar(65535)', path='traits.about_me', format='verbatim', only_if=profile),
        field('location', 'varchar(65535)', path='traits.location', only_if=profile),
        field('last_seen_at', 'timestamp', path='traits.last_seen', only_if=profile),
    ]) }}
{%- endmacro %}

{#- What Firehose writes of a record that it could not deliver. Editions of its documentation and of the service differ
    in the names, and one description stands under the one or the other. -#}
{% macro web_delivery_error_fields() -%}
    {%- set is_no_error -%}
        coalesce(
            text__error_code_capitalised, text__last_error_code, text__error_message, text__error_message_capitalised,
            text__last_error_message
        ) is null
    {%- endset -%}
    {{ return([
        field('attempt_count', 'bigint', path='attemptsMade'),
        field('arrived_at', 'timestamp', path='arrivalTimestamp', format='epoch_ms'),
        field('last_attempt_at', 'timestamp', path='attemptEndingTimestamp', format='epoch_ms'),
        field('error_code', 'varchar(65535)', path='errorCode', required=is_no_error,
            missing=('not_a_delivery_error', 'a delivery error: a document with errorCode, errorMessage or their like')),
        field('error_code_capitalised', 'varchar(65535)', path='ErrorCode'),
        field('last_error_code', 'varchar(65535)', path='lastErrorCode'),
        field('error_message', 'varchar(65535)', path='errorMessage'),
        field('error_message_capitalised', 'varchar(65535)', path='ErrorMessage'),
        field('last_error_message', 'varchar(65535)', path='lastErrorMessage'),
        field('lambda_arn', 'varchar(65535)', path='lambdaArn'),
        field('lambda_arn_capitalised', 'varchar(65535)', path='lambdaARN'),
        field('raw_data_base64', 'varchar(65535)', path='rawData'),
    ]) }}
{%- endmacro %}
