"""What only a real warehouse can answer, as data: documents that are landed, and questions about what became of them.

A question's SQL gives one value; {raw}, {staging} and {marts} are the schemas. `because` says what depends on the
answer; where it is empty nothing does: the project goes another way until the answer is known.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Execute = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement and gives its rows: what any cursor can be made into."""


@dataclass(frozen=True)
class Check:
    """A question. expected: the value as text, or None for NULL."""

    name: str
    sql: str
    expected: str | None
    because: str


@dataclass(frozen=True)
class Result:
    """An answer: the value as text, or why there is none."""

    check: Check
    got: str | None
    error: str = ""

    @property
    def is_as_expected(self) -> bool:
        """Whether the documentation was understood."""
        return not self.error and self.got == self.check.expected

    @property
    def is_fine(self) -> bool:
        """Whether the warehouse does what the project takes for granted."""
        return self.is_as_expected or not self.check.because


def run_checks(execute: Execute, checks: Iterable[Check]) -> list[Result]:
    """Asks every question, also after one that failed."""
    return [_answer(execute, check) for check in checks]


def _answer(execute: Execute, check: Check) -> Result:
    try:
        [(value, *_)] = execute(check.sql)
    except Exception as error:
        return Result(check, None, " ".join(f"{type(error).__name__}: {error}".split()))
    return Result(check, None if value is None else str(value))


def for_schema(checks: Iterable[Check], schema: str) -> list[Check]:
    """The questions with the schemas in their place."""
    places = {"{raw}": f"{schema}_raw", "{staging}": f"{schema}_staging", "{marts}": f"{schema}_marts"}
    filled = []
    for check in checks:
        sql = check.sql
        for name, place in places.items():
            sql = sql.replace(name, place)
        filled.append(Check(check.name, sql, check.expected, check.because))
    return filled


LONG = 65_535
JSON_DOCUMENTS: list[bytes] = [
    b'{"messageId":"case","Key":"upper","key":"lower"}',
    '{"messageId":"unicode","text":"Zoë, 日本 😀"}'.encode(),
    b'{"messageId":"numbers","n":{"point":1.50,"power":1e3,"big":12345678901234567890}}',
    b'{"messageId":"kinds","yes":true,"none":null,"nested":{"list":[1,{"x":"y"}],"empty":{}}}',
    rb'{"messageId":"backslashes","path":"C:\\new\\table","quote":"a \"b\""}',
    b'{"messageId":"spaces","text":"a  ","number":"12\\n"}',
    b'{"messageId":"long","text":"%b"}' % (b"x" * LONG),
]
PARQUET_DOCUMENTS: list[bytes] = [
    b'{"messageId":"time-Z","timestamp":"2026-03-02T08:35:09Z"}',
    b'{"messageId":"time-colon","timestamp":"2026-03-02T14:05:09+05:30"}',
    b'{"messageId":"time-plain","timestamp":"2026-03-02T14:05:09+0530"}',
    b'{"messageId":"time-hours","timestamp":"2026-03-02T13:35:09+05"}',
    b'{"messageId":"time-west","timestamp":"2026-03-02T05:35:09-03:00"}',
    b'{"messageId":"time-none","timestamp":"2026-03-02T08:35:09"}',
    b'{"messageId":"time-space","timestamp":"2026-03-02 08:35:09"}',
    '{"messageId":"parquet","text":"Zoë \\\\ \\"b\\"","n":1.50}'.encode(),
]
LATER_DOCUMENTS: list[bytes] = [
    b'{"messageId":"later","type":"identify","userId":"u1","timestamp":"2026-03-02T08:35:09Z",'
    b'"traits":{"username":"ana","email":"ana@example.org"}}'
]
"""Landed when everything before them was modelled."""
DUPLICATE_KEYS: list[bytes] = [b'{"messageId":"twice","text":"first","text":"last"}']
"""Landed last and alone: a warehouse may refuse all that comes with it."""

_COUNT = str(len(JSON_DOCUMENTS) + len(PARQUET_DOCUMENTS))


def _staged(times: str, because: str) -> list[Check]:
    """What holds once two loads, of JSON and of Parquet, were staged."""
    return [
        Check(f"rows staged, {times}", "select count(*) from {raw}.web_events__events", _COUNT, because),
        Check(f"loads staged, {times}", "select count(*) from {raw}.loads", "2", because),
        Check(
            f"rows have names of their own, {times}",
            "select count(distinct _object || '#' || cast(_row as varchar(20))) from {raw}.web_events__events",
            _COUNT,
            "a record is named by its object and its row",
        ),
    ]


STAGED_ONCE = _staged("once", "no record may be lost or doubled")
STAGED_TWICE = _staged("twice", "staging again must change nothing")

MODELLED: list[Check] = [
    Check("rows modelled", "select count(*) from {staging}.base_web_events__events", _COUNT, "no record may be lost"),
    Check(
        "every spelling of an offset is the same moment",
        "select count(*) from {staging}.base_web_events__events "
        "where message_id like 'time-%' and event_at = cast('2026-03-02 08:35:09' as timestamp)",
        "7",
        "macros/cross_database/formats.sql casts them",
    ),
]


MODELLED_AGAIN: list[Check] = [
    Check(
        "rows after an increment",
        "select count(*) from {staging}.base_web_events__events",
        str(int(_COUNT) + len(LATER_DOCUMENTS)),
        "an increment adds what is new, and its hooks keep what is there",
    ),
    Check(
        "a person after an increment",
        "select count(*) from {marts}.dim_app_users where email = 'ana@example.org'",
        "1",
        "marts are built of increments",
    ),
    Check("loads in a mart", "select count(*) from {marts}.loads", "3", "this mart is unloaded"),
]

MASKED_TWICE = Check("personal data hidden twice, where deploy/<warehouse>/masking.sql was run", "", "no error", "")
_UNLOADED = (
    "load_id string, source string, stream string, load_seq {integer}, started_at {moment}, loaded_at {moment}, "
    "landed_count {integer}, rejected_count {integer}, input_count {integer}, object_count {integer}"
)
_CATALOG = "readers of the files have these types; whoever unloads must be allowed to write to <lake>/smoke/*/marts/*"


def unloaded(integer: str, moment: str) -> Check:
    """The types of the mart `loads` in Parquet, as Arrow calls them."""
    return Check("types in Parquet", "", _UNLOADED.format(integer=integer, moment=moment), _CATALOG)


UNLOADED_SNOWFLAKE = unloaded("decimal128(38, 0)", "timestamp[us]")
UNLOADED_REDSHIFT = unloaded("int64", "timestamp[us]")

_AS_TEXT = "cast({} as varchar(65535))"


def _text(path: str, message: str, form: str) -> str:
    return f"select {form.format(path)} from {{raw}}.web_events__events as t where {message}"


def _snowflake(path: str, message: str, form: str = "cast({} as varchar)") -> str:
    return _text(f"t.value:{path}", f"""t.value:"messageId"::varchar = '{message}'""", form)


def _redshift(path: str, message: str, form: str = "json_serialize({})") -> str:
    return _text(f"t.value.{path}", f"""t.value."messageId"::varchar = '{message}'""", form)


_SPELLING = "rejects and texts show another spelling than on other warehouses; the casts must still hold"
_LOST = "the text is not what the source sent"

SNOWFLAKE: list[Check] = [
    Check("keys are told apart by case", _snowflake('"Key"', "case"), "upper", "fields are read by the exact key"),
    Check("unicode", _snowflake('"text"', "unicode"), "Zoë, 日本 😀", _LOST),
    Check("text of 1.50", _snowflake('"n"."point"', "numbers"), "1.5", _SPELLING),
    Check("text of 1e3", _snowflake('"n"."power"', "numbers"), "1000", _SPELLING),
    Check("text of 12345678901234567890", _snowflake('"n"."big"', "numbers"), "12345678901234567890", _SPELLING),
    Check("text of true", _snowflake('"yes"', "kinds"), "true", "booleans are read as this text"),
    Check("text of null", _snowflake('"none"', "kinds"), None, "null must count as absent"),
    Check("text of an object", _snowflake('"nested"', "kinds"), '{"empty":{},"list":[1,{"x":"y"}]}', ""),
    Check("backslashes", _snowflake('"path"', "backslashes"), "C:\\new\\table", _LOST),
    Check("trailing spaces", _snowflake('"text"', "spaces", "length(cast({} as varchar))"), "3", _LOST),
    Check("65,535 bytes", _snowflake('"text"', "long", "octet_length(cast({} as varchar))"), str(LONG), _LOST),
    Check("text in Parquet", _snowflake('"text"', "parquet"), 'Zoë \\ "b"', _LOST),
    Check(
        "the file keeps what was sent",
        """select count(*) from {raw}.web_events__events__json_lines where contains(line, '1.50,"power":1e3')""",
        "1",
        "the line of the external table is the record, byte for byte",
    ),
    Check(
        "shape of metadata$filename",
        "select count(distinct _object) from {raw}.web_events__events__json_lines "
        "where regexp_like(metadata$filename, '.+/raw/web_events/events/load_seq=1/[^/]+') and _object like 'raw/%'",
        "1",
        "objects are found by the end of this name",
    ),
    Check(
        "a pattern must match a text with a line break as a whole",
        "select to_varchar(regexp_like('12' || chr(10), '[0-9]+'))",
        "false",
        "formats are told by patterns",
    ),
    Check(
        "dateadd takes more than 32 bits",
        "select to_varchar(dateadd('millisecond', 1772440509120, '1970-01-01'::timestamp), 'YYYY-MM-DD HH24:MI:SS')",
        "2026-03-02 08:35:09",
        "milliseconds since 1970 are cast so",
    ),
    Check(
        "the session's time zone",
        "select to_varchar(to_timestamp_tz('2026-01-01 00:00:00'), 'TZHTZM')",
        "+0000",
        "deploy/snowflake/roles.sql sets it for the user",
    ),
    Check(
        "a size of varchar counts characters",
        "select octet_length(cast(repeat('é', 10) as varchar(10)))",
        "20",
        "texts that are too long are told by their bytes",
    ),
]

REDSHIFT: list[Check] = [
    Check("keys are told apart by case", _redshift('"Key"', "case"), '"upper"', "fields are read by the exact key"),
    Check("unicode", _redshift('"text"', "unicode", _AS_TEXT), "Zoë, 日本 😀", _LOST),
    Check("text of 1.50", _redshift('"n"."point"', "numbers"), "1.50", _SPELLING),
    Check("text of 1e3", _redshift('"n"."power"', "numbers"), "1000", _SPELLING),
    Check("text of 12345678901234567890", _redshift('"n"."big"', "numbers"), "12345678901234567890", _SPELLING),
    Check("text of true", _redshift('"yes"', "kinds"), "true", "booleans are read as this text"),
    Check("a number cast to text", _redshift('"n"."point"', "numbers", _AS_TEXT), "1.50", ""),
    Check("a boolean cast to text", _redshift('"yes"', "kinds", _AS_TEXT), "true", ""),
    Check("type of null", _redshift('"none"', "kinds", "json_typeof({})"), "null", "null must count as absent"),
    Check("text of an object", _redshift('"nested"', "kinds"), '{"list":[1,{"x":"y"}],"empty":{}}', ""),
    Check("backslashes", _redshift('"path"', "backslashes", _AS_TEXT), "C:\\new\\table", _LOST),
    Check("trailing spaces", _redshift('"text"', "spaces", "len(cast({} as varchar(65535)))"), "3", _LOST),
    Check("65,535 bytes", _redshift('"text"', "long", "octet_length(cast({} as varchar(65535)))"), str(LONG), _LOST),
    Check("text in Parquet", _redshift('"text"', "parquet", _AS_TEXT), 'Zoë \\ "b"', _LOST),
    Check(
        "$ before a line break",
        "select case when '12' || chr(10) ~ '^([0-9]+)$' then 'matches' else 'does not match' end",
        "matches",
        "",
    ),
    Check(
        "dateadd takes more than 32 bits",
        "select cast(dateadd(millisecond, cast(1772440509120 as bigint), timestamp '1970-01-01') as varchar(30))",
        "2026-03-02 08:35:09.12",
        "",
    ),
    Check(
        "seconds as an interval",
        "select cast(timestamp 'epoch' + cast(1772440509 as bigint) * interval '1 second' as varchar(30))",
        "2026-03-02 08:35:09",
        "milliseconds since 1970 are cast so",
    ),
    Check(
        "texts that differ in trailing spaces",
        "select case when cast('a  ' as varchar(9)) = cast('a' as varchar(9)) then 'are equal' else 'differ' end",
        "are equal",
        "",
    ),
    Check(
        "a size of varchar counts bytes",
        "select octet_length(cast(repeat('é', 10) as varchar(10)))",
        "10",
        "texts that are too long are told by their bytes",
    ),
    Check(
        "the session's time zone",
        "select current_setting('timezone')",
        "UTC",
        "deploy/redshift/setup.sql sets it for the user",
    ),
]

_TWICE = "of two equal keys the last counts"
TWICE_SNOWFLAKE = [Check(_TWICE, _snowflake('"text"', "twice"), "last", _LOST)]
TWICE_REDSHIFT = [Check(_TWICE, _redshift('"text"', "twice"), '"last"', _LOST)]
