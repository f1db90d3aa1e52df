-- System relations that dbt-redshift reads, late binding views, and the loading end of COPY.

create view pg_catalog.svv_external_columns as
select
    null::text as schemaname, null::text as tablename, null::text as columnname, null::text as external_type,
    0 as columnnum
where false;
create view pg_catalog.svv_table_info as
select
    current_database()::text as "database", n.nspname::text as "schema", c.oid as table_id, c.relname::text as "table",
    'N'::text as encoded, 'AUTO(ALL)'::text as diststyle, null::text as sortkey1, 0 as max_varchar,
    null::text as sortkey1_enc, 0 as sortkey_num, 0 as size, 0 as pct_used, 0 as unsorted, 0 as stats_off,
    0 as tbl_rows, 0 as skew_sortkey1, 0 as skew_rows
from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema');
create view pg_catalog.svv_relation_privileges as
select
    null::text as namespace_name, null::text as relation_name, null::text as identity_name,
    null::text as identity_type, null::text as privilege_type
where false;
create function pg_catalog.pg_get_late_binding_view_cols() returns setof record
language plpgsql as $$ begin return; end $$;  -- they are in information_schema.columns, like any view's

-- SUPER is a domain here, and a text without a length is what Redshift would give the greatest
alter view information_schema.columns rename to postgres_columns;
create view information_schema.columns as
select
    table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable,
    case when udt_name = 'json' then 'super' when data_type = 'text' then 'character varying' else data_type end
        as data_type,
    case when data_type = 'text' then 65535 else character_maximum_length end as character_maximum_length,
    numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, udt_name
from information_schema.postgres_columns;
grant select on information_schema.columns to public;

-- a view that holds no relation: its query is only run when it is read
create function pg_catalog.run_late(query text) returns setof record
language plpgsql as $$ begin return query execute query; end $$;
create procedure pg_catalog.create_late_binding_view(head text, query text) language plpgsql as $$
declare
    columns text;
begin
    execute 'create temp view late_binding_probe as ' || query;
    select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum) into columns
    from pg_attribute where attrelid = 'late_binding_probe'::regclass and attnum > 0;
    drop view late_binding_probe;
    execute format('%s as select * from pg_catalog.run_late(%L) as late(%s)', head, query, columns);
end $$;

create function pg_catalog.pg_last_copy_count() returns bigint language sql stable
as $$ select cast(coalesce(nullif(current_setting('redshift.copied', true), ''), '0') as bigint) $$;

create procedure pg_catalog.fail(message text) language plpgsql
as $$ begin raise exception using message = message, errcode = 'XX000'; end $$;

create function pg_catalog.copied_timestamp(value text, any_format boolean, zoned boolean) returns text
language plpgsql immutable strict as $$
begin
    if not any_format and value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?$' then
        raise exception 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]: %', value using errcode = 'XX000';
    end if;
    if not zoned and cast(value as timestamptz) at time zone 'UTC' <> cast(value as timestamp) then
        raise exception 'the stand-in does not know what becomes of the offset of %', value using errcode = 'XX000';
    end if;
    return value;
end $$;

-- rows: a JSON list of texts, each a JSON object (read by column name) or, where kinds are given, a JSON list (read by
-- place, each value of the Parquet kind given). names: a JSON list of column names, or null for all
create procedure pg_catalog.load_copied(target text, names json, rows json, kinds json, any_timestamp boolean)
language plpgsql as $$
declare
    column_list text;
    values_list text;
    unknown text;
    found integer;
    mismatch text;
begin
    select string_agg(n.name, ', ') into unknown
    from json_array_elements_text(names) as n(name)
    where not exists (
        select 1 from pg_attribute
        where attrelid = target::regclass and attname = n.name and attnum > 0 and not attisdropped
    );
    if unknown is not null then
        raise exception 'column "%" of relation "%" does not exist', unknown, target using errcode = '42703';
    end if;
    with chosen as (
        select
            a.attname, a.atttypid::regtype::text as type, format_type(a.atttypid, a.atttypmod) as full_type,
            row_number() over (order by n.place, a.attnum) - 1 as place
        from pg_attribute as a
        left join json_array_elements_text(names) with ordinality as n(name, place) on n.name = a.attname
        where a.attrelid = target::regclass and a.attnum > 0 and not a.attisdropped
            and (names is null or n.name is not null)
    ), expressed as (
        select *, case when kinds is null then quote_literal(attname) else place::text end as step from chosen
    )
    select
        count(*),
        string_agg(quote_ident(attname), ', ' order by place),
        string_agg(case
            when type in ('super', 'json')
                then format('case when json_typeof(d -> %1$s) <> ''null'' then d -> %1$s end', step)
            when type in ('character varying', 'text', 'character') then format('d ->> %s', step)
            when type like 'timestamp%' and kinds is null
                then format(
                    'cast(copied_timestamp(d ->> %s, %L, %L) as %s)',
                    step, any_timestamp, type = 'timestamp with time zone', full_type
                )
            else format('cast(nullif(d ->> %s, '''') as %s)', step, full_type)
        end, ', ' order by place),
        string_agg(format('%s (%s, not %s)', attname, kinds ->> place::integer, full_type), ', ') filter (
            where kinds is not null and not coalesce(case kinds ->> place::integer
                when 'string' then type in ('character varying', 'text', 'character', 'super')
                when 'numeric' then type = 'numeric'
                else type = kinds ->> place::integer
            end, true)
        )
    into found, column_list, values_list, mismatch
    from expressed;
    if found <> json_array_length(kinds) then
        raise exception 'Unmatched number of columns between table and file. Table columns: %, Data columns: %',
            found, json_array_length(kinds) using errcode = 'XX000';
    end if;
    if mismatch is not null then
        raise exception 'Spectrum Scan Error. File has an incompatible Parquet schema for columns %', mismatch
            using errcode = 'XX000';
    end if;
    execute format(
        'insert into %s (%s) select %s from json_array_elements_text($1) as line(text), '
        || 'lateral (select cast(line.text as json) as d) as parsed', target, column_list, values_list
    ) using rows;
    get diagnostics found = row_count;
    perform set_config('redshift.copied', found::text, false);
end $$;

-- Redshift casts no boolean to text. The body is read when a statement is planned, and names what is not there.
set check_function_bodies = off;
create function boolean_to_text(boolean) returns text language sql immutable
as 'select cannot_cast_type_boolean_to_character_varying($1)';
set check_function_bodies = on;
update pg_catalog.pg_cast set castfunc = 'boolean_to_text(boolean)'::regprocedure
where castsource = 'boolean'::regtype and casttarget in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype);
