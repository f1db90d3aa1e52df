{#- The tables that hold the log follow the lines of a commit (loaders/log.py), and its heartbeats. -#}
{% macro log_tables() -%}
    {%- set text, moment = 'varchar(65535)', 'timestamp' -%}
    {%- set load = [('source', text), ('stream', text), ('_load_seq', 'bigint')] -%}
    {{ return({
        'loads': load + [
            ('_load_id', text), ('_loaded_at', moment), ('started_at', moment), ('landed_count', 'bigint'),
            ('rejected_count', 'bigint'), ('warnings', text), ('staged_at', moment),
        ],
        'objects': load + [
            ('_load_id', text), ('_loaded_at', moment), ('_object', text), ('content', text), ('_part', 'bigint'),
            ('row_count', 'bigint'), ('byte_count', 'bigint'), ('longest_line', 'bigint'), ('longest_text', 'bigint'),
            ('sha256', text), ('_input', 'bigint'), ('staged_at', moment),
        ],
        'inputs': load + [
            ('_input', 'bigint'), ('_input_key', text), ('_input_version', text), ('_params', text),
            ('row_count', 'bigint'), ('reject_count', 'bigint'), ('replay_count', 'bigint'),
            ('document_count', 'bigint'), ('empty_count', 'bigint'), ('unread_count', 'bigint'),
            ('rejected_row_count', 'bigint'), ('staged_at', moment),
        ],
        'removals': load + [('_object', text), ('staged_at', moment)],
        'resolutions': load + [('record_id', text), ('staged_at', moment)],
        'heartbeats': [('source', text), ('stream', text), ('seen_at', moment), ('staged_at', moment)],
        'lakes': [('lake_id', text), ('layout', text), ('staged_at', moment)],
    }) }}
{%- endmacro %}

{% macro log_table_statements() -%}
    {%- set statements = [
        'create schema if not exists ' ~ source('headwater', 'loads').include(database=false, identifier=false)
    ] -%}
    {%- for name, columns in log_tables().items() -%}
        {%- do statements.append(
            'create table if not exists ' ~ source('headwater', name) ~ ' (\n    ' ~ column_list(columns) ~ '\n)'
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{#- (name, type) pairs as the columns of a DDL. -#}
{% macro column_list(columns) -%}
    {%- set ddl = [] -%}
    {%- for name, type in columns -%}{%- do ddl.append(name ~ ' ' ~ type) -%}{%- endfor -%}
    {{ return(ddl | join(',\n    ')) }}
{%- endmacro %}

{#- The newest commit of a stream that the warehouse has: its number and load id, or none. -#}
{% macro last_staged(stream) -%}
    {%- if not is_staged('loads') -%}{{ return(none) }}{%- endif -%}
    {%- set query -%}
        select _load_seq, _load_id from {{ source('headwater', 'loads') }}
        where source = {{ literal(stream.source) }} and stream = {{ literal(stream.name) }}
        order by _load_seq desc limit 1
    {%- endset -%}
    {%- for row in run_query(query).rows -%}{{ return([row[0] | int, row[1]]) }}{%- endfor -%}
    {{ return(none) }}
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

{#- A commit that is cut at the end of a line, or not there, would take its records out of sight for good. -#}
{% macro check_whole(stream, first, last) -%}
    {%- set query -%}
        select load_seq from {{ new_lines() }}
        group by load_seq
        having count(case when kind = 'load' then 1 end) = 1
            and coalesce(max(line_count), count(*)) = count(*)
            and count(case when kind = 'end' then 1 end) = case when max(line_count) is null then 0 else 1 end
            and max(landed) = sum(case when kind = 'added' and content = 'records' then row_count else 0 end)
            and max(rejected) = sum(case when kind = 'added' and content = 'rejects' then row_count else 0 end)
    {%- endset -%}
    {%- set whole = [] -%}
    {%- for row in run_query(query).rows -%}{%- do whole.append(row[0] | int) -%}{%- endfor -%}
    {%- for number in range(first | int, last + 1) if number not in whole -%}
        {{ exceptions.raise_compiler_error(
            lake() ~ '/' ~ commit_keys(stream, number, number)[0] ~ ': the commit of load ' ~ number ~ ' of ' ~ stream.source
            ~ '.' ~ stream.name ~ ' is missing, cut or changed; expected all its lines, and the sums of its objects: restore '
            ~ 'it as it was written and stage again; `headwater verify` names all that is wrong with the lake'
        ) }}
    {%- endfor -%}
{%- endmacro %}

{#- What is in the commit lines: key, type, name in new_lines. -#}
{% macro commit_line_keys() -%}
    {%- set text = 'varchar(65535)' -%}
    {{ return([
        ('kind', text, 'kind'), ('load_seq', 'bigint', 'load_seq'), ('load_id', text, 'load_id'),
        ('started_at', text, 'started_at'), ('committed_at', text, 'committed_at'), ('landed', 'bigint', 'landed'),
        ('rejected', 'bigint', 'rejected'), ('warnings', text, 'warnings'), ('object', text, 'object'),
        ('content', text, 'content'), ('part', 'bigint', 'part'), ('rows', 'bigint', 'row_count'),
        ('bytes', 'bigint', 'byte_count'), ('longest_line', 'bigint', 'longest_line'),
        ('longest_text', 'bigint', 'longest_text'), ('sha256', text, 'sha256'), ('input', 'bigint', 'input'),
        ('key', text, 'input_key'), ('version', text, 'input_version'), ('params', text, 'params'),
        ('rejects', 'bigint', 'reject_count'), ('replays', 'bigint', 'replay_count'),
        ('documents', 'bigint', 'document_count'), ('empties', 'bigint', 'empty_count'), ('unread', 'bigint', 'unread_count'),
        ('rejected_rows', 'bigint', 'rejected_row_count'), ('record', text, 'record_id'),
        ('lines', 'bigint', 'line_count'),
    ]) }}
{%- endmacro %}

{#- The temporary table of commit lines, with the columns that commit_line_keys names. Times are the loader's texts. -#}
{% macro new_lines() -%}
    {{ return(adapter.dispatch('temporary_table', 'headwater')('new_lines')) }}
{%- endmacro %}

{% macro default__temporary_table(name) -%}{{ return(name) }}{%- endmacro %}

{#- Copies the lines of some of these commits into the tables of the log. Leaves out what another run has staged in the
    meantime, which is why it comes first in the transaction. -#}
{% macro log_inserts(stream, first, last) -%}
    {%- set loads = source('headwater', 'loads') -%}
    {{ return([
        'delete from ' ~ new_lines() ~ '\nwhere load_seq in (\n    select loads._load_seq from ' ~ loads ~ ' as loads\n    where '
            ~ 'loads.source = ' ~ literal(stream.source) ~ ' and loads.stream = ' ~ literal(stream.name) ~ '\n)'
    ] + copied_lines(stream, first, last)) }}
{%- endmacro %}

{#- Each kind of line into its table. -#}
{% macro copied_lines(stream, first, last) -%}
    {%- set loads = source('headwater', 'loads') -%}
    {%- set owner, name = literal(stream.source), literal(stream.name) -%}
    {%- set of_stream = 'loads.source = ' ~ owner ~ ' and loads.stream = ' ~ name -%}
    {%- set identity = 'select ' ~ owner ~ ', ' ~ name ~ ', lines.load_seq, ' -%}
    {%- set lines = '\nfrom ' ~ new_lines() ~ ' as lines' -%}
    {%- set with_load = '\ninner join ' ~ loads ~ ' as loads\n    on loads._load_seq = lines.load_seq and ' ~ of_stream -%}
    {%- set chosen = '\nwhere lines.load_seq between ' ~ first ~ ' and ' ~ last ~ " and lines.kind = '" -%}
    {%- set statements = [
        insert_into('loads') ~ identity ~ 'lines.load_id, ' ~ cast_text('lines.committed_at', 'iso8601', 'timestamp') ~ ', '
            ~ cast_text('lines.started_at', 'iso8601', 'timestamp') ~ ', lines.landed, lines.rejected, lines.warnings, '
            ~ changed_at() ~ lines ~ chosen ~ "load'",
        insert_into('objects') ~ identity ~ 'loads._load_id, loads._loaded_at, lines.object, lines.content, lines.part, '
            ~ 'lines.row_count, lines.byte_count, lines.longest_line, lines.longest_text, lines.sha256, lines.input, '
            ~ changed_at() ~ lines ~ with_load ~ chosen ~ "added'",
        insert_into('inputs') ~ identity ~ 'lines.input, lines.input_key, lines.input_version, lines.params, '
            ~ 'lines.row_count, lines.reject_count, coalesce(lines.replay_count, 0), coalesce(lines.document_count, 0), '
            ~ 'coalesce(lines.empty_count, 0), coalesce(lines.unread_count, 0), '
            ~ 'coalesce(lines.rejected_row_count, lines.reject_count), ' ~ changed_at() ~ lines ~ chosen ~ "input'",
        insert_into('removals') ~ identity ~ 'lines.object, ' ~ changed_at() ~ lines ~ chosen ~ "removed'",
        insert_into('resolutions') ~ identity ~ 'lines.record_id, ' ~ changed_at() ~ lines ~ chosen ~ "resolved'",
    ] -%}
    {{ return(statements) }}
{%- endmacro %}

{#- Replaces the heartbeats of these streams: {<source>.<stream>: moment}, which are the loader's texts. -#}
{% macro heartbeat_statements(seen) -%}
    {%- set names, rows = [], [] -%}
    {%- for stream, seen_at in seen.items() | sort -%}
        {%- set text = 'cast({} as varchar(65535))' -%}
        {%- set source_name, _, name = stream.partition('.') -%}
        {%- do names.append(literal(stream)) -%}
        {%- do rows.append(
            'select ' ~ text.format(literal(source_name)) ~ ' as source, ' ~ text.format(literal(name)) ~ ' as stream, '
            ~ text.format(literal(seen_at)) ~ ' as seen_at'
        ) -%}
    {%- endfor -%}
    {%- if not rows -%}{{ return([]) }}{%- endif -%}
    {{ return(adapter.dispatch('begin_staging', 'headwater')() + [
        'delete from ' ~ source('headwater', 'heartbeats') ~ "\nwhere source || '.' || stream in (\n    "
            ~ names | join(',\n    ') ~ '\n)',
        insert_into('heartbeats') ~ 'select seen.source, seen.stream, ' ~ cast_text('seen.seen_at', 'iso8601', 'timestamp')
            ~ ', ' ~ changed_at() ~ '\nfrom (\n    ' ~ rows | join('\n    union all\n    ') ~ '\n) as seen',
        'commit',
    ]) }}
{%- endmacro %}

{#- Begins a transaction that no other staging can overlap. -#}
{% macro default__begin_staging() -%}
    {{ return(['begin transaction']) }}
{%- endmacro %}

{% macro insert_into(table) -%}
    {%- set names = [] -%}
    {%- for name, _ in log_tables()[table] -%}{%- do names.append(name) -%}{%- endfor -%}
    {{ return('insert into ' ~ source('headwater', table) ~ ' (' ~ names | join(', ') ~ ')\n') }}
{%- endmacro %}

{#- Which objects and inputs the rows of a raw relation come from, as the query that it joins. -#}
{% macro committed_objects(content) -%}
select
    objects.source, objects.stream, objects._object, objects._load_id, objects._load_seq, objects._loaded_at,
    inputs._input, inputs._input_key, inputs._params
from {{ source('headwater', 'objects') }} as objects
inner join {{ source('headwater', 'inputs') }} as inputs
    on objects.source = inputs.source and objects.stream = inputs.stream and objects._load_seq = inputs._load_seq
where objects.content = {{ literal(content) }}
    and {{ fits_warehouse('objects') }}
    and objects._object not in (select _object from {{ source('headwater', 'removals') }})
{%- endmacro %}
