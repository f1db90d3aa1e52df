{% macro duckdb__read_commits(stream, first, last) -%}
    {%- set files, columns, names = [], [], [] -%}
    {%- for key in commit_keys(stream, first, last) -%}{%- do files.append(duckdb__pattern(lake() ~ '/' ~ key)) -%}{%- endfor -%}
    {%- for key, type, name in commit_line_keys() -%}
        {%- do columns.append(key ~ ': ' ~ literal(type)) -%}
        {%- do names.append(key ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {{ return([
        'create or replace temp table new_lines as\nselect\n    ' ~ names | join(',\n    ') ~ '\nfrom read_json('
            ~ duckdb__list(files) ~ ", format = 'newline_delimited', hive_partitioning = false, maximum_object_size = "
            ~ duckdb__longest_line() ~ ',\n    columns = {' ~ columns | join(', ') ~ '})',
    ]) }}
{%- endmacro %}

{% macro duckdb__copy_loads(stream, first, last, dry_run) -%}
    {{ return(default__begin_staging() + log_inserts(stream, first, last) + ['drop table new_lines', 'commit']) }}
{%- endmacro %}

{#- A path as a pattern that matches nothing else: DuckDB takes every path for one, and a lake may be below a folder with such
    characters. It has no escape; the range from [ to ] is the backslash. -#}
{% macro duckdb__pattern(path) -%}
    {%- set pattern = [] -%}
    {%- for character in path -%}
        {%- do pattern.append({'\\': '[[-]]', '[': '[[]', '?': '[?]', '*': '[*]'}.get(character, character)) -%}
    {%- endfor -%}
    {{ return(pattern | join) }}
{%- endmacro %}

{% macro duckdb__list(texts) -%}
    {%- set literals = [] -%}
    {%- for text in texts -%}{%- do literals.append(literal(text)) -%}{%- endfor -%}
    {{ return('[' ~ literals | join(', ') ~ ']') }}
{%- endmacro %}

{#- A document has at most 16 MB; a reject may quote it in base64, a repaired one comes with its original. -#}
{% macro duckdb__longest_line() -%}
    {{ return(64 * 1024 * 1024) }}
{%- endmacro %}

{#- The relation that shows the committed rows of a stream: a view, for people, tests and the first build.

    DuckDB looks at every file behind a view when it is made, so it is made only when its text changes; the view's
    comment keeps a hash of that. -#}
{% macro duckdb__show_stream(stream) -%}
    {%- set folders = ('/*/*' if stream.content == 'rejects' else '') ~ '/load_seq=*/' -%}
    {%- set place = duckdb__pattern(lake() ~ '/' ~ stream.location) ~ folders -%}
    {%- set files = {} -%}
    {%- for suffix in ('.json.gz', '.parquet') if duckdb__has_objects(stream, place, suffix) -%}
        {%- do files.update({suffix: [place ~ '*' ~ suffix]}) -%}
    {%- endfor -%}
    {%- set rows = duckdb__raw_rows(files, stream.content) -%}
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
{% macro duckdb__has_objects(stream, place, suffix) -%}
    {%- if not is_staged('objects') -%}
        {{ return(run_query('select 1 from glob(' ~ literal(place ~ '*' ~ suffix) ~ ') limit 1').rows | length > 0) }}
    {%- endif -%}
    {%- set query -%}
        select 1 from {{ source('headwater', 'objects') }}
        where content = {{ literal(stream.content) }} and _object like {{ literal('%' ~ suffix) }}
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
        {%- set suffix = '.parquet' if object[0].endswith('.parquet') else '.json.gz' -%}
        {%- do files.setdefault(suffix, []).append(duckdb__pattern(lake() ~ '/' ~ object[0])) -%}
    {%- endfor -%}
    {{ return('(\n' ~ duckdb__raw_rows(files, 'rejects' if relation.identifier == 'rejects' else 'records') ~ '\n)') }}
{%- endmacro %}

{#- Files by suffix -> committed rows with where they came from. No file at all is an empty relation of the same shape. Names of
    files come with whatever is before the lake's root: an object's key is their end.

    A document is cut out of its line as it is, since DuckDB's readers of JSON spell numbers anew: it is behind the first
    `,"value":`, which can stand in no text before it, where quotes are escaped, and goes on to the envelope's last brace. -#}
{% macro duckdb__raw_rows(files, content) -%}
    {%- set readers = [] -%}
    {%- if files.get('.json.gz') -%}
        {%- do readers.append(
            "select\n    cast(head[1] as bigint) as _row, cast(head[2] as bigint) as _input, head[3] as _hash,\n    "
            ~ "cast(substr(line, value_at + 9, length(line) - value_at - 9) as json) as value, filename\nfrom (\n    "
            ~ "select\n        *, json_extract_string(substr(line, 1, value_at - 1) || '}', ['_row', '_input', '_hash']) as head\n    "
            ~ "from (\n        select cast(json as varchar) as line, strpos(line, ',\"value\":') as value_at, filename\n        "
            ~ "from read_ndjson_objects(" ~ duckdb__list(files['.json.gz'])
            ~ ",\n            compression = 'gzip', hive_partitioning = false, filename = true, maximum_object_size = "
            ~ duckdb__longest_line() ~ ")\n    ) as lines\n) as envelopes"
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
    {{ committed_objects(content) | indent(4) }}
) as inputs
    on
        regexp_extract(rows.filename, '(raw|rejects)/[^/]+/[^/]+/load_seq=[0-9]+/[^/]+$') = inputs._object
        and rows._input = inputs._input
    {%- endset -%}
    {{ return(query) }}
{%- endmacro %}
