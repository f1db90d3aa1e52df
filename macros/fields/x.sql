{#- X: posts and users as version 2 of its API gives them, in both of its vocabularies (a request that speaks of tweets is
    answered in tweets, one that speaks of posts in posts). Only an id, and a post's text or a user's username, are sure to
    be there; ids are digits, as text: they exceed what a float holds. Saved files: x_archives.sql. -#}

{% macro x_post_fields() -%}
    {{ return([
        field('post_id', 'varchar(65535)', path='id', format='digits', required=true),
        field('created_at', 'timestamp'),
    ] + x_shared_post_fields('coalesce(text__short_text, text__note_tweet_text, text__note_post_text) is null')) }}
{%- endmacro %}

{#- What a post of version 2 says beside its id and its time.

    no_post  condition over the texts under which a document is no post, as users, lists and notices of what was deleted
             are none; their ids look like a post's
    only_if  condition under which the text is a post's -#}
{% macro x_shared_post_fields(no_post, only_if=none) -%}
    {{ return([
        field('author_id', 'varchar(65535)', format='digits'),
        field('conversation_id', 'varchar(65535)', format='digits'),
        field('in_reply_to_user_id', 'varchar(65535)', format='digits'),
        field('short_text', 'varchar(65535)', path='text', format='verbatim', only_if=only_if, required=no_post,
            missing=('not_a_post', 'a post: a document with a text')),
        field('note_tweet_text', 'varchar(65535)', path='note_tweet.text', format='verbatim'),
        field('note_post_text', 'varchar(65535)', path='note_post.text', format='verbatim'),
        field('language', 'varchar(65535)', path='lang'),
        field('is_possibly_sensitive', 'boolean', path='possibly_sensitive'),
        field('edit_history_tweet_ids', 'varchar(65535)'),
        field('edit_history_post_ids', 'varchar(65535)'),
        field('referenced_tweets', 'varchar(65535)'),
        field('referenced_posts', 'varchar(65535)'),
        field('hashtags', 'varchar(65535)', path='entities.hashtags'),
        field('note_tweet_hashtags', 'varchar(65535)', path='note_tweet.entities.hashtags'),
        field('note_post_hashtags', 'varchar(65535)', path='note_post.entities.hashtags'),
        field('withheld_copyright', 'boolean', path='withheld.copyright'),
        field('withheld_country_codes', 'varchar(65535)', path='withheld.country_codes'),
        field('withheld_scope', 'varchar(65535)', path='withheld.scope'),
        field('like_count', 'bigint', path='public_metrics.like_count'),
        field('retweet_count', 'bigint', path='public_metrics.retweet_count'),
        field('repost_count', 'bigint', path='public_metrics.repost_count'),
        field('reply_count', 'bigint', path='public_metrics.reply_count'),
        field('quote_count', 'bigint', path='public_metrics.quote_count'),
        field('bookmark_count', 'bigint', path='public_metrics.bookmark_count'),
        field('impression_count', 'bigint', path='public_metrics.impression_count'),
    ]) }}
{%- endmacro %}

{% macro x_user_fields() -%}
    {{ return([
        field('user_id', 'varchar(65535)', path='id', format='digits', required=true),
        field('username', 'varchar(65535)', required=true, missing=('not_a_user', 'a user: a document with a username')),
        field('name', 'varchar(65535)'),
        field('location', 'varchar(65535)'),
        field('description', 'varchar(65535)', format='verbatim'),
        field('profile_url', 'varchar(65535)', path='url'),
        field('is_verified', 'boolean', path='verified'),
        field('is_protected', 'boolean', path='protected'),
        field('created_at', 'timestamp'),
        field('followers_count', 'bigint', path='public_metrics.followers_count'),
        field('following_count', 'bigint', path='public_metrics.following_count'),
        field('tweet_count', 'bigint', path='public_metrics.tweet_count'),
        field('post_count', 'bigint', path='public_metrics.post_count'),
        field('listed_count', 'bigint', path='public_metrics.listed_count'),
    ]) }}
{%- endmacro %}

{#- What an answer could not give of what was asked for, in its list of errors. -#}
{% macro x_error_fields() -%}
    {{ return([
        field('title', 'varchar(65535)', required='coalesce(text__detail, text__error_type) is null',
            missing=('not_an_error', 'an error: a document with a title, a detail or a type')),
        field('detail', 'varchar(65535)'),
        field('error_type', 'varchar(65535)', path='type'),
        field('resource_type', 'varchar(65535)'),
        field('parameter', 'varchar(65535)'),
        field('resource_id', 'varchar(65535)'),
        field('value', 'varchar(65535)'),
    ]) }}
{%- endmacro %}

{#- When a post was made, as its id tells: ids count milliseconds since X's own epoch in all but their last 22 bits. Null
    for the ids of before (they are short), and for digits that lead out of the calendar. -#}
{% macro x_time_of_id(post_id) -%}
    {%- set id = cast_text(post_id, 'integer', 'bigint') -%}
    {%- set milliseconds = 'cast(' ~ whole_quotient(id, 4194304) ~ ' as bigint) + 1288834974657' -%}
    {%- set moment = cast_text('cast(' ~ milliseconds ~ ' as varchar(20))', 'epoch_ms', 'timestamp') -%}
    case when length({{ post_id }}) >= 15 and {{ moment }} < cast('{{ var('calendar_end') }}' as timestamp)
        then {{ moment }} end
{%- endmacro %}

{#- Whether a post is said to be withheld anywhere, or for its copyright. -#}
{% macro x_is_withheld(prefix) -%}
    coalesce({{ prefix }}withheld_copyright, false)
        or {{ listed(prefix ~ 'withheld_country_codes') }} is not null
        or {{ prefix }}withheld_scope is not null
{%- endmacro %}

{#- The posts that a post refers to, as a subquery of a row per record with any: _object, _row, retweeted_post_id,
    quoted_post_id, replied_to_post_id. -#}
{% macro x_references(relation) -%}
(
    select
        _object,
        _row
        {%- for type, name in {'retweeted': 'retweeted', 'quoted': 'quoted', 'replied_to': 'replied_to'}.items() %},
        max(case when reference_type = '{{ type }}' then referenced_post_id end) as {{ name }}_post_id
        {%- endfor %}
    from {{ elements_of(
        relation,
        ['_object', '_row'],
        json_list('coalesce(referenced_tweets, referenced_posts)'),
        {'reference_type': 'type', 'referenced_post_id': 'id'}
    ) }}
    group by _object, _row
) as references_by_record
{%- endmacro %}

{#- The hashtags of a relation's column `hashtags`, a row each, as a subquery: columns of the relation, tag_start and tag_end
    (code points of the text as delivered, from 0, the end exclusive; null where nothing says them), tag_text, without its `#`,
    and element_number, its place in the list from 1. Version 2 lists {start, end, tag}, version 1.1 {text, indices}, the older pipeline texts. -#}
{% macro x_hashtags(relation, columns) -%}
(
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {{ cast_text('coalesce(v2_start, v1_start)', 'integer', 'integer') }} as tag_start,
        {{ cast_text('coalesce(v2_end, v1_end)', 'integer', 'integer') }} as tag_end,
        coalesce(v2_tag, v1_tag, cleansed_tag) as tag_text,
        element_number
    from (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            v2_start,
            v2_end,
            v2_tag,
            v1_start,
            v1_end,
            v1_tag,
            case when left(element, 1) not in ('{', '[') then element end as cleansed_tag,
            element_number
        from {{ elements_of(relation, columns, json_list('hashtags'), {
            'v2_start': 'start', 'v2_end': 'end', 'v2_tag': 'tag',
            'v1_start': 'indices.0', 'v1_end': 'indices.1', 'v1_tag': 'text', 'element': '',
        }) | indent(8) }}
    ) as listed
    where coalesce(v2_tag, v1_tag, cleansed_tag) is not null
) as hashtags
{%- endmacro %}
