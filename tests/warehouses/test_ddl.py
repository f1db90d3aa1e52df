"""The statements of staging, in an empty warehouse and in one that has a first load, and of publishing: reviewed as
text, parsed with the warehouse's grammar, their options held against the documentation. In test_same_rows stand-ins run
those of staging; those that unload only DuckDB has run, in tests/pipeline."""

import json
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from loaders.lake import open_store
from tests.warehouses.conftest import Warehouses
from tests.warehouses.grammar import is_refused, refused
from tests.warehouses.warehouse import Warehouse

GOLDEN = Path(__file__).parent / "golden"
DIALECTS = ["snowflake", "redshift"]

# The options of each statement that we use, as these pages have them:
#   docs.snowflake.com/en/sql-reference/sql/create-external-table, create-file-format, copy-into-table and -location
#   docs.aws.amazon.com/redshift/latest/dg/r_COPY.html, copy-usage_notes-copy-from-columnar.html and r_UNLOAD.html
OPTIONS = {
    "snowflake": {
        "create external table": {
            "location", "refresh_on_create", "auto_refresh", "pattern", "file_format", "format_name", "partition by",
        },
        "create file format": {
            "type", "field_delimiter", "record_delimiter", "multi_line", "escape_unenclosed_field", "null_if",
            "empty_field_as_null", "skip_blank_lines", "binary_as_text",
        },
        "copy into": {"files", "file_format", "format_name", "on_error", "force"},
        "copy into '": {"file_format", "type", "compression", "max_file_size", "header"},
    },
    "redshift": {
        "json": {"iam_role", "format", "gzip", "manifest", "statupdate"},
        "parquet": {"iam_role", "format", "manifest", "statupdate"},
        "unload": {"iam_role", "format", "maxfilesize"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def landed(warehouses: Warehouses) -> Warehouses:
    """Two loads of JSON and of Parquet: none is staged in the schema `empty`, the first in the schema `begun`."""
    warehouses.put("web_events", "2026/03/01/00/first", b'{"messageId":"1","type":"page"}{"messageId":')
    warehouses.put("shop", "first", b'{"id":"1","status":"new"}')
    warehouses.load()
    for other in warehouses.others:
        other.run("headwater", "stage", schema="begun")
    warehouses.put("web_events", "2026/03/01/00/second", b'{"messageId":"2","type":"page"}')
    warehouses.put("shop", "second", b'{"id":"2","status":"new"}{"id":"3","note":"%s"}' % (b"x" * 65_500))
    warehouses.load()
    return warehouses


@cache
def statements(warehouses: Warehouses, dialect: str, schema: str = "empty") -> list[str]:
    """What `headwater stage --dry-run` prints, without what is new in every run."""
    warehouse = next(other for other in warehouses.others if other.name == dialect)
    printed = warehouse.run("headwater", "stage", "--dry-run", schema=schema)
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "<load id>", printed)
    text = re.sub(r"'[0-9a-f]{32}'", "'<hash>'", text)  # a lake's identity, a layout of the log
    text = re.sub(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+'", "'<now>'", text)
    text = re.sub(r"'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00'", "'<seen>'", text)
    return [statement.strip() for statement in re.split(r";\n", text) if statement.strip()]


@cache
def unloads(warehouses: Warehouses, dialect: str) -> list[str]:
    """What `headwater publish --dry-run` prints, but for the name of the publication."""
    [warehouse] = (one for one in warehouses.all if one.name == dialect)
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "<publication>", warehouse.run("headwater", "publish", "--dry-run"))
    return [statement.strip() for statement in re.split(r";\n", text) if statement.strip()]


def as_reviewed(statements: list[str], name: str) -> bool:
    text, golden = ";\n\n".join(statements) + ";\n", GOLDEN / f"{name}.ddl"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(text)
    return text == golden.read_text()


@pytest.mark.parametrize("schema", ["empty", "begun"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_are_as_they_were_reviewed(landed: Warehouses, dialect: str, schema: str) -> None:
    told = statements(landed, dialect, schema)
    assert as_reviewed(told, f"{dialect}_{schema}"), (
        "if this is meant, write it with WRITE_GOLDEN=1 and review the change"
    )


@pytest.mark.parametrize("dialect", ["duckdb", *DIALECTS])
def test_unloads_are_as_they_were_reviewed(landed: Warehouses, dialect: str) -> None:
    told = unloads(landed, dialect)
    assert as_reviewed(told, f"{dialect}_publish"), (
        "if this is meant, write it with WRITE_GOLDEN=1 and review the change"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_unloads_are_grammatical(landed: Warehouses, dialect: str) -> None:
    """DuckDB has run its own. What Redshift unloads is a query in a text, with its quotes doubled."""
    told = unloads(landed, dialect)
    queries = [re.findall(r"\('(.*)'\)", one, re.DOTALL) for one in told] if dialect == "redshift" else []
    assert len(told) >= 11
    assert refused([*told, *(text.replace("''", "'") for texts in queries for text in texts)], dialect) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_are_grammatical(landed: Warehouses, dialect: str) -> None:
    """Of statements that differ in names of streams and in texts one is parsed: no grammar looks into either."""
    every = [*statements(landed, dialect), *statements(landed, dialect, "begun")]
    shapes = {re.sub(r"'[^']*'|\w+__\w+|\w+_raw\b", "", statement): statement for statement in every}
    assert 10 < len(shapes) < len(every) / 2
    assert refused(list(shapes.values()), dialect) == []


@pytest.mark.parametrize(
    ("dialect", "broken"),
    [
        ("snowflake", ("partition by (load_seq)", "partitioned (load_seq)")),
        ("snowflake", ("refresh 'load_seq=2/'", "refreshing")),
        ("snowflake", ("files = (", "files (")),
        ("snowflake", ("type = csv", "type csv csv")),
        ("redshift", ("format json 'auto'", "format json auto json")),
        ("redshift", ("sortkey (_load_seq)", "sortkeys (_load_seq)")),
        ("redshift", ("iam_role default", "iam_role default default")),
        ("snowflake", ("type = parquet compression", "type parquet compression")),
        ("snowflake", ("header = true", "headers = true")),
        ("redshift", ("maxfilesize 256 mb", "maxfilesize 256 mega")),
        ("redshift", ("\nto 's3:", "\ninto 's3:")),
    ],
)
def test_broken_statements_are_refused(landed: Warehouses, dialect: str, broken: tuple[str, str]) -> None:
    every = [*statements(landed, dialect, "begun"), *unloads(landed, dialect)]
    whole = next(statement for statement in every if broken[0] in statement)
    assert is_refused(whole.replace(*broken), dialect)


def test_options_for_snowflake_are_documented(landed: Warehouses) -> None:
    seen = set()
    for kind, known in OPTIONS["snowflake"].items():
        every = [*statements(landed, "snowflake"), *unloads(landed, "snowflake")]
        # to unload is to copy into an address
        for statement in (s for s in every if re.match(f"{kind}(?! ')", s)):
            body = re.sub(r"\((\s*load_seq bigint as |\nselect\n).*?\n\)", "", statement, flags=re.DOTALL)
            used = set(re.findall(r"(\w+)\s*=", body)) | set(re.findall(r"^(partition by)", body, re.MULTILINE))
            assert used <= known, statement
            seen |= {(kind, option) for option in used}
    assert seen == {(kind, option) for kind, known in OPTIONS["snowflake"].items() for option in known}


def test_options_for_redshift_are_documented(landed: Warehouses) -> None:
    for statement in unloads(landed, "redshift"):
        options = re.sub(r"^unload \('.*'\)\nto '[^']*'\n", "", statement, flags=re.DOTALL)
        assert {line.split()[0] for line in options.splitlines()} == OPTIONS["redshift"]["unload"], statement
    copies = [s for s in statements(landed, "redshift") if s.startswith("copy ")]
    assert any("format parquet" in s for s in copies)
    for statement in copies:
        known = OPTIONS["redshift"]["parquet" if "format parquet" in statement else "json"]
        used = {line.split()[0] for line in statement.splitlines()[2:]}
        assert used <= known, statement


def test_redshift_takes_no_lake_that_was_loaded_elsewhere(landed: Warehouses) -> None:
    """Its commits list no manifests; they would be recorded, and their rows never be there."""
    lake = landed.environment["HEADWATER_LAKE"]
    loaded, copied = open_store(lake), open_store(f"{lake}-copied")
    for found in loaded.entries():
        data = b"".join(loaded.chunks(found.key))
        if found.key.startswith("log/"):
            lines = [json.loads(line) for line in data.splitlines() if b'"manifest"' not in line]
            counted = [{**line, "lines": len(lines)} if "lines" in line else line for line in lines]
            data = b"".join(json.dumps(line).encode() + b"\n" for line in counted)
        copied.put(found.key, data)
    [redshift] = (other for other in landed.others if other.name == "redshift")

    def elsewhere(lake: str) -> Warehouse:
        return replace(redshift, environment={**redshift.environment, "HEADWATER_LAKE": lake})

    with pytest.raises(
        AssertionError, match=r"load 1 of shop\.orders has no manifest to copy by; expected a lake that"
    ):
        elsewhere(f"{lake}-copied").run("headwater", "stage", schema="elsewhere")
    with pytest.raises(AssertionError, match=r"HEADWATER_TARGET=redshift reads the lake from a bucket, and it is '"):
        elsewhere(str(landed.place / "lake")).run("headwater", "stage", schema="elsewhere")
