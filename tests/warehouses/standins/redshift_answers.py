"""What Redshift documents that it answers, as literal values."""

import pyarrow as pa

DOCUMENT = (
    '{"messageId": "m-1", "properties": {"user_id": "17", "n": 1.50, "big": 12345678901234567890, "yes": true, '
    '"none": null, "object": {"b": 1, "a": [1, 2]}}, "items": [{"sku": "x"}, {"sku": 2}], "empty": []}'
)

NAVIGATION: list[tuple[str, object]] = [
    ('cast(landed.value."messageId" as varchar(65535))', "m-1"),
    ('landed.value."properties"."user_id"::varchar(65535)', "17"),
    ('cast(landed.value."properties"."n" as varchar(65535))', "1.50"),
    ('cast(landed.value."properties"."big" as varchar(65535))', "12345678901234567890"),
    ('cast(landed.value."properties"."yes" as varchar(65535))', "true"),
    ('cast(landed.value."properties"."none" as varchar(65535))', None),
    ('cast(landed.value."properties"."absent" as varchar(65535))', None),
    ('cast(landed.value."properties"."object" as varchar(65535))', None),
    ('cast(landed.value."items" as varchar(65535))', None),
    ('cast(landed.value."messageId"."deeper" as varchar(65535))', None),
    ('cast(landed.value."items"[1]."sku" as varchar(65535))', "2"),
    ("cast(landed.value.messageId as varchar(65535))", "m-1"),
    ('cast(value."messageId" as varchar(65535))', "m-1"),
    ('cast(landed.value."messageid" as varchar(65535))', None),
    ('cast(landed.value."messageId" as bigint)', None),
    ('cast(landed.value."properties"."user_id" as bigint)', 17),
    ('cast(landed.value."messageId" as varchar(1))', "m"),
    ('is_object(landed.value."properties")', True),
    ('is_object(landed.value."items")', False),
    ('is_object(landed.value."absent")', False),
    ('is_array(landed.value."items")', True),
    ('is_varchar(landed.value."messageId")', True),
    ('is_varchar(landed.value."properties"."n")', False),
    ('json_typeof(landed.value."properties")', "object"),
    ('json_typeof(landed.value."items")', "array"),
    ('json_typeof(landed.value."messageId")', "string"),
    ('json_typeof(landed.value."properties"."n")', "number"),
    ('json_typeof(landed.value."properties"."yes")', "boolean"),
    ('json_typeof(landed.value."properties"."none")', "null"),
    ('json_serialize(landed.value."properties"."object")', '{"b":1,"a":[1,2]}'),
    ('json_size(landed.value."items")', 23),
    ('get_array_length(landed.value."items")', 2),
    ('get_array_length(landed.value."empty")', 0),
    ("landed.value", DOCUMENT.replace(" ", "")),
    ("trim(both ' ' from cast(landed.value.\"messageId\" as varchar(9)))", "m-1"),
]
"""Of `landed.value`, which is DOCUMENT, where attributes are case-sensitive."""

BUILDING: list[tuple[str, object]] = [
    ("json_serialize(array(1, 'a', null, true))", '[1,"a",null,true]'),
    ("json_serialize(array())", "[]"),
    ("json_serialize(object('k', 'v', 'n', null, 'a', array(1.50)))", '{"k":"v","n":null,"a":[1.50]}'),
    ("json_serialize(array_concat(array(1), array('b', null)))", '[1,"b",null]'),
    ('json_parse(\' {"a" : "x  y" } \')', '{"a":"x  y"}'),
    (r"""json_serialize(json_parse('{"a": "\\" b"}'))""", r'{"a":"\" b"}'),
    ("json_serialize(json_parse('null'))", "null"),
    ("can_json_parse('{\"a\": 1}')", True),
    ("can_json_parse('{a: 1}')", False),
    ('json_extract_path_text(\'{"a": "x", "A": 2}\', \'a\')', "x"),
    ('json_extract_path_text(\'{"a": "x", "A": 2}\', \'A\')', "2"),
    ("json_extract_path_text('{\"a\": \"x\"}', 'b')", None),
    ("is_valid_json('{\"a\": 1}')", True),
    ("is_valid_json('{a: 1}')", False),
    ("json_typeof(cast(null as super))", None),
    ("object('k', 1)", '{"k":1}'),
]

FUNCTIONS: list[tuple[str, str | None]] = [
    ("try_cast('12' as bigint)", "12"),
    ("try_cast('1_2' as bigint)", None),
    ("try_cast('0x1F' as integer)", None),
    ("try_cast('9223372036854775808' as bigint)", None),
    ("try_cast('2147483648' as integer)", None),
    ("try_cast('1.239' as decimal(18,2))", "1.24"),
    ("try_cast('1e30' as decimal(18, 2))", None),
    ("try_cast('1e3' as double precision)", "1000"),
    ("try_cast('abc' as double precision)", None),
    ("try_cast('2026-02-30' as date)", None),
    ("try_cast('2026-02-28' as date)", "2026-02-28"),
    ("try_cast('tomorrow' as date)", None),
    ("try_cast('2026-02-28T10:00:00.5' as timestamp)", "2026-02-28 10:00:00.5"),
    ("try_cast('2026-02-28 25:00' as timestamp)", None),
    ("try_cast('2026-02-28T10:00:00+05:30' as timestamptz) at time zone 'UTC'", "2026-02-28 04:30:00"),
    ("try_cast(nullif(trim(' 7 '), '') as bigint)", "7"),
    ("cast('äöü' as varchar(3))", "ä"),
    ("octet_length('äöü')", "6"),
    ("len('äöü')", "3"),
    ("md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
    ("btrim(' \t x \r\n', ' \\t\\r\\n')", "x"),
    ("trim(both ' ' from '  x ')", "x"),
    ("regexp_substr('a12b', '[0-9]+')", "12"),
    ("regexp_substr('ab', '[0-9]+')", ""),
    ("regexp_count('a1b22', '[0-9]+')", "2"),
    ("regexp_replace('a1b22', '[0-9]+', '#')", "a#b#"),
    ("case when '+12' ~ '^[+-]?[0-9]+$' then 'yes' end", "yes"),
    ("split_part('a.b.c', '.', 2)", "b"),
    ("concat('a', null)", None),
    ("concat('a', 'b')", "ab"),
    ("'a' || null", None),
    ("cast(true as varchar(5))", "true"),
    ("mod(7, 3)", "1"),
    ("cast(1.5 as decimal)", "2"),
    ("dateadd(day, 1, '2024-02-28')", "2024-02-29 00:00:00"),
    ("dateadd(ms, 1709301600123, timestamp '1970-01-01')", "2024-03-01 14:00:00.123"),
    ("dateadd(month, 1, cast('2024-01-31' as date))", "2024-02-29 00:00:00"),
    ("dateadd(hour, -1, cast('2024-01-01' as timestamp))", "2023-12-31 23:00:00"),
    ("datediff(day, '2024-01-01 23:59', '2024-01-02 00:01')", "1"),
    ("datediff(month, cast('2023-12-31' as date), cast('2024-01-01' as date))", "1"),
    ("datediff(ms, timestamp '2024-01-01 00:00:00', timestamp '2024-01-01 00:00:01.5')", "1500"),
    ("date_trunc('month', cast('2024-02-03' as date))", "2024-02-01 00:00:00"),
    ("convert_timezone('America/Sao_Paulo', timestamp '2024-01-01 12:00')", "2024-01-01 09:00:00"),
    ("convert_timezone('America/Sao_Paulo', 'UTC', timestamp '2024-01-01 12:00')", "2024-01-01 15:00:00"),
    ("extract(year from date '2024-02-03')", "2024"),
    ("extract(epoch from timestamp '1970-01-02')", "86400"),
    ("timestamptz '2024-01-01 00:00:00+02' at time zone 'UTC'", "2023-12-31 22:00:00"),
    ("(select avg(x) from (select 1 as x union all select 2) as t)", "1"),
    ("(select listagg(x) within group (order by x desc) from (select 'a' as x union all select 'b') as t)", "ba"),
    ("getdate() = date_trunc('second', getdate()) and sysdate > '2020-01-01'", "true"),
]
"""Each cast to varchar(200)."""

REFUSED: list[tuple[str, str]] = [
    ("select array_agg(x) from (select 1 as x) as t", "Redshift has no such syntax"),
    ("select distinct on (x) x from (select 1 as x) as t", "Redshift has no such syntax"),
    ("select try_cast('true' as boolean)", "cannot cast type character varying to boolean"),
    ("create external table x.y (a integer)", "the stand-in has no create external"),
    ("set no_such_setting to 1", "the stand-in does not know the setting"),
    ("select 'unfinished", "unterminated"),
    ("select dateadd(fortnight, 1, '2024-01-01')", "unknown date part"),
    ("create table x (a varchar(70000))", "cannot exceed 65535"),
    ("copy x from 's3://lake/x' iam_role default format json 'auto' maxerror 3", "does not know this option"),
]
"""Statements, and what their error says."""

BAD_JSON: list[tuple[bytes, str, str]] = [
    (b'{"_row": "x"}', "", "invalid input syntax"),
    (b'{"name": "\xc3\xa4\xc3\xa4\xc3\xa4"}', "", "too long for type character varying(5)"),
    (b'{"at": "2026-01-02T03:04:05"}', "", "Invalid timestamp format"),
    (b"[1]", "", "is no object"),
    (b'{"_row": 1', "", "Invalid JSON"),
    (b'{"_row": 1}', "gzip", "not gzip"),
    (b'{"value": ["%s"]}' % (b"x" * 65_536), "", "longer than 65535 bytes"),
    (b'{"value": [%s1]}' % (b"1," * 2_000_000), "", "larger than 4000000 bytes"),
    (b'{"value": [%s1]}' % (b'"||||",' * 400_000), "", "larger than 4000000 bytes"),
]
"""Lines that make a COPY fail, with its options and what the error says."""

BAD_PARQUET: list[tuple[dict[str, object], str]] = [
    ({"a": pa.array([1])}, "Unmatched number of columns"),
    ({"a": pa.array([1]), "b": pa.array(["äää"])}, "too long for type character varying(5)"),
    ({"a": pa.array([1], pa.int32()), "b": pa.array(["x"])}, "incompatible Parquet schema"),
]
"""Columns that do not fit a bigint and a varchar(5), and what the error says."""
