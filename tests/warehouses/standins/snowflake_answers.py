"""Literal values that Snowflake answers, and the stand-in with it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

DOCUMENT = (
    '{"messageId": "m1", "none": null, "big": 12345678901234567890, "half": 1.5, "yes": true, '
    '"text": "\\\\u00e9 \\\\"q\\\\"", "properties": {"user_id": "u7", "a.b": 3}, '
    '"list": [1, {"k": "v"}], "at": "2024-01-01T10:00:00Z"}'
)
V = f"parse_json('{DOCUMENT}')"
"""A document as a literal of Snowflake's, in which a backslash is written twice."""

ANSWERS: dict[str, Any] = {
    # variants
    f'{V}:"messageId"::varchar': "m1",
    f"{V}:messageid::varchar": None,
    f'{V}:"none"::varchar': None,
    f'{V}:"none" is null': False,
    f'{V}:"absent"::varchar': None,
    f'{V}:"absent" is null': True,
    f'{V}:"properties"."user_id"::varchar': "u7",
    f'{V}:"properties"."a.b"::varchar': "3",
    f"{V}['properties']['user_id']::varchar": "u7",
    f"{V}:list[1].k::varchar": "v",
    f'{V}:"big"::varchar': "12345678901234567890",
    f'{V}:"half"::varchar': "1.5",
    f'{V}:"half"::double': 1.5,
    f'{V}:"yes"::varchar': "true",
    f'{V}:"yes"::boolean': True,
    f'{V}:"text"::varchar': 'é "q"',
    f'cast({V}:"text" as varchar(5))': 'é "q"',
    f'{V}:"at"::timestamp_ntz': datetime(2024, 1, 1, 10),
    f'{V}:"list"::varchar': '[1,{"k":"v"}]',
    f'length({V}:"messageId"::varchar)': 2,
    "try_parse_json('{\"a\":') is null": True,
    "try_parse_json('') is null": True,
    "parse_json('\"x\"')::varchar": "x",
    f"{V}:\"messageId\" = 'm1' and {V}:\"messageId\" in ('m1')": True,
    f'upper({V}:"messageId") || {V}:"messageId"': "M1m1",
    'parse_json(parse_json(\'{"c1": "{\\\\"a\\\\": 1}"}\'):c1):a::varchar': "1",
    "typeof(parse_json('1'))": "INTEGER",
    "typeof(parse_json('12345678901234567890123'))": "INTEGER",
    "typeof(parse_json('1.5'))": "DECIMAL",
    "typeof(parse_json('1.5e3'))": "DOUBLE",
    "typeof(parse_json('\"a\"'))": "VARCHAR",
    "typeof(parse_json('true'))": "BOOLEAN",
    "typeof(parse_json('null'))": "NULL_VALUE",
    "typeof(parse_json('{}'))": "OBJECT",
    "typeof(parse_json('[]'))": "ARRAY",
    "typeof(try_parse_json('{'))": None,
    "is_object(parse_json('{}'))": True,
    "is_object(parse_json('[]'))": False,
    "is_object(try_parse_json('{'))": None,
    "is_array(parse_json('[]'))": True,
    "is_null_value(parse_json('null'))": True,
    "to_json(object_construct_keep_null('k', 1, 'b', null, 'a', 'x'))": '{"a":"x","b":null,"k":1}',
    "to_json(object_construct('k', 1, 'b', null))": '{"k":1}',
    "object_construct_keep_null('k', 'x')::varchar": '{"k":"x"}',
    "array_construct_compact('a', null, 2)::varchar": '["a",2]',
    "array_construct_compact(null)::varchar": "[]",
    "array_construct(1, 'a')::varchar": '[1,"a"]',
    "array_cat(array_construct(1), array_construct('a'))::varchar": '[1,"a"]',
    "array_size(array_construct(1, 2))": 2,
    "to_json(array_cat(array_construct_compact('a', null), parse_json('[{\"x\":1}]')))": '["a",{"x":1}]',
    "array_construct_compact(iff(true, object_construct_keep_null('f', 'x'), null), null)::varchar": '[{"f":"x"}]',
    # texts
    "regexp_like('abc', 'b')": False,
    "regexp_like('abc', 'a.c')": True,
    "regexp_like('12.5', '\\\\d+[.]\\\\d+')": True,
    "regexp_like(null, 'a')": None,
    "regexp_substr('xab12', '[a-b]+')": "ab",
    "regexp_substr('x', '[0-9]+')": None,
    "regexp_replace('a  b', ' +', '-')": "a-b",
    "split_part('a/b/c', '/', 2)": "b",
    "split_part('a/b/c', '/', -1)": "c",
    "split_part('a', '/', 2)": "",
    "trim(' \\t\\r\\n a \\n', ' \\t\\r\\n')": "a",
    "trim('  a ')": "a",
    "nullif(trim('  ', ' '), '') is null": True,
    "octet_length('é')": 2,
    "length('é😀')": 2,
    "md5('a')": "0cc175b9c0f1b6a831c399e269772661",
    "left('abc', 2) || right('abc', 1)": "abc",
    "concat('a', null)": None,
    "greatest(1, null)": None,
    "startswith('abc', 'ab') and contains('abc', 'b') and 'ABC' ilike 'a%'": True,
    "lpad('7', 3, '0') || replace('aXb', 'X', '')": "007ab",
    "iff(true, 1, 2)": 1,
    "coalesce(null, zeroifnull(null))": 0,
    # casts
    "cast('ab' as varchar(2))": "ab",
    "try_cast('abc' as varchar(2))": None,
    "try_cast('ab' as varchar(2))": "ab",
    "cast(1.0::double as varchar)": "1",
    "cast(1.50::decimal(18, 2) as varchar)": "1.50",
    "cast(true as varchar)": "true",
    "cast('2024-01-01T00:00:00.123456'::timestamp as varchar)": "2024-01-01 00:00:00.123",
    "cast(date '2024-01-01' as varchar)": "2024-01-01",
    "try_cast('12' as bigint)": 12,
    "try_cast(' 12 ' as bigint)": 12,
    "try_cast('1.5' as bigint)": 2,
    "try_cast('x' as bigint)": None,
    "try_cast('1_000' as bigint)": None,
    "try_cast('0x10' as bigint)": None,
    "try_cast('' as bigint)": None,
    "try_cast('1.005' as decimal(18, 2))": Decimal("1.01"),
    "try_cast('99999999999999999' as decimal(18, 2))": None,
    "try_cast('1e3' as double precision)": 1000.0,
    "try_cast('x' as double precision)": None,
    "try_cast('2024-02-30' as date)": None,
    "try_cast('2024-02-29' as date)": date(2024, 2, 29),
    "try_cast('epoch' as date)": None,
    "try_cast('infinity' as timestamp_ntz)": None,
    "try_cast('yes' as boolean)": True,
    "try_cast('off' as boolean)": False,
    "try_cast('2' as boolean)": None,
    "cast(1 as boolean)": True,
    "cast('t' as boolean)": True,
    # moments
    "try_cast('2024-01-01T10:00:00.123456+02:00' as timestamp_ntz)": datetime(2024, 1, 1, 10, 0, 0, 123456),
    "try_cast('2024-01-01T10:00:00Z' as timestamp_ntz)": datetime(2024, 1, 1, 10),
    "try_cast('2024-01-01' as timestamp_ntz)": datetime(2024, 1, 1),
    "try_cast('x' as timestamp_ntz)": None,
    "cast('2024-01-01T10:00:00+02:00' as timestamp)": datetime(2024, 1, 1, 10),
    "cast(date '2024-01-01' as timestamp)": datetime(2024, 1, 1),
    "cast(null as timestamp)": None,
    "try_cast('2024-01-01T10:00:00+02:00' as timestamp_tz) = '2024-01-01T08:00:00Z'::timestamp_tz": True,
    "try_cast('2024-13-01T10:00:00+02:00' as timestamp_tz)": None,
    "convert_timezone('UTC', '2024-01-01T10:00:00+02:00'::timestamp_tz)::timestamp_ntz": datetime(2024, 1, 1, 8),
    "convert_timezone('UTC', try_cast('2024-01-01 10:00:00.5 -0130' as timestamp_tz))::timestamp_ntz": datetime(
        2024, 1, 1, 11, 30, 0, 500000
    ),
    "convert_timezone('UTC', 'Europe/Berlin', '2024-07-01 10:00:00'::timestamp_ntz)": datetime(2024, 7, 1, 12),
    "try_to_timestamp_ntz('2024-01-01T10:00:00.5')": datetime(2024, 1, 1, 10, 0, 0, 500000),
    "try_to_timestamp_ntz('x')": None,
    "to_timestamp_ntz('1700000000')": datetime(2023, 11, 14, 22, 13, 20),
    "to_timestamp_ntz('1700000000123')": datetime(2023, 11, 14, 22, 13, 20, 123000),
    "dateadd(millisecond, 1500, '2024-01-01'::timestamp_ntz)": datetime(2024, 1, 1, 0, 0, 1, 500000),
    "dateadd(millisecond, -1, '2024-01-01'::timestamp_ntz)": datetime(2023, 12, 31, 23, 59, 59, 999000),
    "dateadd(day, 1, date '2024-02-28')": date(2024, 2, 29),
    "datediff(day, '2024-01-01 23:00'::timestamp, '2024-01-02 01:00'::timestamp)": 1,
    "date_trunc('hour', '2024-01-01 10:20:30'::timestamp_ntz)": datetime(2024, 1, 1, 10),
    "date_trunc('month', date '2024-02-28')": date(2024, 2, 1),
    "'2024-01-01'::timestamp_ntz": datetime(2024, 1, 1),
    "'1960-01-01 00:00:00.25'::timestamp_ntz": datetime(1960, 1, 1, 0, 0, 0, 250000),
    "'2024-01-01 00:00:00Z'::timestamp_tz": datetime(2024, 1, 1, tzinfo=UTC),
    "mod(7, 3)": 1,
}

ROWS: dict[str, list[tuple[Any, ...]]] = {
    """
    select f.index, f.value:"k"::varchar, f.value::varchar
    from (select parse_json('[{"k": "a"}, {"k": null}, "x"]') as v) as t, lateral flatten(input => t.v) as f order by 1
    """: [(0, "a", '{"k":"a"}'), (1, None, '{"k":null}'), (2, None, "x")],
    """
    select f.path, f.key, f.index, f.value::varchar
    from (select parse_json('{"b": [1, {"c d": 2}], "a": null}') as v) as t,
    lateral flatten(input => t.v, recursive => true) as f order by 1
    """: [
        ("a", "a", None, None),
        ("b", "b", None, '[1,{"c d":2}]'),
        ("b[0]", None, 0, "1"),
        ("b[1]", None, 1, '{"c d":2}'),
        ("b[1]['c d']", "c d", None, "2"),
    ],
    """
    with t as (select 1 as id, parse_json('[]') as v union all select 2, null union all select 3, parse_json('["x"]'))
    select t.id, f.value::varchar from t, lateral flatten(input => t.v) as f
    """: [(3, "x")],
    """
    with t as (select 1 as id, parse_json('[]') as v union all select 3, parse_json('["x"]'))
    select t.id, f.value::varchar from t, lateral flatten(input => t.v, outer => true) as f order by 1
    """: [(1, None), (3, "x")],
    """
    select id, listagg(s, ',') within group (order by s desc)
    from (select 1 as id, 'a' as s union all select 1, 'b' union all select 2, null) as t group by id order by id
    """: [(1, "b,a"), (2, "")],
    """
    with a as (select 1 as n union all select 2 union all select null), b as (select * from (with c as (select n from a)
    select n, row_number() over (order by n desc) as r, lag(n) over (order by n) as p, lead(n) over (order by n) as q,
    sum(n) over (order by n desc nulls last rows unbounded preceding) as s from c) as x)
    select * from b order by n nulls first
    """: [(None, 1, 2, None, 3), (1, 3, None, 2, 3), (2, 2, 1, None, 2)],
    "select n from (select 1 as n union all select null) as t order by n desc": [(None,), (1,)],
    "select sum(n), sum(d) from (select 9007199254740993 as n, 0.1::decimal(18, 2) as d union all select 0, 0.2)": [
        (9007199254740993, Decimal("0.30"))
    ],
    "select n from (values (1), (2), (2)) t (n) qualify row_number() over (partition by n order by n) = 1 order by n": [
        (1,),
        (2,),
    ],
    """with recursive d as (select '2024-01-01'::date as day union all select dateadd(day, 1, day) from d
    where day < '2024-01-03'::date) select max(day), count(*) from d""": [(date(2024, 1, 3), 3)],
}

_MANY = "'y', " * 16_384
_TOO_LONG = "String 'é \"q\"' is too long and would be truncated"

REFUSED: list[tuple[str, str]] = [
    (f'select cast({V}:"text" as varchar(3))', _TOO_LONG),
    (f'select {V}:"text"::varchar(4)', _TOO_LONG),
    (f'select cast(t.v as varchar(4)) from (select {V}:"text" as v) as t', _TOO_LONG),
    ("select cast('abc' as varchar(2))", "String 'abc' is too long and would be truncated"),
    ("select cast(t.v as varchar(2)) from (select 'abc' as v) as t", "String 'abc' is too long and would be truncated"),
    (f"select 1 where 'x' in ({_MANY}'x')", "expected at most 16,384, got 16,385"),
    (f"create view too_large as select '{'x' * 97_242}' as x", "View definition too large"),
    (f"create or replace temporary view too_large as select '{'é' * 49_000}' as x", "View definition too large"),
]
"""Statements, and what their error says."""

TAKEN: list[tuple[str, list[tuple[Any, ...]]]] = [
    (f'select length(cast(t.v as varchar(5))) from (select {V}:"text" as v) as t', [(5,)]),
    ("select cast(t.v as varchar(2)) from (select 'ab' as v) as t", [("ab",)]),
    ("select 1 where 'x' in (" + "'y', " * 16_383 + "'x')", [(1,)]),
    (f"create view big_enough as select '{'x' * 97_240}' as x", [("View BIG_ENOUGH successfully created.",)]),
]
"""Statements just within the limits, and their rows."""
