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
    cast({{ 'null' if row.get(column) is none else literal(row[column]) }} as {{ type }}) as {{ column }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The columns of the relations that fixtures stand for, with their types. -#}
{% macro fixture_types(relation) -%}
    {%- set text, types = 'varchar(65535)', {} -%}
    {%- if relation == 'stg_web_events__events' -%}
        {%- for f in web_event_fields() -%}{%- do types.update({f.name: f.type}) -%}{%- endfor -%}
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
