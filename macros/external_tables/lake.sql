{#- The lake that this warehouse is staged from: where it is, which one it is, and whether the tables of its log are as this
    version of the project has them. -#}

{#- The address of the lake: a directory or s3://…. Nothing in the warehouse keeps it but DuckDB's views, which are made anew
    when it changes: a lake may be moved, and one address be spelled in many ways. -#}
{% macro lake() -%}
    {{ return(env_var('HEADWATER_LAKE', 'lake').rstrip('/')) }}
{%- endmacro %}

{#- The lake and the layout of the log that were staged: {lake_id, layout}, each none where it is not known. -#}
{% macro staged_lake() -%}
    {%- if is_staged('lakes') -%}
        {%- for row in run_query('select lake_id, layout from ' ~ source('headwater', 'lakes')).rows -%}
            {{ return({'lake_id': row[0], 'layout': row[1]}) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return({'lake_id': none, 'layout': none}) }}
{%- endmacro %}

{#- A warehouse that has staged one lake and is pointed at another would mix the two, or lose all that it has. -#}
{% macro check_lake(staged, lake_id, newest, streams) -%}
    {%- if staged.lake_id and staged.lake_id != lake_id -%}
        {%- do another_lake(
            'the lake at ' ~ lake() ~ (' is ' ~ lake_id if lake_id else ' has no lake.json') ~ ', but this warehouse was staged from '
            ~ staged.lake_id
        ) -%}
    {%- endif -%}
    {%- for stream in streams -%}
        {%- set last, there = last_staged(stream), newest.get(stream.source ~ '.' ~ stream.name) -%}
        {%- if last and (not there or there[0] < last[0] or (there[0] == last[0] and there[1] != last[1])) -%}
            {%- do lacks_load(stream, last) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro check_same_log(stream, last) -%}
    {%- if last -%}
        {%- set there = run_query(
            'select load_id from ' ~ new_lines() ~ " where kind = 'load' and load_seq = " ~ last[0]
        ) -%}
        {%- do lacks_load(stream, last) if there.rows[0][0] != last[1] -%}
    {%- endif -%}
{%- endmacro %}

{% macro lacks_load(stream, last) -%}
    {%- do another_lake(
        'load ' ~ last[0] ~ ' (' ~ last[1] ~ ') of ' ~ stream.source ~ '.' ~ stream.name ~ ' is staged, but the lake at '
        ~ lake() ~ ' does not have it'
    ) -%}
{%- endmacro %}

{% macro another_lake(found) -%}
    {{ exceptions.raise_compiler_error(
        found ~ '; expected the lake this warehouse was staged from: set HEADWATER_LAKE back, or use another HEADWATER_DUCKDB or '
        ~ 'schema, or run `make reset` and build anew; to have this lake instead of that one, drop the schema '
        ~ source('headwater', 'loads').schema ~ ', run `headwater stage`, then `dbt build --full-refresh`'
    ) }}
{%- endmacro %}

{#- What names the layout of the tables of the log; another one has them filled again from the lake. -#}
{% macro log_layout() -%}
    {{ return(local_md5(log_tables() | string)) }}
{%- endmacro %}

{#- Gives tables of the log that an older version of the project made the columns of this one. -#}
{% macro add_log_columns() -%}
    {%- set statements = [] -%}
    {%- for table, columns in log_tables().items() -%}
        {%- set present = log_columns_of(table) -%}
        {%- for name, type in columns if present and name not in present -%}
            {%- do statements.append('alter table ' ~ source('headwater', table) ~ ' add column ' ~ name ~ ' ' ~ type) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{#- Drops those that this version does not have, when no relation reads them any more. -#}
{% macro drop_log_columns() -%}
    {%- set statements = [] -%}
    {%- for table, columns in log_tables().items() -%}
        {%- set names = columns | map('first') | list -%}
        {%- for name in log_columns_of(table) if name not in names -%}
            {%- do statements.append('alter table ' ~ source('headwater', table) ~ ' drop column ' ~ name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{% macro log_columns_of(table) -%}
    {%- set relation = source('headwater', table) -%}
    {%- set query -%}
        select lower(column_name) from information_schema.columns
        where lower(table_schema) = lower('{{ relation.schema }}') and lower(table_name) = '{{ table }}'
        order by ordinal_position
    {%- endset -%}
    {{ return(run_query(query).rows | map('first') | list) }}
{%- endmacro %}

{#- Writes what is staged of a stream into the tables of the log once more, in one transaction, for the columns that are new. -#}
{% macro refill_log(stream, last) -%}
    {%- do run_statements(adapter.dispatch('read_commits', 'headwater')(stream, 1, last[0]), false) -%}
    {%- do check_whole(stream, 1, last[0]) -%}
    {%- do check_same_log(stream, last) -%}
    {%- set deletes = [] -%}
    {%- for table, columns in log_tables().items() if '_load_seq' in columns | map('first') -%}
        {%- do deletes.append(
            'delete from ' ~ source('headwater', table) ~ '\nwhere source = ' ~ literal(stream.source) ~ ' and stream = '
            ~ literal(stream.name) ~ ' and _load_seq <= ' ~ last[0]
        ) -%}
    {%- endfor -%}
    {%- do run_statements(
        adapter.dispatch('begin_staging', 'headwater')() + deletes + copied_lines(stream, 1, last[0]) + ['commit'], false
    ) -%}
{%- endmacro %}

{#- Has the tables of the log as this version has them, with what is staged already. What a killed run leaves half done is
    done again by the next: only the last step records the layout. -#}
{% macro upgrade_log(streams) -%}
    {%- for stream in streams -%}
        {%- set last = last_staged(stream) -%}
        {%- if last -%}
            {%- do refill_log(stream, last) -%}
            {%- do log(stream.source ~ '.' ~ stream.name ~ ': ' ~ last[0] ~ ' commits written anew, for new columns', info=true) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do run_statements(drop_log_columns(), false) -%}
{%- endmacro %}

{% macro record_lake(lake_id) -%}
    {%- set identity = 'cast(' ~ literal(lake_id) ~ ' as varchar(65535))' if lake_id else 'cast(null as varchar(65535))' -%}
    {{ return(adapter.dispatch('begin_staging', 'headwater')() + [
        'delete from ' ~ source('headwater', 'lakes'),
        insert_into('lakes') ~ 'select ' ~ identity ~ ', ' ~ literal(log_layout()) ~ ', ' ~ changed_at(),
        'commit',
    ]) }}
{%- endmacro %}
