"""DuckDB macros that answer as Snowflake's functions do, in the database that fakesnow shares between all others."""

HOME = "_fs_global.main."

MACROS = (
    # the text of a variant (fakesnow keeps it as JSON) or of anything else, as ::varchar gives it
    """sf_text(x) as (case
        when typeof(x) = 'JSON' then json_extract_string(to_json(x), '$')
        when typeof(x) = 'TIMESTAMP'
            then strftime(try_cast(cast(x as varchar) as timestamp), '%Y-%m-%d %H:%M:%S.%g')
        when typeof(x) = 'DOUBLE' then regexp_replace(cast(x as varchar), '[.]0$', '')
        else cast(x as varchar) end)""",
    # a text of at most n characters: a longer one is an error
    """sf_fitting(t, n) as (case when length(t) > n
        then error('String ''' || left(t, 50) || ''' is too long and would be truncated') else t end)""",
    """sf_try_fitting(t, n) as (case when length(t) <= n then t end)""",
    """sf_full_text(x) as (case when typeof(x) = 'JSON' then json_extract_string(to_json(x), '$')
        else cast(x as varchar) end)""",
    # numbers are moments by their size: seconds, milliseconds, microseconds or nanoseconds
    """sf_moment(n) as (case
        when abs(n) < 31536000000 then make_timestamp(cast(n * 1000000 as bigint))
        when abs(n) < 31536000000000 then make_timestamp(cast(n * 1000 as bigint))
        when abs(n) < 31536000000000000 then make_timestamp(cast(n as bigint))
        else make_timestamp(cast(n // 1000 as bigint)) end)""",
    # a cast to timestamp_ntz reads the wall clock of a text and drops its offset, where DuckDB would convert
    """sf_wall_clock(t) as regexp_replace(trim(t), '(:[0-9.]+) ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$', '\\1')""",
    """sf_is_number(t) as regexp_full_match(trim(t), '[+-]?[0-9]{1,18}')""",
    # DuckDB has days called epoch and infinity
    """sf_is_moment(t) as regexp_matches(t, '^\\s*[0-9]')""",
    """sf_timestamp(t) as (case
        when sf_is_number(t) then sf_moment(cast(case when sf_is_number(t) then t end as hugeint))
        else cast(sf_wall_clock(t) as timestamp) end)""",
    """sf_try_timestamp(t) as (case
        when sf_is_number(t) then sf_moment(try_cast(t as hugeint))
        when sf_is_moment(t) then try_cast(sf_wall_clock(t) as timestamp) end)""",
    """sf_try_timestamptz(t) as (case when sf_is_moment(t) and not sf_is_number(t)
        then try_cast(regexp_replace(trim(t), ' ([+-][0-9]{2}(:?[0-9]{2})?)$', '\\1') as timestamptz) end)""",
    """sf_try_date(t) as (case when sf_is_number(t) then cast(sf_try_timestamp(t) as date)
        when sf_is_moment(t) then try_cast(t as date) end)""",
    # DuckDB reads 1_000 and 0x10 as numbers
    """sf_number(t) as (case when regexp_full_match(trim(t), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')
        or lower(trim(t)) in ('nan', 'inf', '-inf', 'infinity', '-infinity') then trim(t) end)""",
    """sf_try_boolean(t) as (case
        when lower(trim(t)) in ('true', 't', 'yes', 'y', 'on', '1') then true
        when lower(trim(t)) in ('false', 'f', 'no', 'n', 'off', '0') then false end)""",
    """sf_boolean(x) as (case
        when typeof(x) in ('VARCHAR', 'JSON') then coalesce(sf_try_boolean(sf_text(x)),
            case when sf_text(x) is not null then error('Boolean value ''' || sf_text(x) || ''' is not recognized') end)
        else cast(x as boolean) end)""",
    # what is no JSON is null; so is a text of nothing but white space
    """sf_try_parse_json(t) as (case when json_valid(cast(t as varchar)) then cast(cast(t as varchar) as json) end)""",
    """sf_parse_json(t) as (case when trim(cast(t as varchar), e' \\t\\r\\n') = '' then null
        else cast(cast(t as varchar) as json) end)""",
    """sf_typeof(x) as (case coalesce(json_type(to_json(x)), 'NULL')
        when 'VARCHAR' then 'VARCHAR' when 'BOOLEAN' then 'BOOLEAN'
        when 'OBJECT' then 'OBJECT' when 'ARRAY' then 'ARRAY'
        when 'NULL' then case when x is not null then 'NULL_VALUE' end
        else case
            when regexp_full_match(cast(x as varchar), '\\s*-?[0-9]+\\s*') then 'INTEGER'
            when regexp_matches(cast(x as varchar), '[eE]') then 'DOUBLE'
            else 'DECIMAL' end
        end)""",
    """sf_is_object(x) as (case when x is not null then json_type(to_json(x)) = 'OBJECT' end)""",
    """sf_item(x) as (case when x is not null then to_json(x) end)""",
    """sf_array_compact(items) as to_json(list_filter(items, lambda _sf_v: _sf_v is not null))""",
    """sf_array_cat(a, b) as (case when a is not null and b is not null
        then to_json(list_concat(cast(to_json(a) as json[]), cast(to_json(b) as json[]))) end)""",
    """sf_to_json(x) as (case when x is not null then cast(to_json(x) as varchar) end)""",
    """sf_regexp_substr(t, p) as regexp_extract_all(t, p)[1]""",
    # names that are no plain identifiers stand in brackets, as Snowflake writes them
    """sf_step(key) as (case when regexp_full_match(key, '[A-Za-z_][A-Za-z0-9_$]*') then key
        else '[''' || key || ''']' end)""",
    # names within are odd on purpose: x may stand for an expression over the caller's columns
    """sf_children(x) as (case json_type(to_json(x))
        when 'OBJECT' then list_transform(json_keys(to_json(x)), lambda _sf_k: {
            'key': _sf_k, 'index': null::bigint, 'path': sf_step(_sf_k),
            'value': json_extract(to_json(x), '/' || replace(replace(_sf_k, '~', '~0'), '/', '~1'))})
        when 'ARRAY' then list_transform(cast(to_json(x) as json[]), lambda _sf_v, _sf_i: {
            'key': null::varchar, 'index': _sf_i - 1, 'path': '[' || (_sf_i - 1) || ']', 'value': _sf_v})
        end)""",
    """sf_children_or_one(x) as (case when len(sf_children(x)) > 0 then sf_children(x)
        else [{'key': null::varchar, 'index': null::bigint, 'path': '', 'value': null::json}] end)""",
    *(
        f"""sf_flatten{outer}(x) as table
        select _sf_seq as "SEQ", _sf_c.key as "KEY", _sf_c.path as "PATH", _sf_c.index as "INDEX",
            _sf_c.value as "VALUE", _sf_this as "THIS"
        from (select hash(cast(x as varchar)) as _sf_seq, to_json(x) as _sf_this, unnest({children}(x)) as _sf_c)"""
        for outer, children in (("", "sf_children"), ("_outer", "sf_children_or_one"))
    ),
    """sf_flatten_recursive(x) as table
        with recursive _sf_found as (
            select hash(cast(x as varchar)) as _sf_seq, _sf_c.key as key, _sf_c.path as path, _sf_c.index as index,
                _sf_c.value as value, _sf_this as this, [_sf_c.path] as steps
            from (select to_json(x) as _sf_this, unnest(sf_children(x)) as _sf_c)
            union all
            select _sf_seq, _sf_c.key,
                parent || case when starts_with(_sf_c.path, '[') then '' else '.' end || _sf_c.path,
                _sf_c.index, _sf_c.value, this, list_append(steps, _sf_c.path)
            from (
                select _sf_seq, path as parent, value as this, steps, unnest(sf_children(value)) as _sf_c from _sf_found
            )
        )
        select _sf_seq as "SEQ", key as "KEY", path as "PATH", index as "INDEX", value as "VALUE", this as "THIS"
        from _sf_found order by steps""",
)


def creation_sql() -> list[str]:
    """One statement per macro; those that use another say where it lives, as callers may be in any database."""
    names = [macro.split("(")[0] for macro in MACROS]
    statements = []
    for name, macro in zip(names, MACROS, strict=True):
        body = macro
        for other in names:
            body = body.replace(f"{other}(", f"{HOME}{other}(")
        statements.append(f"create or replace macro {body}")
        assert statements[-1].startswith(f"create or replace macro {HOME}{name}(")
    return statements
