{#- Redshift copies what is landed into native tables, once: it has no VARIANT, and Spectrum cuts texts at 65,535 bytes. -#}
{% macro redshift__make_relations(streams) -%}
    {%- set text = 'varchar(65535)' -%}
    {%- set statements = ['create table if not exists ' ~ redshift__staging_lock() ~ ' (locked_at timestamp)'] -%}
    {%- for stream in streams -%}
        {%- do statements.append(
            'create table if not exists ' ~ stream.relation ~ ' (\n    ' ~ column_list([
                ('source', text), ('stream', text), ('value', 'super'), ('_object', text), ('_row', 'bigint'),
                ('_hash', text), ('_input_key', text), ('_load_id', text), ('_load_seq', 'bigint'),
                ('_loaded_at', 'timestamp'), ('_params', text),
            ]) ~ '\n)\ndiststyle even\nsortkey (_load_seq)'
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{#- Also: of a repeated key the last value is to count, and what cannot be parsed there is to be null, and so a reject,
    where either would fail all that is loaded with it. -#}
{% macro redshift__tag_queries(tag) -%}
    {{ return([
        'set query_group to ' ~ literal(tag),
        'set json_parse_dedup_attributes to on',
        'set parse_super_null_on_error to on',
    ]) }}
{%- endmacro %}

{% macro redshift__untag_queries() -%}
    {{ return(['reset query_group']) }}
{%- endmacro %}

{#- What COPY may read S3 with: the cluster's default role, or the one that is named. -#}
{% macro redshift__iam_role() -%}
    {%- set role = env_var('REDSHIFT_IAM_ROLE', 'default') -%}
    {{ return('iam_role ' ~ ('default' if role == 'default' else literal(role))) }}
{%- endmacro %}

{% macro redshift__address(key) -%}
    {%- if not lake().startswith('s3://') -%}
        {{ exceptions.raise_compiler_error(
            'the lake is ' ~ lake() ~ ', from which Redshift cannot copy; expected HEADWATER_LAKE or HEADWATER_BUCKET in S3'
        ) }}
    {%- endif -%}
    {{ return(literal(lake() ~ '/' ~ key)) }}
{%- endmacro %}

{#- Each commit by its key; all that there are by the one digit that the keys of commits begin with, in a new warehouse. -#}
{% macro redshift__read_commits(stream, first, last) -%}
    {%- set columns, names, folder = [], [], 'log/' ~ stream.source ~ '/' ~ stream.name ~ '/' -%}
    {%- for key, type, name in commit_line_keys() -%}
        {%- do columns.append(('"' ~ key ~ '"', type)) -%}
        {%- do names.append('"' ~ key ~ '" as ' ~ name) -%}
    {%- endfor -%}
    {%- set statements = [
        'drop table if exists commit_lines',
        'create temp table commit_lines (\n    ' ~ column_list(columns) ~ '\n)',
    ] -%}
    {%- for key in commit_keys(stream, first, last) if first > 1 -%}
        {%- do statements.append(redshift__copy('commit_lines', key, "format json 'auto'")) -%}
    {%- endfor -%}
    {%- if first == 1 -%}
        {%- do statements.append(redshift__copy('commit_lines', folder ~ '9', "format json 'auto'")) -%}
    {%- endif -%}
    {{ return(statements + [
        'drop table if exists new_lines',
        'create temp table new_lines as\nselect\n    ' ~ names | join(',\n    ') ~ '\nfrom commit_lines\nwhere load_seq <= ' ~ last,
    ]) }}
{%- endmacro %}

{% macro redshift__copy(table, key, options) -%}
    {{ return(
        'copy ' ~ table ~ '\nfrom ' ~ redshift__address(key) ~ '\n' ~ redshift__iam_role() ~ '\n' ~ options
        ~ '\nstatupdate off'
    ) }}
{%- endmacro %}

{#- The lock makes a second staging at the same time wait, and then find nothing left to do. Of a table of its own: it keeps
    readers out, too, and raw.loads has many. -#}
{% macro redshift__begin_staging() -%}
    {{ return(['begin', 'lock ' ~ redshift__staging_lock()]) }}
{%- endmacro %}

{% macro redshift__staging_lock() -%}
    {{ return(api.Relation.create(schema=source('headwater', 'loads').schema, identifier='staging_lock')) }}
{%- endmacro %}

{#- A transaction a load: what the commit lists is copied by its manifests, and recorded, or neither. -#}
{% macro redshift__copy_loads(stream, first, last, dry_run) -%}
    {%- if dry_run -%}
        {#- only the commits tell which manifests there are; temporary tables change nothing -#}
        {%- do run_statements(redshift__read_commits(stream, first, last), false) -%}
    {%- endif -%}
    {%- set manifests = {} -%}
    {%- for row in run_query("select load_seq, object from new_lines where content = 'manifest' order by object") -%}
        {%- do manifests.setdefault(row[0] | int, []).append(row[1]) -%}
    {%- endfor -%}
    {%- set removing = [] -%}
    {%- for row in run_query("select distinct load_seq from new_lines where kind = 'removed'").rows -%}
        {%- do removing.append(row[0] | int) -%}
    {%- endfor -%}
    {%- set landed = run_query(
        "select distinct load_seq from new_lines where content in ('records', 'rejects') and " ~ fits_warehouse('new_lines')
    ) -%}
    {%- for row in landed.rows if row[0] | int >= first and row[0] | int not in manifests -%}
        {{ exceptions.raise_compiler_error(
            'load ' ~ row[0] ~ ' of ' ~ stream.source ~ '.' ~ stream.name ~ ' has no manifest to copy by; expected a lake that '
            ~ 'was loaded in S3, not one that was copied there from a directory: set HEADWATER_LAKE to a new place in the '
            ~ 'bucket and run `headwater load`, then `headwater stage`'
        ) }}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for number in range(first, last + 1) -%}
        {%- do statements.extend(redshift__begin_staging() + log_inserts(stream, number, number)) -%}
        {%- for manifest in manifests.get(number, []) -%}
            {%- do statements.extend(redshift__copy_rows(stream, number, manifest)) -%}
        {%- endfor -%}
        {#- it reads all of a table -#}
        {%- for relation in (stream.relation, source('headwater', 'rejects')) if number in removing -%}
            {%- do statements.append(
                'delete from ' ~ relation ~ "\nwhere _object in (select object from new_lines where kind = 'removed' and load_seq = "
                ~ number ~ ')'
            ) -%}
        {%- endfor -%}
        {%- do statements.append('commit') -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{#- JSON goes by the names of its keys, Parquet by the order of its columns (loaders/writers.py) and as text, which is
    parsed here. `_part` tells the object, which COPY does not. -#}
{% macro redshift__copy_rows(stream, number, manifest) -%}
    {%- set is_parquet = manifest.endswith('.parquet.manifest') -%}
    {%- set content = 'rejects' if '-rejects.' in manifest else 'records' -%}
    {%- set columns = [('_row', 'bigint'), ('_part', 'integer' if is_parquet else 'bigint'),
        ('_input', 'integer' if is_parquet else 'bigint'), ('_hash', 'varchar(65535)')] -%}
    {%- set columns = columns + (
        [('_verbatim', 'varchar(65535)'), ('value', 'varchar(65535)')] if is_parquet else [('value', 'super')]
    ) -%}
    {%- set insert -%}
insert into {{ source('headwater', 'rejects') if content == 'rejects' else stream.relation }} (
    source, stream, value, _object, _row, _hash, _input_key, _load_id, _load_seq, _loaded_at, _params
)
select
    objects.source, objects.stream, {{ 'case when can_json_parse(landed.value) then json_parse(landed.value) end' if is_parquet else 'landed.value' }}, objects._object,
    landed._row, landed._hash, inputs._input_key, objects._load_id, objects._load_seq, objects._loaded_at, inputs._params
from new_rows as landed
inner join new_lines as lines
    on landed._part = lines.part and lines.load_seq = {{ number }} and lines.content = '{{ content }}'
inner join {{ source('headwater', 'objects') }} as objects
    on lines.object = objects._object and objects._load_seq = {{ number }}
inner join {{ source('headwater', 'inputs') }} as inputs
    on landed._input = inputs._input and objects.source = inputs.source and objects.stream = inputs.stream
    and inputs._load_seq = {{ number }}
    {%- endset -%}
    {{ return([
        'drop table if exists new_rows',
        'create temp table new_rows (\n    ' ~ column_list(columns) ~ '\n)',
        redshift__copy('new_rows', manifest, 'format parquet\nmanifest' if is_parquet else "format json 'auto'\ngzip\nmanifest"),
        insert,
    ]) }}
{%- endmacro %}
