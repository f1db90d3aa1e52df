-- Functions and casts that Redshift has and PostgreSQL lacks, or answers otherwise. Run once in a new database, with
-- allow_system_table_mods, so that they take the place of PostgreSQL's own. No backslashes: strings escape as in 8.0.

-- lengths of varchar count bytes: an explicit cast cuts, an assignment fails
create function pg_catalog.cut_varchar(value varchar, bytes integer, explicit boolean) returns varchar
language plpgsql immutable strict parallel safe as $$
declare
    encoded bytea := convert_to(value, 'UTF8');
    kept integer := bytes;
begin
    if not explicit and btrim(substring(encoded from bytes + 1), ' '::bytea) <> ''::bytea then
        raise exception 'value too long for type character varying(%)', bytes using errcode = '22001';
    end if;
    while (get_byte(encoded, kept) & 192) = 128 loop  -- never inside a character
        kept := kept - 1;
    end loop;
    return convert_from(substring(encoded from 1 for kept), 'UTF8');
end $$;

create function pg_catalog.fit_varchar(varchar, integer, boolean) returns varchar
language sql immutable strict parallel safe as $$
    select case when octet_length($1) <= $2 - 4 then $1 else pg_catalog.cut_varchar($1, $2 - 4, $3) end
$$;

update pg_cast set castfunc = 'pg_catalog.fit_varchar'::regproc
where castsource = 'varchar'::regtype and casttarget = 'varchar'::regtype;

-- PostgreSQL's ints take 0x10 and 1_000, its dates take 'tomorrow'. Not in SQL: PostgreSQL would put the body in the
-- query, and cast a constant before it asks whether that can be
create function pg_catalog.can_cast_text(value text, type text) returns boolean
language plpgsql stable strict parallel safe as $$
begin
    -- a bare parameter would be looked up once, and hold for every later call whatever its type
    return pg_input_is_valid(value, type || '') and value ~ case
        when type ~ '^(big|small)?int' then '^ *[+-]?[0-9]+ *$'
        when type ~ '^(decimal|numeric)' then '^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *$'
        when type ~ '^(double|float|real)' then '^[^xX_]*$'
        when type ~ '^(date|timestamp)' then '[0-9]'
        else ''
    end;
end $$;
create function pg_catalog.try_cast_text(value text, type text, target smallint) returns smallint
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as smallint); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target integer) returns integer
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as integer); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target bigint) returns bigint
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as bigint); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target numeric) returns numeric
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as numeric); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target real) returns real
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as real); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target double precision) returns double precision
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as double precision); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target date) returns date
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as date); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target timestamp) returns timestamp
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as timestamp); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target timestamptz) returns timestamptz
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as timestamptz); end if; return null; end $$;
create function pg_catalog.try_cast_text(value text, type text, target varchar) returns varchar
language plpgsql stable parallel safe
as $$ begin if can_cast_text(value, type) then return cast(value as varchar); end if; return null; end $$;

-- texts
create function pg_catalog.len(text) returns integer
language sql immutable strict parallel safe as $$ select length($1) $$;
create function pg_catalog.charindex(text, text) returns integer
language sql immutable strict parallel safe as $$ select strpos($2, $1) $$;
create function pg_catalog.nvl(anycompatible, anycompatible) returns anycompatible
language sql immutable parallel safe as $$ select coalesce($1, $2) $$;
create function pg_catalog.sha2(text, integer) returns varchar language sql immutable strict parallel safe as $$
    select case $2 when 256 then encode(sha256(convert_to($1, 'UTF8')), 'hex')
        when 512 then encode(sha512(convert_to($1, 'UTF8')), 'hex') end
$$;
alter function pg_catalog.concat(variadic "any") rename to postgres_concat;
create function pg_catalog.concat(text, text) returns text
language sql immutable parallel safe as $$ select $1 || $2 $$;
alter function pg_catalog.regexp_replace(text, text, text) rename to postgres_regexp_replace;
create function pg_catalog.regexp_replace(text, text, text default '') returns text
language sql immutable strict parallel safe as $$ select regexp_replace($1, $2, $3, 'g') $$;
alter function pg_catalog.regexp_substr(text, text) rename to postgres_regexp_substr;
create function pg_catalog.regexp_substr(text, text) returns text language sql immutable strict parallel safe
as $$ select coalesce(postgres_regexp_substr($1, $2), '') $$;

create aggregate pg_catalog.listagg(text, text) (
    sfunc = string_agg_transfn, stype = internal, finalfunc = string_agg_finalfn
);
create function pg_catalog.listagg_add(text, text) returns text language sql immutable parallel safe
as $$ select coalesce($1 || $2, $1, $2) $$;
create aggregate pg_catalog.listagg(text) (sfunc = listagg_add, stype = text);

-- the mean of integers is an integer
create function pg_catalog.mean_add(numeric[], bigint) returns numeric[] language sql immutable parallel safe
as $$ select case when $2 is null then $1 else array[$1[1] + $2, $1[2] + 1] end $$;
create function pg_catalog.mean_add(numeric[], integer) returns numeric[] language sql immutable parallel safe
as $$ select mean_add($1, cast($2 as bigint)) $$;
create function pg_catalog.mean_add(numeric[], smallint) returns numeric[] language sql immutable parallel safe
as $$ select mean_add($1, cast($2 as bigint)) $$;
create function pg_catalog.mean_end(numeric[]) returns bigint language sql immutable parallel safe
as $$ select cast(trunc($1[1] / nullif($1[2], 0)) as bigint) $$;
alter aggregate pg_catalog.avg(bigint) rename to postgres_avg;
create aggregate pg_catalog.avg(bigint) (
    sfunc = mean_add, stype = numeric[], finalfunc = mean_end, initcond = '{0,0}'
);
alter aggregate pg_catalog.avg(integer) rename to postgres_avg;
create aggregate pg_catalog.avg(integer) (
    sfunc = mean_add, stype = numeric[], finalfunc = mean_end, initcond = '{0,0}'
);
alter aggregate pg_catalog.avg(smallint) rename to postgres_avg;
create aggregate pg_catalog.avg(smallint) (
    sfunc = mean_add, stype = numeric[], finalfunc = mean_end, initcond = '{0,0}'
);
alter function pg_catalog.json_extract_path_text(json, text []) rename to postgres_extract_path_text;
create function pg_catalog.json_extract_path_text(document varchar, name varchar) returns varchar
language sql immutable strict parallel safe as $$ select document::json ->> name $$;
