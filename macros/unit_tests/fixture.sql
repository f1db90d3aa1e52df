{#- A fixture of a unit test from rows in YAML, without the relation being there: dbt's own takes the types of columns
    from the warehouse, and a fresh clone has none. Columns that a row does not name are null.

        format: sql
        rows: |
          (raw)(call fixture('stg_web_events__events'))
          - {event_id: e1, user_id: "17", occurred_at: 2026-03-02 10:00:00}
          (endcall)(endraw)

    where each pair of parentheses is a Jinja tag; `raw` keeps dbt from rendering it while it reads the yml. -#}
{% macro fixture(relation) -%}
    {%- set types = fixture_types(relation) -%}
    {%- for row in fromyaml(caller()) -%}
        {%- for column in row if column not in types -%}
            {{ exceptions.raise_compiler_error(relation ~ ' has no column ' ~ column ~ '; see ' ~ 'macros/unit_tests/') }}
        {%- endfor %}
select
        {%- for column, type in types.items() %}
    {{ fixture_value(row.get(column), type) }} as {{ column }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A fixture without rows. -#}
{% macro no_rows(relation) -%}
select *
from (
    select
        {%- for column, type in fixture_types(relation).items() %}
        {{ fixture_value(none, type) }} as {{ column }}
            {{- ',' if not loop.last }}
        {%- endfor %}
) as nothing
where 1 = 0
{%- endmacro %}

{% macro fixture_value(value, type) -%}
    {%- if type == 'json' -%}
        {{ json_of(none if value is none else literal(value)) }}
    {%- else -%}
        cast({{ 'null' if value is none else literal(value) }} as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- The columns of the relations that fixtures stand for, with their types; `raw` is any stream of the lake. -#}
{% macro fixture_types(relation) -%}
    {%- set text, types = 'varchar(65535)', {} -%}
    {%- set record = {
        'source': text, 'stream': text, '_object': text, '_row': 'bigint', '_hash': text, '_input_key': text,
        '_load_id': text, '_load_seq': 'bigint', '_loaded_at': 'timestamp', '_params': text,
    } -%}
    {%- for stream in streams() if relation in (stream.base, stream.corrected, stream.base | replace('base_', 'stg_')) -%}
        {%- for f in stream.fields -%}{%- do types.update({f.name: f.type}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- if relation == 'raw' -%}
        {%- do types.update({'value': 'json'}) -%}
        {%- do types.update(record) -%}
    {%- elif relation == 'inputs' -%}
        {%- do types.update({
            'source': text, 'stream': text, '_load_seq': 'bigint', '_input_key': text, '_input_version': text,
            'row_count': 'bigint', 'reject_count': 'bigint', 'replay_count': 'bigint', 'document_count': 'bigint', 'empty_count': 'bigint', 'unread_count': 'bigint',
            'rejected_row_count': 'bigint',
        }) -%}
    {%- elif relation == 'withdrawn_inputs' -%}
        {%- do types.update({'stream': text, 'input_key': text, 'load_seq': 'bigint', 'reason': text}) -%}
    {%- elif relation.startswith('base_') -%}
        {%- do types.update({'cast_errors': 'json', '_correction': text} if relation.endswith('_corrected') else
            {'cast_errors': 'json', 'raw_texts': 'json'}) -%}
        {%- do types.update(record) -%}
    {%- elif relation == 'stg_web_events__events' -%}
        {%- do types.update({
            'event_id': text, 'occurred_at': 'timestamp', '_object': text, '_row': 'bigint', '_input_key': text,
            '_load_id': text, '_load_seq': 'bigint', '_loaded_at': 'timestamp', '_correction': text,
            '_changed_seq': 'bigint',
        }) -%}
    {%- elif relation == 'int_app_events_classified' -%}
        {%- for name in (
            'event_id', 'event_kind', 'user_id', 'actor_user_id', 'author_user_id', 'followed_user_id', 'post_id',
            'post_author_id', 'post_body', 'post_language', 'username', 'email', 'about_me', 'location',
        ) -%}{%- do types.update({name: text}) -%}{%- endfor -%}
        {%- for name in ('post_created_at', 'last_seen_at', 'occurred_at', 'received_at') -%}
            {%- do types.update({name: 'timestamp'}) -%}
        {%- endfor -%}
        {%- do types.update({'_changed_seq': 'bigint'}) -%}
    {%- elif relation == 'fct_app_posts' -%}
        {%- do types.update({'post_id': text, 'published_date': 'date', 'event_count': 'bigint'}) -%}
    {%- elif relation == 'fct_user_activity_daily' -%}
        {%- do types.update({'activity_date': 'date', 'user_id': text, 'post_count': 'bigint'}) -%}
    {%- elif relation == 'fct_follows' -%}
        {%- do types.update({'follow_key': text, 'followed_date': 'date', 'unfollowed_date': 'date'}) -%}
    {%- endif -%}
    {%- do types.update(learning_fixture_types(relation)) -%}
    {%- do types.update(x_fixture_types(relation)) -%}
    {%- do types.update(brand_fixture_types(relation)) -%}
    {%- do types.update(bank_fee_fixture_types(relation)) -%}
    {%- do types.update(bank_fixture_types(relation)) -%}
    {{ return(types) }}
{%- endmacro %}

{#- What stg_learning__* have beside the fields of their streams, and what models of the learning domain read else. -#}
{% macro learning_fixture_types(relation) -%}
    {%- set text, types = 'varchar(65535)', {} -%}
    {%- set keys = {
        'stg_learning__project_feedback': 'project_feedback_id',
        'stg_learning__section_feedback': 'section_feedback_id',
        'stg_learning__mentor_activity': 'mentor_activity_id',
        'stg_learning__video_log': 'video_view_id',
        'stg_learning__users': 'user_version_id',
    } -%}
    {%- set marts = {
        'fct_project_feedback': {'submitted_date': 'date', 'rating': 'integer'},
        'fct_section_feedback': {'submitted_date': 'date', 'rating': 'integer'},
        'fct_mentor_activity': {
            'posted_date': 'date', 'post_score': 'bigint', 'answered_date': 'date', 'answer_score': 'bigint',
            'is_answered': 'boolean', 'is_answered_before_posted': 'boolean',
        },
        'fct_video_views': {
            'video_id': 'bigint', 'last_viewed_date': 'date', 'view_count': 'bigint', 'view_range_ms': 'bigint',
        },
    } -%}
    {%- if relation.startswith('stg_learning__') -%}
        {%- if relation in keys -%}{%- do types.update({keys[relation]: text}) -%}{%- endif -%}
        {%- if relation == 'stg_learning__users' -%}
            {%- do types.update({'version_seq': 'bigint'}) -%}
        {%- elif relation in keys -%}
            {%- do types.update({'degree_slug': text, 'file_month': 'date'}) -%}
        {%- endif -%}
        {%- do types.update({
            '_object': text, '_row': 'bigint', '_input_key': text, '_load_id': text, '_load_seq': 'bigint',
            '_loaded_at': 'timestamp', '_correction': text, '_changed_seq': 'bigint',
        }) -%}
    {%- elif relation in marts -%}
        {%- do types.update({
            'student_key': text, 'user_id': 'bigint', 'degree_key': text, 'file_month': 'date',
            '_changed_seq': 'bigint',
        }) -%}
        {%- do types.update(marts[relation]) -%}
    {%- elif relation == 'dim_degrees' -%}
        {%- do types.update({'degree_key': text, 'degree_slug': text, 'degree_name': text}) -%}
    {%- elif relation == 'dim_students' -%}
        {%- do types.update({
            'student_key': text, 'user_id': 'bigint', 'email': text, 'is_current': 'boolean', 'is_listed': 'boolean',
        }) -%}
    {%- elif relation == 'student_activity_features' -%}
        {%- do types.update({
            'student_key': text, 'month_start_date': 'date', 'segment': text, 'months_since_last_activity': 'bigint',
        }) -%}
    {%- elif relation == 'dim_date' -%}
        {%- do types.update({'month_start_date': 'date', 'year_number': 'integer', 'month_number': 'integer'}) -%}
    {%- elif relation == 'loads' -%}
        {%- do types.update({'source': text, 'stream': text, '_load_seq': 'bigint', '_loaded_at': 'timestamp'}) -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}

{#- What stg_x__* have beside the fields of their streams. -#}
{% macro x_fixture_types(relation) -%}
    {%- set types, names = {}, {
        'stg_x__posts': {
            'varchar(65535)': [
                'post_sighting_id', 'edit_history', 'long_text', 'retweeted_post_id', 'quoted_post_id',
                'replied_to_post_id', 'withheld_countries', 'short_text_hashtags', 'long_text_hashtags', 'endpoint',
                'query', 'account_user_id', 'account_username', 'part',
            ],
            'boolean': ['is_withheld'],
            'bigint': ['page_number'],
            'timestamp': ['fetched_at', 'gap_from', 'gap_until'],
        },
        'stg_x__users': {
            'varchar(65535)': [
                'user_sighting_id', 'endpoint', 'query', 'account_user_id', 'account_username', 'part',
            ],
            'bigint': ['page_number'],
            'timestamp': ['fetched_at'],
        },
        'stg_x__errors': {
            'varchar(65535)': ['error_id', 'endpoint', 'query', 'account_user_id', 'account_username'],
            'bigint': ['page_number'],
            'timestamp': ['fetched_at'],
        },
        'stg_x__archived_posts': {
            'varchar(65535)': [
                'post_sighting_id', 'edit_history', 'long_text', 'retweeted_post_id', 'quoted_post_id',
                'replied_to_post_id', 'withheld_countries', 'short_text_hashtags', 'long_text_hashtags', 'user_id',
                'username', 'name', 'location', 'description', 'profile_url', 'archive_format', 'part',
                'retweeted_status', 'quoted_status',
            ],
            'boolean': ['is_withheld', 'is_verified', 'is_protected'],
            'bigint': ['followers_count', 'following_count', 'user_post_count', 'listed_count'],
            'timestamp': ['user_created_at'],
            'date': ['fetched_date'],
        },
        'stg_x__archived_users': {
            'varchar(65535)': ['user_sighting_id', 'archive_format'],
            'date': ['fetched_date'],
        },
    }.get(relation, {}) -%}
    {%- for type, columns in names.items() -%}
        {%- for column in columns -%}{%- do types.update({column: type}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- if types -%}
        {%- do types.update({
            '_object': 'varchar(65535)', '_row': 'bigint', '_input_key': 'varchar(65535)', '_load_id': 'varchar(65535)',
            '_load_seq': 'bigint', '_loaded_at': 'timestamp', '_correction': 'varchar(65535)', '_changed_seq': 'bigint',
        }) -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}
