{% macro duckdb__read_commits(stream, first, last) -%}
    {%- set files, columns, names = [], [], [] -%}
    {%- for key in commit_keys(stream, first, last) -%}{%- do files.append(lake() ~ '/' ~ key) -%}{%- endfor -%}
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
    {%- set folder = stream.location ~ ('/*/*' if stream.content == 'rejects' else '') -%}
    {%- set place = lake() ~ '/' ~ folder ~ '/load_seq=*/' -%}
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
    {{ committed_objects(content) | indent(4) }}
) as inputs
    on rows.filename = inputs._url and rows._input = inputs._input
    {%- endset -%}
    {{ return(query) }}
{%- endmacro %}
