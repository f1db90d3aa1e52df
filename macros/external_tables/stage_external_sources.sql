{#- Makes what is committed in the lake visible in the warehouse: dbt run-operation stage_external_sources.

    Copies new commits of every stream into the tables raw.loads, raw.objects, raw.inputs and raw.removals, and keeps
    the relation raw.<source>__<stream> up to date. Models see commits through these tables only, so that one dbt run
    sees one state of the lake even while loads go on. The tables can be dropped and are filled again from the lake.

    select   only these sources, comma-separated; by default every source table with an `external` block
    dry_run  prints the statements instead of running them -#}
{% macro stage_external_sources(select=none, dry_run=false) -%}
    {%- do run_statements(log_table_statements(), dry_run) -%}
    {%- for stream in external_streams(select) -%}
        {%- set commits = adapter.dispatch('new_commits', 'headwater')(stream, last_staged(stream)) -%}
        {%- if commits -%}
            {%- do run_statements(adapter.dispatch('copy_commits', 'headwater')(stream, commits), dry_run) -%}
        {%- endif -%}
        {%- do run_statements(adapter.dispatch('stage_stream', 'headwater')(stream, 'records'), dry_run) -%}
        {%- do log(stream.source ~ '.' ~ stream.name ~ ': ' ~ (commits | length) ~ ' new commits', info=true) -%}
    {%- endfor -%}
    {%- do run_statements(adapter.dispatch('stage_stream', 'headwater')(rejects_stream(), 'rejects'), dry_run) -%}
{%- endmacro %}

{#- The streams that the sources declare: source, name, the relation that shows them, and their place in the lake. -#}
{% macro external_streams(select=none) -%}
    {%- set streams, chosen = [], (select or '').split(',') | map('trim') | select | list -%}
    {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.external -%}
        {%- if not chosen or node.source_name in chosen -%}
            {%- do streams.append({
                'source': node.source_name,
                'name': node.name,
                'relation': source(node.source_name, node.name),
                'location': node.external.location,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(streams) }}
{%- endmacro %}

{#- The rejects of every stream are one relation. -#}
{% macro rejects_stream() -%}
    {{ return({'relation': source('headwater', 'rejects'), 'location': 'rejects/*/*'}) }}
{%- endmacro %}

{% macro run_statements(statements, dry_run) -%}
    {%- for statement in statements -%}
        {%- if dry_run -%}
            {%- do print(statement | trim ~ ';\n') -%}
        {%- else -%}
            {%- do run_query(statement) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The address of the lake: a directory or s3://… -#}
{% macro lake() -%}
    {{ return(env_var('HEADWATER_LAKE', 'lake').rstrip('/')) }}
{%- endmacro %}

{#- The newest commit of a stream that the warehouse has: its number and load id, or none. -#}
{% macro last_staged(stream) -%}
    {%- if not is_staged('loads') -%}{{ return(none) }}{%- endif -%}
    {%- set query -%}
        select _load_seq, _load_id from {{ source('headwater', 'loads') }}
        where source = {{ literal(stream.source) }} and stream = {{ literal(stream.name) }}
        order by _load_seq desc limit 1
    {%- endset -%}
    {{ return(run_query(query).rows | first | default(none)) }}
{%- endmacro %}

{#- Whether a table of the log is there. Asked by hand: load_relation would leave a transaction open, in which copying
    commits could not begin its own. -#}
{% macro is_staged(table) -%}
    {%- set relation = source('headwater', table) -%}
    {%- set query -%}
        select 1 from information_schema.tables
        where lower(table_schema) = lower('{{ relation.schema }}') and lower(table_name) = '{{ table }}'
    {%- endset -%}
    {{ return(run_query(query).rows | length > 0) }}
{%- endmacro %}

{#- The DDL of the tables that hold the log: they follow the lines of a commit (loaders/log.py). -#}
{% macro log_table_statements() -%}
    {%- set text, moment = 'varchar(65535)', 'timestamp' -%}
    {%- set load = [('source', text), ('stream', text), ('_load_seq', 'bigint')] -%}
    {%- set tables = {
        'loads': load + [
            ('_load_id', text), ('_loaded_at', moment), ('started_at', moment), ('landed_count', 'bigint'),
            ('rejected_count', 'bigint'), ('warnings', text), ('staged_at', moment),
        ],
        'objects': load + [
            ('_load_id', text), ('_loaded_at', moment), ('_object', text), ('content', text), ('_url', text),
            ('row_count', 'bigint'), ('byte_count', 'bigint'), ('sha256', text), ('staged_at', moment),
        ],
        'inputs': load + [
            ('_input', 'bigint'), ('_input_key', text), ('_input_version', text), ('_params', text),
            ('row_count', 'bigint'), ('reject_count', 'bigint'), ('staged_at', moment),
        ],
        'removals': load + [('_object', text), ('staged_at', moment)],
    } -%}
    {%- set statements = ['create schema if not exists ' ~ source('headwater', 'loads').include(identifier=false)] -%}
    {%- for name, columns in tables.items() -%}
        {%- set ddl = [] -%}
        {%- for column in columns -%}{%- do ddl.append(column[0] ~ ' ' ~ column[1]) -%}{%- endfor -%}
        {%- do statements.append(
            'create table if not exists ' ~ source('headwater', name) ~ ' (\n    ' ~ ddl | join(',\n    ') ~ '\n)'
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
