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
    {%- set fields = {
        'stg_web_events__events': web_event_fields(),
        'base_web_events__events': web_event_fields(),
        'base_web_events__delivery_errors': web_delivery_error_fields(),
    } -%}
    {%- for f in fields.get(relation, []) -%}{%- do types.update({f.name: f.type}) -%}{%- endfor -%}
    {%- if relation == 'raw' -%}
        {%- do types.update({'value': 'json'}) -%}
        {%- do types.update(record) -%}
    {%- elif relation.startswith('base_') -%}
        {%- do types.update({'cast_errors': 'json', 'raw_texts': 'json'}) -%}
        {%- do types.update(record) -%}
    {%- elif relation == 'stg_web_events__events' -%}
        {%- do types.update({
            'event_id': text, 'occurred_at': 'timestamp', '_object': text, '_row': 'bigint', '_input_key': text,
            '_load_id': text, '_load_seq': 'bigint', '_loaded_at': 'timestamp', '_changed_at': 'timestamp',
        }) -%}
    {%- elif relation == 'int_app_events_classified' -%}
        {%- for name in (
            'event_id', 'event_kind', 'user_id', 'actor_user_id', 'author_user_id', 'followed_user_id', 'post_id',
            'post_author_id', 'post_body', 'post_language', 'username', 'email', 'about_me', 'location',
        ) -%}{%- do types.update({name: text}) -%}{%- endfor -%}
        {%- for name in ('post_created_at', 'last_seen_at', 'occurred_at', 'received_at', '_changed_at') -%}
            {%- do types.update({name: 'timestamp'}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}
