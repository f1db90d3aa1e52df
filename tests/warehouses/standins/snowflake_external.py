"""File formats, COPY and external tables: files in S3 become rows of DuckDB."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import sqlglot
from snowflake.connector.errors import Error
from sqlglot.tokenizer_core import TokenType

from tests.warehouses.standins.snowflake_files import bucket_and_prefix, listing, load, prefix_of

OPTIONS = r"((?:\s*\w+\s*=\s*(?:'(?:\\.|''|[^'])*'|\((?:'(?:\\.|''|[^'])*'|[^')])*\)|[^\s'(]+))*)\s*"
OPTION = re.compile(r"(\w+)\s*=\s*('(?:\\.|''|[^'])*'|\((?:'(?:\\.|''|[^'])*'|[^')])*\)|[^\s'(]+)", re.S)
FORMAT = re.compile(
    rf"create\s+(or\s+replace\s+)?file\s+format\s+(if\s+not\s+exists\s+)?(\S+)\s+{OPTIONS}", re.I | re.S
)
COPY = re.compile(
    rf"copy\s+into\s+(\S+\s*(?:\([^()]*\))?)\s*from\s*\(\s*select\s+(.*?)\s+from\s+@(\S+?)\s*\)\s*{OPTIONS}",
    re.I | re.S,
)
CREATE = re.compile(
    r"create\s+(or\s+replace\s+)?external\s+table\s+(if\s+not\s+exists\s+)?([^\s(]+)\s*\((.*?)\)\s*"
    rf"(?:partition\s+by\s*\(([^()]*)\)\s*)?(?:with\s+)?location\s*=\s*@(\S+){OPTIONS}",
    re.I | re.S,
)
REFRESH = re.compile(r"alter\s+external\s+table\s+(?:if\s+exists\s+)?(\S+)\s+refresh(?:\s+('(?:[^']|'')*'))?", re.I)
DROP = re.compile(r"drop\s+external\s+table\s+(if\s+exists\s+)?(\S+)", re.I)
DESCRIBE = re.compile(r"desc(?:ribe)?\s+external\s+table\s+(\S+)", re.I)
MOST_FILES = 1000


@dataclass(frozen=True)
class Session:
    """Where statements run: through fakesnow, or in DuckDB as they stand."""

    run: Callable[[str], Any]
    duck: duckdb.DuckDBPyConnection
    database: str
    schema: str

    def key(self, name: str) -> str:
        """A name in full, as it is remembered; in one case, as nothing here is quoted to keep its own."""
        parts = name.replace('"', "").upper().split(".")
        return ".".join([*(self.database, self.schema)[: 3 - len(parts)], *parts])

    def has(self, name: str) -> bool:
        try:
            self.run(f"select 1 from {name} limit 0")
        except Error:
            return False
        return True


class NotHereError(Exception):
    """The statement names what is not there, or asks for what this stand-in does not do."""


@dataclass
class External:
    """An external table: what it was created with, and the files it shows, by key, with their version."""

    location: str
    pattern: str
    format: dict[str, str]
    columns: list[tuple[str, str, str]]
    files: dict[str, str] = field(default_factory=dict)


class Lake:
    """The bucket behind every stage, and what was created on top of it."""

    def __init__(self) -> None:
        self.formats: dict[str, dict[str, str]] = {}
        self.tables: dict[str, External] = {}

    def emulate(self, sql: str, session: Session) -> str | None:  # noqa: PLR0911
        """Does the statement, if it is one of ours; the query whose result is the answer."""
        if m := FORMAT.fullmatch(sql):
            return self.create_format(m, session)
        if m := COPY.fullmatch(sql):
            return self.copy(m, session)
        if m := CREATE.fullmatch(sql):
            return self.create_table(m, session)
        if m := REFRESH.fullmatch(sql):
            return self.refresh(m[1], text(m[2]) if m[2] else "", session)
        if m := DROP.fullmatch(sql):
            self.tables.pop(session.key(m[2]), None)
            return f"drop table {m[1] or ''} {m[2]}"
        if m := DESCRIBE.fullmatch(sql):
            return f"describe table {m[1]}"
        if re.match(r"(create\s+(or\s+replace\s+)?|alter\s+)external\s+table\b|copy\s+into\b", sql, re.I):
            raise NotHereError(f"this form is not emulated: {sql[:300]}")
        return None

    def create_format(self, m: re.Match[str], session: Session) -> str:
        name, given = session.key(m[3]), options(m[4])
        if given.get("type", "").lower() not in ("csv", "parquet"):
            raise NotHereError(f"file format {m[3]}: type {given.get('type')}; csv and parquet are emulated")
        if given["type"].lower() == "csv" and given.get("field_delimiter", "").lower() != "none":
            raise NotHereError(f"file format {m[3]}: csv is emulated as lines only, with field_delimiter = none")
        if name in self.formats and not m[1] and not m[2]:
            raise NotHereError(f"file format {m[3]} already exists")
        if name not in self.formats or m[1]:
            self.formats[name] = given
        return done(f"File format {m[3]} successfully created.")

    def format_of(self, given: dict[str, str], session: Session) -> dict[str, str]:
        inner = options(given.get("file_format", "()")[1:-1])
        name = inner.get("format_name", "")
        name = text(name) if name.startswith("'") else name
        if session.key(name) not in self.formats:
            raise NotHereError(f"file format '{name}' does not exist")
        return self.formats[session.key(name)]

    def copy(self, m: re.Match[str], session: Session) -> str:
        table, expressions, stage, given = m[1], m[2], m[3], options(m[4])
        expect(given, {"files", "file_format", "force", "on_error"})
        if (
            given.get("force", "").lower() != "true"
            or given.get("on_error", "abort_statement").lower() != "abort_statement"
        ):
            raise NotHereError("copy is emulated with force = true and on_error = abort_statement only")
        names = [text(name) for name in re.findall(r"'(?:\\.|''|[^'])*'", given.get("files", ""))]
        if not 0 < len(names) <= MOST_FILES:
            raise NotHereError(f"copy names {len(names)} files; expected 1 to {MOST_FILES}")
        file_format, folder = self.format_of(given, session), prefix_of(stage)
        present = listing(folder)
        for name in names:
            if folder + name not in present:
                raise NotHereError(f"Remote file '{bucket_and_prefix()[0]}/{folder}{name}' was not found")
        count = load(session.duck, [folder + name for name in names], file_format)
        row = "VALUE" if file_format["type"].lower() == "parquet" else "C1"
        session.run(f"insert into {table} select {re.sub(r'[$]1(?![0-9])', row, expressions)} from _HW_FILES")
        return done("LOADED", rows_loaded=count)

    def create_table(self, m: re.Match[str], session: Session) -> str:
        name, given = m[3], options(m[7])
        expect(given, {"pattern", "file_format", "refresh_on_create", "auto_refresh"})
        if m[2] and not m[1] and session.key(name) in self.tables and session.has(name):
            return done(f"{name} already exists, statement succeeded.")
        columns = columns_of(m[4])
        names = [column.upper().strip('"') for column, _, _ in columns]
        for column in names:
            if column == "VALUE" or column.startswith("METADATA$"):
                raise NotHereError(f"'{column}' cannot be used as a column name for external tables.")
        for partition in (m[5] or "").split(","):
            if partition.strip() and partition.strip().upper().strip('"') not in names:
                raise NotHereError(f"partition column {partition.strip()} is not declared")
        pattern = text(given["pattern"]) if "pattern" in given else ".*"
        table = External(prefix_of(m[6]), pattern, self.format_of(given, session), columns)
        ddl = ", ".join(["VALUE variant", *(f"{column} {kind}" for column, kind, _ in columns)])
        session.run(f"create {m[1] or ''} table {name} ({ddl})")
        self.tables[session.key(name)] = table
        if given.get("refresh_on_create", "true").lower() == "true":
            self.refresh(name, "", session)
        return done(f"Table {name} successfully created.")

    def refresh(self, name: str, below: str, session: Session) -> str:
        """Files that are new are added; where one vanished or changed, the table is filled anew from those left."""
        if session.key(name) not in self.tables:
            raise NotHereError(f"External table '{name}' does not exist or not authorized.")
        table = self.tables[session.key(name)]
        start = table.location + below
        there = {file: tag for file, tag in listing(start).items() if matches(table, file)}
        known = {file: tag for file, tag in table.files.items() if file.startswith(start)}
        new, files = sorted(set(there) - set(known)), {**table.files, **there}
        gone = sorted(set(known) - set(there))
        files = {file: tag for file, tag in files.items() if file not in gone}
        if gone or any(there[file] != tag for file, tag in known.items()):
            session.run(f"delete from {name}")
            new = sorted(files)
        if new:
            load(session.duck, new, table.format)
            casts = ", ".join(["VALUE", *(f"cast(({expression}) as {kind})" for _, kind, expression in table.columns)])
            session.run(f"insert into {name} select {casts} from _HW_FILES")
        table.files = files
        return done("REGISTERED_NEW", files=len(new))


def matches(table: External, file: str) -> bool:
    """Editions of Snowflake's documentation differ in where the path that a pattern must match begins."""
    paths = (f"s3://{bucket_and_prefix()[0]}/{file}", file, file.removeprefix(table.location))
    answers = {re.fullmatch(table.pattern, path) is not None for path in paths}
    if len(answers) > 1:
        raise NotHereError(f"whether {file} matches '{table.pattern}' depends on where its path begins; begin with .*")
    return answers.pop()


def columns_of(declarations: str) -> list[tuple[str, str, str]]:
    """(name, type, expression) of `name type as (expression), …`; text is taken as it stands."""
    columns, start = [], 0
    tokens = list(sqlglot.tokenize(declarations, read="snowflake"))
    ends = [
        index
        for index, depth in enumerate(depths(tokens))
        if depth == 0 and tokens[index].token_type == TokenType.COMMA
    ]
    for end in [*ends, len(tokens)]:
        column = tokens[start:end]
        start = end + 1
        level = depths(column)
        at = [i for i, token in enumerate(column) if level[i] == 0 and token.token_type == TokenType.ALIAS]
        if not at or len(column) < 4:
            raise NotHereError(f"a column of an external table needs `name type as (expression)`: {declarations[:200]}")
        kind = declarations[column[1].start : column[at[0] - 1].end + 1]
        expression = declarations[column[at[0] + 1].start : column[-1].end + 1]
        columns.append((declarations[column[0].start : column[0].end + 1], kind, expression))
    return columns


def depths(tokens: list[Any]) -> list[int]:
    """How many parentheses are open at each token."""
    result, depth = [], 0
    for token in tokens:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        result.append(depth)
    return result


def options(given: str) -> dict[str, str]:
    return {name.lower(): value for name, value in OPTION.findall(given)}


def expect(given: dict[str, str], known: set[str]) -> None:
    if unknown := set(given) - known:
        raise NotHereError(f"options that are not emulated: {', '.join(sorted(unknown))}")


def text(literal: str) -> str:
    return str(sqlglot.parse_one(literal, read="snowflake").this)


def done(status: str, **counts: int) -> str:
    more = "".join(f', {count} as "{name}"' for name, count in counts.items())
    return "select '" + status.replace("'", "''") + f'\' as "status"{more}'
