"""Statements that PostgreSQL does not know, or that mean something else there."""

import re

from tests.warehouses.standins.redshift_super import literal
from tests.warehouses.standins.redshift_tokens import Text, UnsupportedSqlError

NOTHING = "do $nothing$ begin end $nothing$"
"""A statement that succeeds and changes nothing."""

_ONLY_REDSHIFT = (
    "query_group", "enable_case_sensitive_identifier", "enable_case_sensitive_super_attribute",
    "json_parse_dedup_attributes", "parse_super_null_on_error", "enable_result_cache_for_session",
    "wlm_query_slot_count",
)  # fmt: skip
_SETTINGS = (
    *_ONLY_REDSHIFT, "search_path", "statement_timeout", "timezone", "datestyle", "application_name", "client_encoding",
    "extra_float_digits", "session authorization", "lock_timeout",
)  # fmt: skip

_UNSIZED = {"varchar": "varchar(256)", "text": "varchar(256)", "nvarchar": "varchar(256)", "string": "varchar(256)"}
_COMPRESSION = (
    "raw", "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32", "runlength", "text255",
    "text32k", "zstd", "auto",
)  # fmt: skip


def rewrite_statement(text: Text) -> str | None:
    """Translates what the kind of a statement asks for; a whole other statement where nothing of it can stay."""
    if text.is_(0, "grant", "revoke", "vacuum") or text.words(0, "alter", "default", "privileges"):
        return NOTHING
    if text.is_(0, "set", "reset", "show"):
        return _setting(text)
    if text.is_(0, "unload") or text.words(0, "create", "external"):
        raise UnsupportedSqlError(f"the stand-in has no {text.raw(0, min(1, len(text.tokens) - 1))}")
    if text.is_(0, "create"):
        kind = next((i for i in range(1, min(6, len(text.tokens))) if text.is_(i, "table", "view")), 0)
        if text.is_(kind, "view"):
            return _view(text, kind)
        if text.is_(kind, "table"):
            _table(text, kind)
    elif text.words(0, "alter", "table"):
        _sizes(text, range(2, len(text.tokens)))
    return None


def _setting(text: Text) -> str | None:
    name = text.tokens[1 + text.is_(1, "session", "local")].name if len(text.tokens) > 1 else ""
    if name in ("transaction", "authorization", "role", "session", "time", "all"):
        return None
    if name not in _SETTINGS:
        raise UnsupportedSqlError(f"the stand-in does not know the setting {name!r}")
    if name in _ONLY_REDSHIFT:
        # PostgreSQL lets anything be set whose name has a dot
        place = 1 + text.is_(1, "session", "local")
        text.insert_before(place, "redshift.")
    return None


def _view(text: Text, kind: int) -> str | None:
    count = len(text.tokens) - text.is_(len(text.tokens) - 1, ";")
    if not text.words(count - 4, "with", "no", "schema", "binding"):
        return None
    body = next(i for i in range(kind, count) if text.is_(i, "as"))
    text.replace(0, body, f"call create_late_binding_view({literal(text.raw(0, body - 1))}, $late$")
    text.replace(count - 4, len(text.tokens) - 1, "$late$)")
    return None


def _table(text: Text, kind: int) -> None:
    i = kind + 1
    while i < len(text.tokens) and not text.is_(i, "(", "as") and not _is_attribute(text, i):
        i += 1
    columns, keys = list[str](), list[int]()
    if text.is_(i, "(") and not text.is_(i + 1, "select", "with", "("):
        columns = _columns(text, i + 1, text.partner[i])
        i = text.partner[i] + 1
    while i < len(text.tokens) and not text.is_(i, "as", ";"):
        i = _attribute(text, i, keys)
    if keys and not columns and text.is_(i, "as"):
        _sort_by(text, i + 1, keys)
    for key in keys if columns else ():
        if text.tokens[key].name.lower() not in columns:
            raise UnsupportedSqlError(f'column "{text.tokens[key].name}" named in key does not exist')


def _sort_by(text: Text, first: int, keys: list[int]) -> None:
    """`create table … sortkey (k) as query` has the rows sorted by k, which the query must have."""
    last = len(text.tokens) - 1 - text.is_(len(text.tokens) - 1, ";")
    text.insert_before(first, "select keyed.* from (")
    text.insert_after(last, f") as keyed order by {', '.join(f'keyed.{text.raw(key, key)}' for key in keys)}")


def _is_attribute(text: Text, i: int) -> bool:
    words = ("diststyle", "distkey", "sortkey", "compound", "interleaved", "backup", "encode")
    return text.is_(i, *words) and not text.is_(i - 1, "table", ".")


def _attribute(text: Text, i: int, keys: list[int]) -> int:
    """Removes one table attribute and notes the columns it names; the token after it."""
    start = i
    if text.is_(i, "diststyle", "backup", "encode"):
        i += 2
    elif text.is_(i, "compound", "interleaved", "distkey", "sortkey"):
        i += text.is_(i, "compound", "interleaved")
        i += 1
        if text.is_(i, "("):
            keys += [j for j in range(i + 1, text.partner[i]) if text.is_name(j)]
        i = text.partner[i] + 1 if text.is_(i, "(") else i + 1
    else:
        raise UnsupportedSqlError(f"unknown table attribute: {text.sql[text.tokens[i].start :][:60]}")
    text.replace(start, i - 1, "")
    return i


def _columns(text: Text, low: int, high: int) -> list[str]:
    """Definitions of columns: unsized texts have 256 bytes, and keys are stated but not enforced. Their names."""
    parts, start, names = [], low, []
    for i in text.at_level(low, high):
        if text.is_(i, ","):
            parts.append((start, i))
            start = i + 1
    parts.append((start, high))
    kept = 0
    for first, last in parts:
        if text.is_(first, "primary", "unique", "foreign", "constraint"):
            before = first - 1 if kept else first
            text.replace(before, last - 1, "") if kept else text.replace(first, last - (last == high), "")
            continue
        kept += 1
        names.append(text.tokens[first].name.lower())
        _sizes(text, range(first + 1, last))
        _column_attributes(text, first, last)
    return names


def _column_attributes(text: Text, first: int, last: int) -> None:
    for i in range(first + 1, last):
        if text.words(i, "primary", "key"):
            text.replace(i, i + 1, "not null")
        elif text.is_(i, "unique", "distkey", "sortkey"):
            text.remove([i])
        elif text.is_(i, "encode") and text.is_(i + 1, *_COMPRESSION):
            text.remove([i, i + 1])
        elif text.is_(i, "identity") and text.is_(i + 1, "("):
            text.replace(i, text.partner[i + 1], "generated by default as identity")
        elif text.is_(i, "references", "check"):
            raise UnsupportedSqlError("the stand-in has no foreign keys on columns, and Redshift has no checks")


def _sizes(text: Text, tokens: range) -> None:
    for i in tokens:
        if text.is_(i, "varying") and text.is_(i - 1, "character") and not text.is_(i + 1, "("):
            text.replace(i, i, "varying(256)")
        elif text.is_(i, *_UNSIZED) and not text.is_(i + 1, "(") and not text.is_(i - 1, "(", ",", "column"):
            text.replace(i, i, _UNSIZED[text.tokens[i].name])
        elif text.is_(i, "decimal", "numeric") and not text.is_(i + 1, "(") and not text.is_(i - 1, "as", "::"):
            text.replace(i, i, "decimal(18, 0)")
        elif text.is_(i, "varchar", "varying") and text.is_(i + 1, "(") and int(text.tokens[i + 2].name) > 65535:
            raise UnsupportedSqlError("length for type varchar cannot exceed 65535")


_FLAG = re.compile(
    r"\s*(set|reset)\s+(?:session\s+)?(enable_case_sensitive_(?:identifier|super_attribute))"
    r"(?:\s*(?:to|=)\s*'?(\w+)'?)?\s*;?\s*",
    re.IGNORECASE,
)


def case_setting(sql: str) -> tuple[str, bool] | None:
    """Which of the two settings of case a statement changes, and to what."""
    if "enable_case_sensitive" not in sql.lower():
        return None
    match = _FLAG.fullmatch(re.sub(r"/\*.*?\*/", "", sql, flags=re.DOTALL))
    return (match[2].lower(), (match[3] or "").lower() in ("true", "on", "1", "yes")) if match else None
