{#- The columns of what models of the brand domain read, with their types. -#}
{% macro brand_fixture_types(relation) -%}
    {%- set text, types = 'varchar(65535)', {} -%}
    {%- set metrics = {
        'like_count': 'bigint', 'repost_count': 'bigint', 'reply_count': 'bigint', 'quote_count': 'bigint',
        'bookmark_count': 'bigint', 'impression_count': 'bigint',
    } -%}
    {%- set sighting = {
        'fetched_at': 'timestamp', 'source': text, 'stream': text, '_load_seq': 'bigint', '_loaded_at': 'timestamp',
        '_changed_seq': 'bigint',
    } -%}
    {%- if relation == 'int_x_post_sightings' -%}
        {%- do types.update({
            'sighting_id': text, 'post_id': text, 'logical_post_id': text, 'edit_number': 'integer', 'author_id': text,
            'created_at': 'timestamp', 'delivered_text': text, 'post_text': text, 'language': text,
            'conversation_id': text, 'in_reply_to_user_id': text, 'is_retweet': 'boolean', 'is_quote': 'boolean',
            'is_reply': 'boolean', 'retweeted_post_id': text, 'quoted_post_id': text, 'replied_to_post_id': text,
            'is_possibly_sensitive': 'boolean', 'is_withheld': 'boolean', 'withheld_countries': text,
        }) -%}
        {%- do types.update(metrics) -%}
        {%- do types.update({
            'hashtags': text, 'endpoint': text, 'query': text, 'account_user_id': text, 'account_username': text,
            'is_match': 'boolean',
        }) -%}
        {%- do types.update(sighting) -%}
    {%- elif relation == 'int_x_nested_posts' -%}
        {%- for name in (
            'nested_post_id', 'post_id', 'author_id', 'in_reply_to_user_id', 'short_text', 'long_text', 'language',
            'quoted_post_id', 'replied_to_post_id', 'withheld_countries', 'short_text_hashtags', 'long_text_hashtags',
            'user_id', 'username', 'name', 'location', 'description', 'profile_url', 'place', 'fault', '_input_key',
        ) -%}{%- do types.update({name: text}) -%}{%- endfor -%}
        {%- for name in ('is_possibly_sensitive', 'is_withheld', 'is_verified', 'is_protected', 'is_post') -%}
            {%- do types.update({name: 'boolean'}) -%}
        {%- endfor -%}
        {%- for name in (
            'like_count', 'repost_count', 'followers_count', 'following_count', 'user_post_count', 'listed_count',
            '_load_seq', '_changed_seq',
        ) -%}{%- do types.update({name: 'bigint'}) -%}{%- endfor -%}
        {%- do types.update({
            'created_at': 'timestamp', 'user_created_at': 'timestamp', '_loaded_at': 'timestamp', 'fetched_date': 'date',
        }) -%}
    {%- elif relation == 'int_x_user_sightings' -%}
        {%- do types.update({
            'sighting_id': text, 'user_id': text, 'username': text, 'name': text, 'location': text,
            'description': text, 'profile_url': text, 'is_verified': 'boolean', 'is_protected': 'boolean',
            'account_created_at': 'timestamp', 'followers_count': 'bigint', 'following_count': 'bigint',
            'post_count': 'bigint', 'listed_count': 'bigint',
        }) -%}
        {%- do types.update(sighting) -%}
    {%- elif relation == 'fct_x_posts' -%}
        {%- do types.update({
            'logical_post_id': text, 'post_id': text, 'user_key': text, 'author_id': text, 'created_at': 'timestamp',
            'post_text': text, 'is_retweet': 'boolean', 'is_quote': 'boolean', 'is_reply': 'boolean',
            'has_hashtags': 'boolean', 'is_archived': 'boolean',
        }) -%}
        {%- do types.update(metrics) -%}
        {%- do types.update({'last_fetched_at': 'timestamp', 'sighting_id': text, '_changed_seq': 'bigint'}) -%}
    {%- elif relation == 'fct_brand_mentions' -%}
        {%- do types.update({
            'query_key': text, 'logical_post_id': text, 'user_key': text, 'mentioned_at': 'timestamp',
        }) -%}
    {%- elif relation == 'dim_search_queries' -%}
        {%- do types.update({'query_key': text, 'query': text}) -%}
    {%- elif relation == 'dim_x_users' -%}
        {%- do types.update({
            'user_key': text, 'location': text, 'followers_count': 'bigint', 'valid_from': 'timestamp',
            'valid_to': 'timestamp',
        }) -%}
    {%- elif relation == 'x_post_hashtags' -%}
        {%- do types.update({'logical_post_id': text, 'hashtag_number': 'integer', 'tag_text': text}) -%}
    {%- elif relation == 'inputs' -%}
        {%- do types.update({'source': text, 'stream': text, '_input_key': text, '_params': text}) -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}
