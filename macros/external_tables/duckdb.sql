{#- The keys of the commits after the last one staged, oldest first.

    Commit numbers have no gaps and a key follows from its number, so the next keys are asked for by name, in windows
    that double: nothing lists the log, but for a stream that the warehouse does not know yet. -#}
{% macro duckdb__new_commits(stream, last) -%}
    {%- set folder = lake() ~ '/log/' ~ stream.source ~ '/' ~ stream.name ~ '/' -%}
    {%- if last is none -%}
        {{ return(duckdb__existing([folder ~ '[0-9]*.json'])) }}
    {%- endif -%}
    {%- do duckdb__check_same_log(stream, last, folder) -%}
    {%- set found, window = [], namespace(first=last[0] + 1, size=4) -%}
    {%- for _ in range(64) if window.size -%}
        {%- set keys = [] -%}
        {%- for number in range(window.first, window.first + window.size) -%}
            {%- do keys.append(duckdb__commit_pattern(folder, number)) -%}
        {%- endfor -%}
        {%- set existing = duckdb__existing(keys) -%}
        {%- do found.extend(existing) -%}
        {%- set window.first = window.first + window.size -%}
        {%- set window.size = window.size * 2 if existing | length == window.size else 0 -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Newest first: a commit's key is 999999999999 less its number. In S3 a name without a wildcard is taken to exist and
    never looked up, so the dot is written as a class of one. -#}
{% macro duckdb__commit_pattern(folder, number) -%}
    {{ return(folder ~ '%012d[.]json' | format(999999999999 - number)) }}
{%- endmacro %}

{% macro duckdb__existing(patterns) -%}
    {%- set files = run_query('select file from glob(' ~ duckdb__list(patterns) ~ ') order by file desc') -%}
    {{ return(files.columns[0].values() | list) }}
{%- endmacro %}

{% macro duckdb__list(texts) -%}
    {%- set literals = [] -%}
    {%- for text in texts -%}{%- do literals.append(literal(text)) -%}{%- endfor -%}
    {{ return('[' ~ literals | join(', ') ~ ']') }}
{%- endmacro %}

{#- A warehouse that has staged one lake and is pointed at another would mix the two. -#}
{% macro duckdb__check_same_log(stream, last, folder) -%}
    {%- set files = duckdb__existing([duckdb__commit_pattern(folder, last[0])]) -%}
    {%- set there = files and run_query(
        'select load_id from ' ~ duckdb__commit_lines(files) ~ " where kind = 'load'"
    ).columns[0].values()[0] == last[1] -%}
    {%- if not there -%}
        {{ exceptions.raise_compiler_error(
            'load ' ~ last[0] ~ ' (' ~ last[1] ~ ') of ' ~ stream.source ~ '.' ~ stream.name ~ ' is staged, but the lake at '
            ~ lake() ~ ' does not have it; expected the lake this warehouse was staged from: set HEADWATER_LAKE back, or '
            ~ 'use another HEADWATER_DUCKDB or schema, or run `make reset` and build anew'
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__commit_lines(files) -%}
    {{ return(
        "read_json(" ~ duckdb__list(files) ~ ", format = 'newline_delimited', hive_partitioning = false, "
        ~ "maximum_object_size = " ~ duckdb__longest_line() ~ ", columns = {kind: 'varchar', load_seq: 'bigint', "
        ~ "load_id: 'varchar', started_at: 'timestamptz', committed_at: 'timestamptz', landed: 'bigint', "
        ~ "rejected: 'bigint', warnings: 'varchar', object: 'varchar', content: 'varchar', rows: 'bigint', "
        ~ "bytes: 'bigint', sha256: 'varchar', input: 'bigint', key: 'varchar', version: 'varchar', params: 'varchar', "
        ~ "rejects: 'bigint'}, filename = true)"
    ) }}
{%- endmacro %}

{#- A document has at most 16 MB; a reject may quote it in base64, a repaired one comes with its original. -#}
{% macro duckdb__longest_line() -%}
    {{ return(64 * 1024 * 1024) }}
{%- endmacro %}

{% macro duckdb__copy_commits(stream, commits) -%}
    {%- set identity = literal(stream.source) ~ ', ' ~ literal(stream.name) -%}
    {%- set staged_at = changed_at() -%}
    {{ return([
        'begin transaction',
        "create or replace temp table new_lines as select *, max(load_seq) over (partition by filename) as seq, "
            ~ "max(load_id) over (partition by filename) as id, max(committed_at) over (partition by filename) as committed "
            ~ "from " ~ duckdb__commit_lines(commits),
        "insert into " ~ source('headwater', 'loads') ~ " select " ~ identity ~ ", seq, id, committed at time zone 'UTC', "
            ~ "started_at at time zone 'UTC', landed, rejected, warnings, " ~ staged_at
            ~ " from new_lines where kind = 'load'",
        "insert into " ~ source('headwater', 'objects') ~ " select " ~ identity ~ ", seq, id, committed at time zone 'UTC', "
            ~ "object, content, " ~ literal(lake() ~ '/') ~ " || object, rows, bytes, sha256, " ~ staged_at
            ~ " from new_lines where kind = 'added'",
        "insert into " ~ source('headwater', 'inputs') ~ " select " ~ identity ~ ", seq, input, key, version, params, "
            ~ "rows, rejects, " ~ staged_at ~ " from new_lines where kind = 'input'",
        "insert into " ~ source('headwater', 'removals') ~ " select " ~ identity ~ ", seq, object, " ~ staged_at
            ~ " from new_lines where kind = 'removed'",
        'drop table new_lines',
        'commit',
    ]) }}
{%- endmacro %}

{#- The relation that shows the committed rows of a stream: a view, for people, tests and the first build.

    DuckDB looks at every file behind a view when it is made, so it is made only when its text changes; the view's
    comment keeps a hash of that. -#}
{% macro duckdb__stage_stream(stream, content) -%}
    {%- set place = lake() ~ '/' ~ stream.location ~ '/load_seq=*/' -%}
    {%- set files = {} -%}
    {%- for suffix in ('.json.gz', '.parquet') if duckdb__has_objects(stream, content, place, suffix) -%}
        {%- do files.update({suffix: [place ~ '*' ~ suffix]}) -%}
    {%- endfor -%}
    {%- set rows = duckdb__raw_rows(files, content) -%}
    {%- set made = run_query(
        'select 1 from duckdb_views() where schema_name = ' ~ literal(stream.relation.schema) ~ ' and view_name = '
        ~ literal(stream.relation.identifier) ~ ' and comment = ' ~ literal(local_md5(rows))
    ).rows -%}
    {{ return([] if made else [
        'create or replace view ' ~ stream.relation ~ ' as\n' ~ rows,
        'comment on view ' ~ stream.relation ~ ' is ' ~ literal(local_md5(rows)),
    ]) }}
{%- endmacro %}

{#- Whether a stream has objects of this kind, asked of the log; of the lake only where no log is staged (a dry run). -#}
{% macro duckdb__has_objects(stream, content, place, suffix) -%}
    {%- if not is_staged('objects') -%}
        {{ return(run_query('select 1 from glob(' ~ literal(place ~ '*' ~ suffix) ~ ') limit 1').rows | length > 0) }}
    {%- endif -%}
    {%- set query -%}
        select 1 from {{ source('headwater', 'objects') }}
        where content = {{ literal(content) }} and _object like {{ literal('%' ~ suffix) }}
        {%- if stream.name %}
            and source = {{ literal(stream.source) }} and stream = {{ literal(stream.name) }}
        {%- endif %}
        limit 1
    {%- endset -%}
    {{ return(run_query(query).rows | length > 0) }}
{%- endmacro %}

{#- The rows of chosen objects, as the raw relation would show them. -#}
{% macro duckdb__rows_of_objects(relation, objects) -%}
    {%- set files = {} -%}
    {%- for object in objects -%}
        {%- set suffix = '.parquet' if object[1].endswith('.parquet') else '.json.gz' -%}
        {%- do files.setdefault(suffix, []).append(object[1]) -%}
    {%- endfor -%}
    {{ return('(\n' ~ duckdb__raw_rows(files, 'rejects' if relation.identifier == 'rejects' else 'records') ~ '\n)') }}
{%- endmacro %}

{#- Files by suffix -> committed rows with where they came from. No file at all is an empty relation of the same shape. -#}
{% macro duckdb__raw_rows(files, content) -%}
    {%- set readers = [] -%}
    {%- if files.get('.json.gz') -%}
        {%- do readers.append(
            "select _row, _input, _hash, value, filename\nfrom read_json(" ~ duckdb__list(files['.json.gz'])
            ~ ", format = 'newline_delimited', hive_partitioning = false, filename = true,\n    maximum_object_size = "
            ~ duckdb__longest_line()
            ~ ", columns = {_row: 'bigint', _input: 'bigint', _hash: 'varchar', value: 'json'})"
        ) -%}
    {%- endif -%}
    {%- if files.get('.parquet') -%}
        {%- do readers.append(
            "select _row, _input, _hash, cast(value as json) as value, filename\nfrom read_parquet("
            ~ duckdb__list(files['.parquet']) ~ ", hive_partitioning = false, filename = true)"
        ) -%}
    {%- endif -%}
    {%- if not readers -%}
        {%- do readers.append(
            "select cast(null as bigint) as _row, cast(null as bigint) as _input, cast(null as varchar) as _hash, "
            ~ "cast(null as json) as value, cast(null as varchar) as filename\nwhere false"
        ) -%}
    {%- endif -%}
    {%- set query -%}
select
    inputs.source,
    inputs.stream,
    rows.value,
    inputs._object,
    rows._row,
    rows._hash,
    inputs._input_key,
    inputs._load_id,
    inputs._load_seq,
    inputs._loaded_at,
    inputs._params
from (
    {{ readers | join('\nunion all\n') | indent(4) }}
) as rows
inner join (
    select
        objects.source, objects.stream, objects._object, objects._url, objects._load_id, objects._load_seq,
        objects._loaded_at, inputs._input, inputs._input_key, inputs._params
    from {{ source('headwater', 'objects') }} as objects
    inner join {{ source('headwater', 'inputs') }} as inputs
        on objects.source = inputs.source and objects.stream = inputs.stream and objects._load_seq = inputs._load_seq
    where objects.content = {{ literal(content) }}
        and objects._object not in (select _object from {{ source('headwater', 'removals') }})
) as inputs
    on rows.filename = inputs._url and rows._input = inputs._input
    {%- endset -%}
    {{ return(query) }}
{%- endmacro %}
