"""COPY from S3: what a COPY asks for, and the rows of the objects it names.

The rows go to PostgreSQL through the same session, so a COPY is part of the transaction around it. Beyond that it
follows https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html for the options the stand-in knows; any other is
an error.
"""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from tests.warehouses.standins.redshift_tokens import Text, UnsupportedSqlError

_LONGEST_LINE = 4_000_000
_LONGEST_STRING = 65_535  # https://docs.aws.amazon.com/redshift/latest/dg/limitations-super.html
_SPACES = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')  # SUPER keeps none outside of strings
_IGNORED = ("region", "statupdate", "compupdate", "dateformat")


class CopyError(Exception):
    """A COPY that fails before any row is loaded."""


@dataclass
class Copy:
    """One COPY statement. columns: None for all of the table."""

    table: str
    columns: list[str] | None
    location: str
    format: str = ""
    gzip: bool = False
    manifest: bool = False
    any_timestamp: bool = False


def parse_copy(sql: str) -> Copy | None:
    """What a COPY asks for; None where the statement is none. Raises UnsupportedSqlError for unknown options."""
    if "copy" not in sql.lower():
        return None
    text = Text(sql)
    if not text.is_(0, "copy"):
        return None
    i = next((i for i in text.at_level(1, len(text.tokens)) if text.is_(i, "from", "(")), 0)
    table, columns = text.raw(1, i - 1), None
    if text.is_(i, "("):
        columns = [
            token.name.lower() for token in text.tokens[i + 1 : text.partner[i]] if token.kind in ("word", "quoted")
        ]
        i = text.partner[i] + 1
    location = _string(text, i + 1)
    if not text.is_(i, "from") or not location.startswith("s3://"):
        raise UnsupportedSqlError("the stand-in copies from 's3://…' only")
    copy = Copy(table, columns, location)
    i += 2
    while i < len(text.tokens) and not text.is_(i, ";"):
        i = _option(text, i, copy)
    if not copy.format or (copy.format == "parquet" and copy.gzip):
        raise UnsupportedSqlError("COPY needs format json 'auto' or format parquet (without gzip)")
    return copy


def _string(text: Text, i: int) -> str:
    if i >= len(text.tokens) or text.tokens[i].kind != "string":
        raise UnsupportedSqlError(f"expected a string in COPY: {text.sql[:200]}")
    return text.raw(i, i)[1:-1].replace("''", "'")


def _option(text: Text, i: int, copy: Copy) -> int:
    """Reads one option; the token after it."""
    name = text.tokens[i].name
    if name == "iam_role":
        if not text.is_(i + 1, "default"):
            _string(text, i + 1)
        return i + 2
    if name == "format":
        return i + 1 + text.is_(i + 1, "as")
    if name == "json":
        i += text.is_(i + 1, "as")
        if _string(text, i + 1) != "auto":
            raise UnsupportedSqlError("the stand-in copies json 'auto' only")
        copy.format = "json"
        return i + 2
    if name == "timeformat":
        i += text.is_(i + 1, "as")
        if _string(text, i + 1) != "auto":
            raise UnsupportedSqlError("the stand-in knows timeformat 'auto' only")
        copy.any_timestamp = True
        return i + 2
    if name == "parquet":
        copy.format = "parquet"
    elif name == "gzip":
        copy.gzip = True
    elif name == "manifest":
        copy.manifest = True
    elif name in _IGNORED:
        return i + 2 + text.is_(i + 1, "as")
    else:
        raise UnsupportedSqlError(f"the stand-in does not know this option of COPY: {name}")
    return i + 1


@dataclass
class Rows:
    """Each row as JSON text; kinds: the Parquet kind of each value, or None where rows are objects."""

    rows: list[str]
    kinds: list[str] | None


def read_rows(copy: Copy) -> Rows:
    """All rows of the objects that a COPY names, in their order. Raises CopyError."""
    objects = list(_manifest_objects(copy) if copy.manifest else _prefix_objects(copy.location))
    if not objects:
        raise CopyError(f"The specified S3 prefix '{_split(copy.location)[1]}' does not exist")
    if copy.format == "json":
        return Rows([line for url, data in objects for line in _lines(url, data, compressed=copy.gzip)], None)
    rows: list[str] = []
    kinds: list[str] = []
    for url, data in objects:
        table = _parquet(url, data)
        if rows and kinds != [_kind(column.type) for column in table.columns]:
            raise CopyError(f"{url}: the columns differ from those of the file before")
        kinds = [_kind(column.type) for column in table.columns]
        columns = [column.to_pylist() for column in table.columns]
        rows += [json.dumps(values, default=str) for values in zip(*columns, strict=True)]
    return Rows(rows, kinds)


def _prefix_objects(location: str) -> Iterator[tuple[str, bytes]]:
    bucket, prefix = _split(location)
    try:
        for page in _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                url = f"s3://{bucket}/{entry['Key']}"
                yield url, _get(url)
    except (BotoCoreError, ClientError) as error:
        raise CopyError(f"S3ServiceException: {error}") from error


def _manifest_objects(copy: Copy) -> Iterator[tuple[str, bytes]]:
    try:
        entries = json.loads(_get(copy.location))["entries"]
    except (ValueError, KeyError, TypeError, ClientError) as error:
        raise CopyError(f"Problem reading manifest file {copy.location}: {error}") from error
    for entry in entries:
        try:
            data = _get(entry["url"])
        except ClientError as error:
            if entry.get("mandatory"):
                raise CopyError(f"Problem reading mandatory file {entry['url']}: {error}") from error
            continue
        if copy.format == "parquet" and entry.get("meta", {}).get("content_length") != len(data):
            raise CopyError(f"{entry['url']}: content_length is missing in the manifest or is not {len(data)}")
        yield entry["url"], data


def _lines(url: str, data: bytes, *, compressed: bool) -> Iterator[str]:
    if compressed:
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise CopyError(f"{url}: not gzip, or cut off: {error}") from error
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        if len(line) + line.count(b"|") > _LONGEST_LINE:  # a pipe counts twice
            raise CopyError(f"{url}, line {number}: the JSON object is larger than {_LONGEST_LINE} bytes")
        try:
            text = line.decode()
            document = json.loads(text)
        except ValueError as error:
            raise CopyError(f"{url}, line {number}: Invalid JSON: {error}") from error
        if not isinstance(document, dict):
            raise CopyError(f"{url}, line {number}: the JSON is no object")
        if len(line) > _LONGEST_STRING and _longest_string(document) > _LONGEST_STRING:
            raise CopyError(f"{url}, line {number}: a string is longer than {_LONGEST_STRING} bytes")
        yield _SPACES.sub(r"\1", text)


def _longest_string(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode(errors="surrogatepass"))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(_longest_string, inner), default=0)


def _parquet(url: str, data: bytes) -> pa.Table:
    try:
        return pq.read_table(io.BytesIO(data))
    except pa.ArrowInvalid as error:
        raise CopyError(f"Spectrum Scan Error. {url}: {error}") from error


def _kind(type_: pa.DataType) -> str:
    """The PostgreSQL name of the only type a column of this kind may be loaded into."""
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return "string"
    if pa.types.is_decimal(type_):
        return "numeric"
    if pa.types.is_timestamp(type_):
        return "timestamp without time zone"
    names = {
        "bool": "boolean", "int16": "smallint", "int32": "integer", "int64": "bigint", "float": "real",
        "double": "double precision", "date32[day]": "date",
    }  # fmt: skip
    return names.get(str(type_), f"unsupported Parquet type {type_}")


def _get(url: str) -> bytes:
    bucket, key = _split(url)
    return bytes(_s3().get_object(Bucket=bucket, Key=key)["Body"].read())


def _split(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


@cache
def _s3() -> Any:
    return boto3.client("s3")
