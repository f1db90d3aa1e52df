"""Expressions that PostgreSQL has no grammar for, and those that Redshift has none for."""

from collections.abc import Sequence

from tests.warehouses.standins.redshift_super import literal
from tests.warehouses.standins.redshift_tokens import Text, UnsupportedSqlError

_PARTS = {
    "year": ("year", "years", "y", "yr", "yrs"),
    "quarter": ("quarter", "quarters", "qtr", "qtrs"),
    "month": ("month", "months", "mon", "mons"),
    "week": ("week", "weeks", "w"),
    "day": ("day", "days", "d"),
    "hour": ("hour", "hours", "h", "hr", "hrs"),
    "minute": ("minute", "minutes", "m", "min", "mins"),
    "second": ("second", "seconds", "s", "sec", "secs"),
    "millisecond": ("millisecond", "milliseconds", "ms", "msec", "msecs", "msecond", "mseconds", "millisec"),
    "microsecond": ("microsecond", "microseconds", "us", "usec", "usecs", "microsec", "microsecs", "usecond"),
    "dow": ("dow", "dayofweek", "dw", "weekday"),
    "doy": ("doy", "dayofyear", "dy", "yearday"),
    "epoch": ("epoch",),
}  # fmt: skip
_PART_OF = {spelling: part for part, spellings in _PARTS.items() for spelling in spellings}

_REFUSED_FUNCTIONS = (
    "array_agg", "string_agg", "generate_subscripts", "json_agg", "json_build_array", "json_build_object", "jsonb_agg",
    "json_array_elements", "jsonb_array_elements", "json_each", "json_object_agg", "jsonb_build_object", "make_date",
    "make_interval", "make_timestamp", "regexp_match", "regexp_matches", "regexp_split_to_table", "row_to_json",
    "string_to_array", "to_json", "to_jsonb", "unnest", "gen_random_uuid", "concat_ws", "format",
)  # fmt: skip
"""PostgreSQL has these functions and Redshift does not: a project that uses one must fail here too."""

_RENAMED = {
    "json_serialize": "super_serialize",
    "array": "super_compact(super_array",
    "object": "super_compact(super_object",
}
"""Words of PostgreSQL's grammar, and calls that build JSON with spaces."""

_REFUSED_SIGNS = ("->", "->>", "#>", "#>>")
_REFUSED_PHRASES = (
    ("distinct", "on"), ("filter", "("), ("on", "conflict"), ("lateral",), ("returning",), ("for", "update"),
    ("create", "index"), ("create", "unique", "index"), ("range", "between"), ("groups", "between"),
)  # fmt: skip

_NEED_A_FRAME = (
    "avg", "count", "max", "min", "sum", "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop",
    "first_value", "last_value", "nth_value",
)  # fmt: skip
"""With an ORDER BY in OVER these need a frame clause in Redshift."""


def rewrite_expressions(text: Text) -> None:
    """Translates functions and types all over a statement. Raises UnsupportedSqlError for what Redshift lacks."""
    for i, token in enumerate(text.tokens):
        _refuse(text, i)
        if token.kind != "word" or text.is_(i - 1, "."):
            continue
        if token.name in ("dateadd", "datediff", "date_diff", "date_add", "date_part", "datepart") and text.is_(
            i + 1, "("
        ):
            _date_part(text, i + 2)
        elif token.name in ("substring", "substr") and text.is_(i + 1, "("):
            _check_substring(text, i)
        elif token.name == "try_cast" and text.is_(i + 1, "("):
            _try_cast(text, i)
        elif token.name in _RENAMED and text.is_(i + 1, "("):
            text.replace(i, i, _RENAMED[token.name])
            if token.name != "json_serialize":
                text.replace(text.partner[i + 1], text.partner[i + 1], "))")
        elif token.name == "sysdate" and not text.is_(i + 1, "(", ".") and not text.is_(i - 1, "as"):
            text.replace(i, i, "sysdate()")
        elif token.name == "within" and text.words(i + 1, "group", "("):
            _within_group(text, i)
        elif token.name == "over" and text.is_(i + 1, "("):
            _check_frame(text, i)
        elif token.name in ("decimal", "numeric") and not text.is_(i + 1, "(") and text.is_(i - 1, "as", "::"):
            text.replace(i, i, "decimal(18, 0)")
        elif token.name == "max" and text.words(i - 1, "(", "max", ")") and text.is_(i - 2, "varchar", "varying"):
            text.replace(i, i, "65535")


def _refuse(text: Text, i: int) -> None:
    token = text.tokens[i]
    refused = (
        (token.kind == "punct" and token.name in _REFUSED_SIGNS)
        or (token.name in _REFUSED_FUNCTIONS and text.is_(i + 1, "(") and not text.is_(i - 1, "."))
        or any(text.words(i, *phrase) for phrase in _REFUSED_PHRASES if token.name == phrase[0])
        or text.words(i, "array", "[")
        or text.words(i, "array", "(", "select")
    )
    if refused:
        raise UnsupportedSqlError(f"Redshift has no such syntax or function: {text.sql[token.start :][:120]}")


def _date_part(text: Text, i: int) -> None:
    name = text.tokens[i].name.strip("'").lower()
    if name not in _PART_OF:
        raise UnsupportedSqlError(f"unknown date part {name!r}")
    text.replace(i, i, literal(_PART_OF[name]))


def _try_cast(text: Text, i: int) -> None:
    """`try_cast(x as t)`: PostgreSQL is asked whether the text of x can be read as a t."""
    end = text.partner[i + 1]
    separator = max(j for j in text.at_level(i + 2, end) if text.is_(j, "as"))
    target = text.raw(separator + 1, end - 1).lower()
    if target.startswith("bool"):
        raise UnsupportedSqlError("cannot cast type character varying to boolean")
    text.replace(i, i + 1, "cast(try_cast_text(cast((")
    text.replace(separator, end, f") as text), {literal(target)}, cast(null as {target})) as {target})")


def _check_substring(text: Text, i: int) -> None:
    """Two arguments are documented for binary values only."""
    inside = text.at_level(i + 2, text.partner[i + 1])
    if sum(text.is_(j, ",") for j in inside) == 1:
        raise UnsupportedSqlError(
            f"substring of a text takes three arguments: {text.raw(i, text.partner[i + 1])[:120]}"
        )


def _within_group(text: Text, i: int) -> None:
    """`listagg(x, ',') within group (order by y)`: PostgreSQL wants the order inside the call."""
    if _called_before(text, i) == "listagg":
        text.replace(i - 1, i + 2, " ")


def _check_frame(text: Text, i: int) -> None:
    inside = text.at_level(i + 2, text.partner[i + 1])
    ordered = any(text.is_(j, "order") for j in inside)
    framed = any(text.is_(j, "rows") for j in inside)
    if ordered and not framed and _called_before(text, i) in _NEED_A_FRAME:
        raise UnsupportedSqlError("Aggregate window functions with an ORDER BY clause require a frame clause")


def _called_before(text: Text, i: int) -> str:
    """The function whose call ends right before token i."""
    openings: Sequence[int] = [opening for opening, closing in text.partner.items() if closing == i - 1]
    return text.tokens[openings[0] - 1].name if openings and openings[0] else ""
