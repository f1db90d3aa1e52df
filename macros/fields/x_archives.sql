{#- What files that were saved of X over the years hold: posts of version 2; statuses of version 1.1, whose author stands
    within them and whose number `id` many tools have rounded, unlike id_str; rows that an older pipeline had made of
    either; and, where an answer or a line is about users, users of both versions. A document that has a text is a post,
    one that has a username is a user, and any other is neither: a list, a notice of what was deleted, a message. -#}
{% macro x_archived_post_fields() -%}
    {%- set has_no_other_id = 'text__v1_post_id is null and text__cleansed_post_id is null' -%}
    {%- set is_no_message = 'text__message_sender_id is null' -%}
    {%- set has_text -%}
        coalesce(
            text__short_text, text__note_tweet_text, text__note_post_text, text__v1_full_text, text__v1_extended_text,
            text__cleansed_text
        ) is not null
    {%- endset -%}
    {%- set has_username = 'coalesce(text__profile_username, text__profile_screen_name) is not null' -%}
    {%- set is_profile = has_username ~ ' and not (' ~ has_text ~ ')' -%}
    {{ return([
        field('post_id', 'varchar(65535)', path='id', format='digits', only_if=has_no_other_id,
            required=has_no_other_id ~ ' and (' ~ has_username ~ ' or ' ~ has_text ~ ')'),
        field('v1_post_id', 'varchar(65535)', path='id_str', format='digits'),
        field('cleansed_post_id', 'varchar(65535)', path='tweet_id', format='digits'),
        field('created_at', 'timestamp', only_if="text__created_at like '____-%'"),
        field('v1_created_at', 'timestamp', path='created_at', format='twitter_v1',
            only_if="text__created_at not like '____-%'"),
        field('cleansed_created_at', 'timestamp', path='tweet_created_at'),
    ] + x_shared_post_fields(
        'not (' ~ is_no_message ~ ') or not (' ~ has_username ~ ' or ' ~ has_text ~ ')', only_if=is_no_message
    ) + [
        field('message_sender_id', 'varchar(65535)', path='sender_id'),
        field('v1_full_text', 'varchar(65535)', path='full_text', format='verbatim'),
        field('v1_extended_text', 'varchar(65535)', path='extended_tweet.full_text', format='verbatim'),
        field('v1_extended_hashtags', 'varchar(65535)', path='extended_tweet.entities.hashtags'),
        field('v1_repost_count', 'bigint', path='retweet_count'),
        field('v1_like_count', 'bigint', path='favorite_count'),
        field('v1_retweeted_post_id', 'varchar(65535)', path='retweeted_status.id_str', format='digits'),
        field('v1_quoted_post_id', 'varchar(65535)', path='quoted_status_id_str', format='digits'),
        field('v1_quoted_status_id', 'varchar(65535)', path='quoted_status.id_str', format='digits'),
        field('v1_retweeted_status', 'varchar(65000)', path='retweeted_status', format='verbatim'),
        field('v1_quoted_status', 'varchar(65000)', path='quoted_status', format='verbatim'),
        field('v1_replied_to_post_id', 'varchar(65535)', path='in_reply_to_status_id_str', format='digits'),
        field('v1_in_reply_to_user_id', 'varchar(65535)', path='in_reply_to_user_id_str', format='digits'),
        field('v1_withheld_copyright', 'boolean', path='withheld_copyright'),
        field('v1_withheld_in_countries', 'varchar(65535)', path='withheld_in_countries'),
        field('v1_user_id', 'varchar(65535)', path='user.id_str', format='digits'),
        field('v1_username', 'varchar(65535)', path='user.screen_name'),
        field('v1_name', 'varchar(65535)', path='user.name'),
        field('v1_location', 'varchar(65535)', path='user.location'),
        field('v1_description', 'varchar(65535)', path='user.description', format='verbatim'),
        field('v1_profile_url', 'varchar(65535)', path='user.url'),
        field('v1_is_verified', 'boolean', path='user.verified'),
        field('v1_is_protected', 'boolean', path='user.protected'),
        field('v1_user_created_at', 'timestamp', path='user.created_at', format='twitter_v1'),
        field('v1_followers_count', 'bigint', path='user.followers_count'),
        field('v1_following_count', 'bigint', path='user.friends_count'),
        field('v1_user_post_count', 'bigint', path='user.statuses_count'),
        field('v1_listed_count', 'bigint', path='user.listed_count'),
        field('cleansed_text', 'varchar(65535)', path='tweet_text', format='verbatim'),
        field('cleansed_hashtags', 'varchar(65535)', path='tweet_hashtags'),
        field('cleansed_hasthags', 'varchar(65535)', path='tweet_hasthags'),
        field('cleansed_is_retweet', 'boolean', path='is_retweet'),
        field('cleansed_user_id', 'varchar(65535)', path='user_id', format='digits'),
        field('cleansed_followers_count', 'bigint', path='user_followers_count'),
        field('cleansed_location', 'varchar(65535)', path='user_location'),
        field('profile_username', 'varchar(65535)', path='username', only_if=is_profile),
        field('profile_screen_name', 'varchar(65535)', path='screen_name', only_if=is_profile),
        field('profile_name', 'varchar(65535)', path='name', only_if=is_profile),
        field('profile_location', 'varchar(65535)', path='location', only_if=is_profile),
        field('profile_description', 'varchar(65535)', path='description', format='verbatim', only_if=is_profile),
        field('profile_url', 'varchar(65535)', path='url', only_if=is_profile),
        field('profile_is_verified', 'boolean', path='verified', only_if=is_profile),
        field('profile_is_protected', 'boolean', path='protected', only_if=is_profile),
        field('profile_followers_count', 'bigint', path='public_metrics.followers_count', only_if=is_profile),
        field('profile_following_count', 'bigint', path='public_metrics.following_count', only_if=is_profile),
        field('profile_tweet_count', 'bigint', path='public_metrics.tweet_count', only_if=is_profile),
        field('profile_post_count', 'bigint', path='public_metrics.post_count', only_if=is_profile),
        field('profile_listed_count', 'bigint', path='public_metrics.listed_count', only_if=is_profile),
        field('profile_v1_followers_count', 'bigint', path='followers_count', only_if=is_profile),
        field('profile_v1_following_count', 'bigint', path='friends_count', only_if=is_profile),
        field('profile_v1_post_count', 'bigint', path='statuses_count', only_if=is_profile),
        field('profile_v1_listed_count', 'bigint', path='listed_count', only_if=is_profile),
        x_fetched_date_field(),
    ]) }}
{%- endmacro %}

{#- When a saved file was fetched, from the folder that it lies in; `undated` says that nobody knows. -#}
{% macro x_fetched_date_field() -%}
    {%- set said = param('fetched_date') -%}
    {%- set padded -%}
        case
            when {{ said }} = 'undated' then null
            when {{ matches(said, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}') }}
                then {{ dbt.split_part(said, "'-'", 1) }}
                    || '-' || right('0' || {{ dbt.split_part(said, "'-'", 2) }}, 2)
                    || '-' || right('0' || {{ dbt.split_part(said, "'-'", 3) }}, 2)
            else {{ said }}
        end
    {%- endset -%}
    {{ return(field('fetched_date', 'date', path='(fetched_date)', text=padded,
        expected='a day in the name of the folder, such as 2026-03-02, or `undated`')) }}
{%- endmacro %}

{#- Whether a row of base that has no errors is a post, and not a user. -#}
{% macro x_is_archived_post(prefix='') -%}
    coalesce({{ prefix }}profile_username, {{ prefix }}profile_screen_name) is null
{%- endmacro %}

{#- A status of version 1.1 that stands within another, for elements_of: paths of its texts by name, and the formats and types
    of those that are no mere text. -#}
{% macro x_nested_statuses() -%}
    {%- set paths, formats, types = {}, {}, {} -%}
    {%- for name, path in {
        'post_id': 'id_str', 'created_at': 'created_at', 'short_text': 'text', 'full_text': 'full_text',
        'extended_text': 'extended_tweet.full_text', 'hashtags': 'entities.hashtags',
        'extended_hashtags': 'extended_tweet.entities.hashtags', 'language': 'lang',
        'is_possibly_sensitive': 'possibly_sensitive', 'repost_count': 'retweet_count', 'like_count': 'favorite_count',
        'quoted_post_id': 'quoted_status_id_str', 'quoted_status_id': 'quoted_status.id_str',
        'quoted_status': 'quoted_status', 'replied_to_post_id': 'in_reply_to_status_id_str',
        'in_reply_to_user_id': 'in_reply_to_user_id_str', 'withheld_copyright': 'withheld_copyright',
        'withheld_in_countries': 'withheld_in_countries', 'user_id': 'user.id_str', 'username': 'user.screen_name',
        'name': 'user.name', 'location': 'user.location', 'description': 'user.description',
        'profile_url': 'user.url', 'is_verified': 'user.verified', 'is_protected': 'user.protected',
        'user_created_at': 'user.created_at', 'followers_count': 'user.followers_count',
        'following_count': 'user.friends_count', 'user_post_count': 'user.statuses_count',
        'listed_count': 'user.listed_count',
    }.items() -%}
        {%- do paths.update({name: path}) -%}
        {%- if name.endswith('_count') -%}
            {%- do formats.update({name: 'integer'}) -%}{%- do types.update({name: 'bigint'}) -%}
        {%- elif name.endswith('created_at') -%}
            {%- do formats.update({name: 'twitter_v1'}) -%}{%- do types.update({name: 'timestamp'}) -%}
        {%- elif name.startswith('is_') or name == 'withheld_copyright' -%}
            {%- do formats.update({name: 'boolean'}) -%}{%- do types.update({name: 'boolean'}) -%}
        {%- elif name.endswith('_id') -%}
            {%- do formats.update({name: 'digits'}) -%}
        {%- elif name.endswith('_text') or name in ('description', 'quoted_status') -%}
            {%- do formats.update({name: 'verbatim'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'paths': paths, 'formats': formats, 'types': types}) }}
{%- endmacro %}
