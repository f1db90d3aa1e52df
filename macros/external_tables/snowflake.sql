{#- Snowflake reads the lake through an external stage, which deploy/snowflake/setup.sql makes once. A lake may lie at its
    address or anywhere below it, so that all developers share one. -#}
{% macro snowflake__place(path) -%}
    {%- set bucket = 's3://' ~ lake().removeprefix('s3://').split('/')[0] -%}
    {%- set url = env_var('SNOWFLAKE_STAGE_URL', bucket).rstrip('/') -%}
    {%- if not (lake() ~ '/').startswith(url ~ '/') or not lake().startswith('s3://') -%}
        {{ exceptions.raise_compiler_error(
            'the lake at ' ~ lake() ~ ' is not below ' ~ url ~ ', where the stage points; expected HEADWATER_LAKE or '
            ~ 'HEADWATER_BUCKET in a bucket, and SNOWFLAKE_STAGE_URL as in deploy/snowflake/setup.sql'
        ) }}
    {%- endif -%}
    {#- which stands in DDL without quotes -#}
    {%- if not modules.re.fullmatch('[A-Za-z0-9_./=-]+', lake().removeprefix('s3://')) -%}
        {{ exceptions.raise_compiler_error(
            'the lake at ' ~ lake() ~ ' has characters that a path in a stage cannot have; expected letters, digits and _./=-'
        ) }}
    {%- endif -%}
    {%- set stage = env_var('SNOWFLAKE_STAGE', target.database ~ '.public.headwater_lake') -%}
    {{ return('@' ~ stage ~ lake().removeprefix(url) ~ '/' ~ path) }}
{%- endmacro %}

{% macro snowflake__named(identifier) -%}
    {{ return(api.Relation.create(
        database=source('headwater', 'loads').database, schema=source('headwater', 'loads').schema, identifier=identifier
    )) }}
{%- endmacro %}

{% macro snowflake__temporary_table(name) -%}{{ return(snowflake__named(name)) }}{%- endmacro %}

{% macro snowflake__tag_queries(tag) -%}
    {{ return(['alter session set query_tag = ' ~ literal(tag)]) }}
{%- endmacro %}

{% macro snowflake__untag_queries() -%}
    {{ return(['alter session unset query_tag']) }}
{%- endmacro %}

{#- File formats; for each stream two external tables, as an external table has one format, and the view over both.

    JSON is read as lines of text: an error in a scan would drop its whole file without a word, try_parse_json drops
    nothing. ESCAPE_UNENCLOSED_FIELD would take the backslashes out of the JSON. -#}
{% macro snowflake__make_relations(streams) -%}
    {%- set statements = [
        "create file format if not exists " ~ snowflake__named('json_lines') ~ "\n    type = csv\n    field_delimiter = none\n"
            ~ "    record_delimiter = '\\n'\n    multi_line = false\n    escape_unenclosed_field = none\n    null_if = ('')\n"
            ~ "    empty_field_as_null = true\n    skip_blank_lines = true",
        "create file format if not exists " ~ snowflake__named('parquet_rows') ~ "\n    type = parquet\n    binary_as_text = true",
    ] -%}
    {%- do statements.extend([
        'create table if not exists ' ~ snowflake__named('staging_lock') ~ ' (locked_at timestamp)',
        'insert into ' ~ snowflake__named('staging_lock') ~ ' select ' ~ changed_at() ~ ' where not exists (select 1 from '
            ~ snowflake__named('staging_lock') ~ ')',
    ]) -%}
    {%- for stream in streams -%}
        {%- do statements.append(snowflake__external_table(stream, 'json_lines', '[.]json[.]gz', [
            ('line', 'varchar(16777216)', 'value:c1::varchar(16777216)'),
        ])) -%}
        {%- do statements.append(snowflake__external_table(stream, 'parquet_rows', '[.]parquet', [
            ('_row', 'bigint', 'value:"_row"::bigint'), ('_input', 'bigint', 'value:"_input"::bigint'),
            ('_hash', 'varchar', 'value:"_hash"::varchar'), ('line', 'varchar(16777216)', 'value:"value"::varchar(16777216)'),
        ])) -%}
        {%- do statements.append(snowflake__view(stream)) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{#- The partition is the load, so that what is new is refreshed and read alone. Names of files come with whatever stands
    before the lake in the bucket: an object's key is its end. -#}
{% macro snowflake__external_table(stream, format, suffix, columns) -%}
    {%- set key = "regexp_substr(metadata$filename, '(raw|rejects)/[^/]+/[^/]+/load_seq=[0-9]+/[^/]+$')" -%}
    {%- set ddl = [
        "load_seq bigint as (split_part(split_part(metadata$filename, 'load_seq=', -1), '/', 1)::bigint)",
        "_object varchar as (" ~ key ~ ")",
    ] -%}
    {%- for name, type, expression in columns -%}{%- do ddl.append(name ~ ' ' ~ type ~ ' as (' ~ expression ~ ')') -%}{%- endfor -%}
    {{ return(
        'create external table if not exists ' ~ snowflake__named(stream.relation.identifier ~ '__' ~ format) ~ ' (\n    '
        ~ ddl | join(',\n    ') ~ '\n)\npartition by (load_seq)\nlocation = ' ~ snowflake__place(stream.location ~ '/')
        ~ "\nrefresh_on_create = true\nauto_refresh = " ~ stream.auto_refresh | string | lower
        ~ "\npattern = '.*" ~ suffix ~ "'\nfile_format = (format_name = '" ~ snowflake__named(format) ~ "')"
    ) }}
{%- endmacro %}

{#- A line that is JSON to the loader and not here keeps its number, so that it is counted and rejected, not lost.
    'd': of a repeated key the last value counts, where none would be NULL for all of the line. -#}
{% macro snowflake__view(stream) -%}
    {%- set query -%}
create or replace view {{ stream.relation }} copy grants as
select
    inputs.source,
    inputs.stream,
    landed.value,
    landed._object,
    landed._row,
    landed._hash,
    inputs._input_key,
    inputs._load_id,
    landed.load_seq as _load_seq,
    inputs._loaded_at,
    inputs._params
from (
    select
        load_seq,
        _object,
        coalesce(
            envelope:"_row"::bigint, try_cast(regexp_substr(line, '^[{]"_row":([0-9]+)', 1, 1, 'e', 1) as bigint)
        ) as _row,
        coalesce(
            envelope:"_input"::bigint, try_cast(regexp_substr(line, '"_input":([0-9]+)', 1, 1, 'e', 1) as bigint)
        ) as _input,
        envelope:"_hash"::varchar as _hash,
        envelope:"value" as value
    from (
        select load_seq, _object, line, try_parse_json(line, 'd') as envelope
        from {{ snowflake__named(stream.relation.identifier ~ '__json_lines') }}
    ) as lines
    union all
    select
        load_seq,
        _object,
        _row,
        _input,
        _hash,
        try_parse_json(line, 'd') as value
    from {{ snowflake__named(stream.relation.identifier ~ '__parquet_rows') }}
) as landed
inner join (
    {{ committed_objects(stream.content) | indent(4) }}
) as inputs
    on landed._object = inputs._object and landed._input = inputs._input
    {%- endset -%}
    {{ return(query) }}
{%- endmacro %}

{#- COPY takes a thousand names at most, and skips what it has loaded before unless it is forced. -#}
{% macro snowflake__read_commits(stream, first, last) -%}
    {%- set statements = [
        'create or replace temporary table ' ~ snowflake__named('commit_lines') ~ ' (line varchar(16777216))'
    ] -%}
    {%- for keys in commit_keys(stream, first, last) | batch(1000) -%}
        {%- set names = [] -%}
        {%- for key in keys -%}{%- do names.append(literal(key.split('/')[-1])) -%}{%- endfor -%}
        {%- do statements.append(
            'copy into ' ~ snowflake__named('commit_lines') ~ '\nfrom (select $1 from '
            ~ snowflake__place('log/' ~ stream.source ~ '/' ~ stream.name ~ '/') ~ ')\nfiles = (' ~ names | join(', ')
            ~ ")\nfile_format = (format_name = '" ~ snowflake__named('json_lines') ~ "')\non_error = abort_statement\nforce = true"
        ) -%}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- for key, type, name in commit_line_keys() -%}
        {%- do columns.append('line:"' ~ key ~ '"::' ~ type ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {%- do statements.append(
        'create or replace temporary table ' ~ new_lines() ~ ' as\nselect\n    ' ~ columns | join(',\n    ')
        ~ '\nfrom (select parse_json(line) as line from ' ~ snowflake__named('commit_lines') ~ ') as lines'
    ) -%}
    {{ return(statements) }}
{%- endmacro %}

{#- An update of a row makes another staging at the same time wait, as inserts do not, and then find nothing left to do. -#}
{% macro snowflake__begin_staging() -%}
    {{ return([
        'begin transaction', 'update ' ~ snowflake__named('staging_lock') ~ ' set locked_at = ' ~ changed_at()
    ]) }}
{%- endmacro %}

{#- Files are registered before their commit can be seen, even where notifications would do so in time: a model would read
    a load that is not all there, and never again. DDL commits, so the transaction has none. -#}
{% macro snowflake__copy_loads(stream, first, last, dry_run) -%}
    {%- set refreshes, rejects = [], stream.source ~ '/' ~ stream.name ~ '/' -%}
    {%- for number in range(first, last + 1) -%}
        {%- for relation, folder in ((stream.relation, ''), (source('headwater', 'rejects'), rejects)) -%}
            {%- for format in ('json_lines', 'parquet_rows') if folder == '' or format == 'json_lines' -%}
                {%- do refreshes.append(
                    'alter external table ' ~ snowflake__named(relation.identifier ~ '__' ~ format) ~ " refresh '"
                    ~ folder ~ ('load_seq=' ~ number ~ '/' if first > 1 else '') ~ "'"
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(
        refreshes | map('replace', " refresh ''", ' refresh') | unique | list
        + snowflake__begin_staging() + log_inserts(stream, first, last) + ['commit']
    ) }}
{%- endmacro %}
