{#- Makes what is committed in the lake visible in the warehouse. Called by `headwater stage`, which knows the newest
    commits; numbers have no gaps, so the keys of all commits in between are known without a listing.

    Copies new commits of every stream into the tables raw.loads, raw.objects, raw.inputs, raw.removals and
    raw.resolutions, and keeps the relation raw.<source>__<stream> up to date. Models see commits through these tables
    only, so that one dbt run sees one state of the lake even while loads go on. The tables can be dropped and are
    filled again from the lake. raw.heartbeats says when a load last looked in vain; no model reads that, so a run changes
    nothing where nothing came.

    newest   the newest commit of each stream: {<source>.<stream>: [number, load id]}
    lake_id  the lake's identity, or none before its first load (loaders/identity.py); raw.lakes keeps it
    seen     when a load last looked at a stream and found nothing new: {<source>.<stream>: ISO 8601}
    select   only these sources, comma-separated; by default every source table with an `external` block
    dry_run  prints the statements instead of running them

    What differs by warehouse, each a list of statements:

    make_relations(streams)        what must be there before a commit may be seen
    read_commits(stream, first, last)  fills the temporary table new_lines with the lines of these commits
    copy_loads(stream, first, last, dry_run)  makes them visible, at once or not at all
    begin_staging()                begins a transaction that no other staging can overlap
    show_stream(stream)            what must be made anew afterwards -#}
{% macro stage_external_sources(newest=none, select=none, dry_run=false, seen={}, lake_id=none) -%}
    {%- if newest is none -%}
        {{ exceptions.raise_compiler_error('stage_external_sources does not know the newest commits; run `headwater stage`') }}
    {%- endif -%}
    {%- set streams = external_streams(select) -%}
    {%- set staged = staged_lake() -%}
    {%- do check_lake(staged, lake_id, newest, external_streams()) -%}
    {%- do run_statements(log_table_statements() + add_log_columns(), dry_run) -%}
    {%- do run_statements(adapter.dispatch('make_relations', 'headwater')(streams + [rejects_stream()]), dry_run) -%}
    {%- do upgrade_log(external_streams()) if staged.layout != log_layout() and not dry_run -%}
    {%- if (staged.lake_id, staged.layout) != (lake_id, log_layout()) -%}
        {%- do run_statements(record_lake(lake_id), dry_run) -%}
    {%- endif -%}
    {%- for stream in streams -%}
        {%- set last, there = last_staged(stream), newest.get(stream.source ~ '.' ~ stream.name) -%}
        {%- set first = last[0] + 1 if last else 1 -%}
        {%- if there and there[0] >= first -%}
            {%- set loads = stream.source ~ '.' ~ stream.name ~ ' ' ~ first ~ '-' ~ there[0] ~ ' ' ~ there[1] -%}
            {%- do run_statements(tag_queries('headwater stage ' ~ loads), dry_run) -%}
            {#- with the last one that is staged, to see that it is the same log -#}
            {%- set lines = adapter.dispatch('read_commits', 'headwater')(stream, last[0] if last else 1, there[0]) -%}
            {%- do run_statements(lines, dry_run) -%}
            {%- do check_whole(stream, last[0] if last else 1, there[0]) if not dry_run -%}
            {%- do check_same_log(stream, last) if not dry_run -%}
            {%- do run_statements(
                adapter.dispatch('copy_loads', 'headwater')(stream, first, there[0], dry_run), dry_run
            ) -%}
            {%- do run_statements(untag_queries(), dry_run) -%}
        {%- endif -%}
        {%- do run_statements(adapter.dispatch('show_stream', 'headwater')(stream), dry_run) -%}
        {%- do log(stream.source ~ '.' ~ stream.name ~ ': ' ~ ((there or [0])[0] - first + 1) ~ ' new commits', info=true) -%}
    {%- endfor -%}
    {%- do run_statements(adapter.dispatch('show_stream', 'headwater')(rejects_stream()), dry_run) -%}
    {%- do run_statements(heartbeat_statements(seen), dry_run) -%}
{%- endmacro %}

{#- The streams that the sources declare: source, name, the relation that shows them, what they hold, their place in the
    lake, and what else stands in their `external` block. -#}
{% macro external_streams(select=none) -%}
    {%- set streams, chosen = [], (select or '').split(',') | map('trim') | select | list -%}
    {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.external -%}
        {%- if not chosen or node.source_name in chosen -%}
            {%- do streams.append({
                'source': node.source_name,
                'name': node.name,
                'relation': source(node.source_name, node.name),
                'content': 'records',
                'location': node.external.location,
                'auto_refresh': node.external.get('auto_refresh', false),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(streams) }}
{%- endmacro %}

{#- The rejects of every stream are one relation. -#}
{% macro rejects_stream() -%}
    {{ return({
        'relation': source('headwater', 'rejects'), 'content': 'rejects', 'location': 'rejects', 'auto_refresh': false
    }) }}
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

{#- The keys of commits, newest first: a key is 999999999999 less the number. -#}
{% macro commit_keys(stream, first, last) -%}
    {%- set keys = [] -%}
    {%- for number in range(last | int, first - 1, -1) -%}
        {%- do keys.append(
            'log/' ~ stream.source ~ '/' ~ stream.name ~ '/' ~ '%012d' | format(999999999999 - number) ~ '.json'
        ) -%}
    {%- endfor -%}
    {{ return(keys) }}
{%- endmacro %}

{#- Marks the statements of this session for whoever reads the warehouse's query history, and ends that. -#}
{% macro tag_queries(tag) -%}
    {{ return(adapter.dispatch('tag_queries', 'headwater')(tag)) }}
{%- endmacro %}

{% macro untag_queries() -%}
    {{ return(adapter.dispatch('untag_queries', 'headwater')()) }}
{%- endmacro %}

{% macro default__tag_queries(tag) -%}{{ return([]) }}{%- endmacro %}

{% macro default__untag_queries() -%}{{ return([]) }}{%- endmacro %}

{% macro default__make_relations(streams) -%}{{ return([]) }}{%- endmacro %}

{% macro default__show_stream(stream) -%}{{ return([]) }}{%- endmacro %}
