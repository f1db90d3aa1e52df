-- SUPER is text that PostgreSQL knows to be JSON: unlike jsonb it keeps digits, and keys in their order.

create domain pg_catalog.super as json;

-- a scalar's text; null for objects, arrays and JSON's null
create function pg_catalog.super_text(json) returns text language sql immutable strict parallel safe as $$
    select case when json_typeof($1) not in ('object', 'array') then $1 #>> '{}' end
$$;
create function pg_catalog.super_varchar(json) returns varchar
language sql immutable strict parallel safe as $$ select super_text($1) $$;
create cast (json as text) with function pg_catalog.super_text(json);
create cast (json as varchar) with function pg_catalog.super_varchar(json);

-- casts of what does not fit are null
create function pg_catalog.super_bigint(json) returns bigint language sql stable strict parallel safe
as $$ select try_cast_text(super_text($1), 'bigint', null::bigint) $$;
create function pg_catalog.super_integer(json) returns integer language sql stable strict parallel safe
as $$ select try_cast_text(super_text($1), 'integer', null::integer) $$;
create function pg_catalog.super_numeric(json) returns numeric language sql stable strict parallel safe
as $$ select try_cast_text(super_text($1), 'numeric', null::numeric) $$;
create function pg_catalog.super_double(json) returns double precision language sql stable strict parallel safe
as $$ select try_cast_text(super_text($1), 'double precision', null::double precision) $$;
create function pg_catalog.super_boolean(json) returns boolean language sql immutable strict parallel safe
as $$ select case when json_typeof($1) = 'boolean' then ($1 #>> '{}') = 'true' end $$;
create cast (json as bigint) with function pg_catalog.super_bigint(json);
create cast (json as integer) with function pg_catalog.super_integer(json);
create cast (json as numeric) with function pg_catalog.super_numeric(json);
create cast (json as double precision) with function pg_catalog.super_double(json);
create cast (json as boolean) with function pg_catalog.super_boolean(json);

create function pg_catalog.super_array(variadic "any") returns pg_catalog.super
language internal stable parallel safe as 'json_build_array';
create function pg_catalog.super_array() returns pg_catalog.super
language internal stable parallel safe as 'json_build_array_noargs';
create function pg_catalog.super_object(variadic "any") returns pg_catalog.super
language internal stable parallel safe as 'json_build_object';
create function pg_catalog.super_object() returns pg_catalog.super
language internal stable parallel safe as 'json_build_object_noargs';

-- white space is dropped after the text has been found to be JSON: `1 2` is none
create function pg_catalog.json_parse(text) returns pg_catalog.super
language sql immutable strict parallel safe as $$
    select case when $1 ~ '[[:space:]]'
        then cast(regexp_replace(
            format('%s', cast($1 as json)),
            '("([^"' || chr(92) || chr(92) || ']|' || chr(92) || chr(92) || '.)*")|[[:space:]]+',
            chr(92) || '1', 'g'
        ) as json)
        else cast($1 as json)
    end
$$;
-- not in SQL, and immutable: a constant must be checked before it is parsed
create function pg_catalog.can_json_parse(text) returns boolean language plpgsql immutable strict parallel safe
as $$ begin return pg_input_is_valid($1, 'json'); end $$;
create function pg_catalog.is_valid_json(text) returns boolean language plpgsql immutable strict parallel safe
as $$ begin return pg_input_is_valid($1, 'json') and $1 ~ '^[[:space:]]*[{]'; end $$;
create function pg_catalog.is_valid_json_array(text) returns boolean language plpgsql immutable strict parallel safe
as $$ begin return pg_input_is_valid($1, 'json') and $1 ~ '^[[:space:]]*[[]'; end $$;

-- format() writes JSON as it stands, where a cast to text would take the scalar out
create function pg_catalog.super_serialize(json) returns varchar
language plpgsql immutable strict parallel safe as $$
begin
    return case json_typeof($1)
        when 'object' then '{' || coalesce((
            select string_agg(format('%s:%s', to_json(p.key), super_serialize(p.value)), ',' order by p.n)
            from json_each($1) with ordinality as p(key, value, n)
        ), '') || '}'
        when 'array' then '[' || coalesce((
            select string_agg(super_serialize(e.value), ',' order by e.n)
            from json_array_elements($1) with ordinality as e(value, n)
        ), '') || ']'
        when 'string' then format('%s', to_json($1 #>> '{}'))
        when 'null' then 'null'
        else format('%s', $1 #>> '{}')
    end;
end $$;
create function pg_catalog.super_compact(json) returns pg_catalog.super
language sql immutable strict parallel safe as $$ select cast(super_serialize($1) as json) $$;
create function pg_catalog.json_size(json) returns integer
language sql immutable strict parallel safe as $$ select octet_length(super_serialize($1)) $$;

create function pg_catalog.is_object(json) returns boolean
language sql immutable parallel safe as $$ select coalesce(json_typeof($1) = 'object', false) $$;
create function pg_catalog.is_array(json) returns boolean
language sql immutable parallel safe as $$ select coalesce(json_typeof($1) = 'array', false) $$;
create function pg_catalog.is_varchar(json) returns boolean
language sql immutable parallel safe as $$ select coalesce(json_typeof($1) = 'string', false) $$;
create function pg_catalog.is_boolean(json) returns boolean
language sql immutable parallel safe as $$ select coalesce(json_typeof($1) = 'boolean', false) $$;
create function pg_catalog.is_scalar(json) returns boolean language sql immutable parallel safe
as $$ select coalesce(json_typeof($1) in ('string', 'number', 'boolean'), false) $$;

create function pg_catalog.get_array_length(json) returns integer language sql immutable strict parallel safe
as $$ select case when json_typeof($1) = 'array' then json_array_length($1) end $$;
create function pg_catalog.array_concat(a json, b json) returns pg_catalog.super
language sql immutable strict parallel safe as $$
    select case when json_typeof(a) = 'array' and json_typeof(b) = 'array' then (
        select super_compact(coalesce(json_agg(e.value order by e.place, e.n), '[]'::json)) from (
            select 1 as place, value, n from json_array_elements(a) with ordinality as x(value, n)
            union all
            select 2 as place, value, n from json_array_elements(b) with ordinality as x(value, n)
        ) as e
    ) end
$$;

-- what FROM goes over; nothing where it is no array, no object
create function pg_catalog.super_elements_at(json) returns table (value pg_catalog.super, place bigint)
language sql immutable strict parallel safe as $$
    select e.value, e.n - 1
    from json_array_elements(case when json_typeof($1) = 'array' then $1 end) with ordinality as e(value, n)
$$;
create function pg_catalog.super_elements(json) returns setof pg_catalog.super
language sql immutable strict parallel safe as $$ select e.value from super_elements_at($1) as e $$;
create function pg_catalog.super_pairs_at(json) returns table (value pg_catalog.super, key varchar)
language sql immutable strict parallel safe as $$
    select p.value, p.key from json_each(case when json_typeof($1) = 'object' then $1 end) as p
$$;
create function pg_catalog.super_pairs(json) returns setof pg_catalog.super
language sql immutable strict parallel safe as $$ select p.value from super_pairs_at($1) as p $$;

-- values compare, so that they can be grouped and made distinct
create function pg_catalog.super_compare(json, json) returns integer language sql immutable strict parallel safe
as $$ select jsonb_cmp(cast($1 as jsonb), cast($2 as jsonb)) $$;
create function pg_catalog.super_lt(json, json) returns boolean
language sql immutable strict parallel safe as $$ select super_compare($1, $2) < 0 $$;
create function pg_catalog.super_le(json, json) returns boolean
language sql immutable strict parallel safe as $$ select super_compare($1, $2) <= 0 $$;
create function pg_catalog.super_eq(json, json) returns boolean
language sql immutable strict parallel safe as $$ select super_compare($1, $2) = 0 $$;
create function pg_catalog.super_ge(json, json) returns boolean
language sql immutable strict parallel safe as $$ select super_compare($1, $2) >= 0 $$;
create function pg_catalog.super_gt(json, json) returns boolean
language sql immutable strict parallel safe as $$ select super_compare($1, $2) > 0 $$;
create operator pg_catalog.< (leftarg = json, rightarg = json, function = super_lt);
create operator pg_catalog.<= (leftarg = json, rightarg = json, function = super_le);
create operator pg_catalog.= (leftarg = json, rightarg = json, function = super_eq);
create operator pg_catalog.>= (leftarg = json, rightarg = json, function = super_ge);
create operator pg_catalog.> (leftarg = json, rightarg = json, function = super_gt);
create operator class pg_catalog.super_ops default for type json using btree as
operator 1 pg_catalog.<, operator 2 pg_catalog.<=, operator 3 pg_catalog.=, operator 4 pg_catalog.>=,
operator 5 pg_catalog.>, function 1 pg_catalog.super_compare(json, json);
