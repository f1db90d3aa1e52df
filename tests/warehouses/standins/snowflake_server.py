"""fakesnow's server with its holes patched: statements that dbt issues, and errors that end at once."""

import importlib
import logging
import re
from functools import partialmethod
from typing import Any
from unittest.mock import patch

import duckdb
import fakesnow.arrow
import fakesnow.cursor
import fakesnow.info_schema
import fakesnow.rowtype
import fakesnow.transforms
import sqlglot
from fakesnow.cursor import FakeSnowflakeCursor
from snowflake.connector.errors import Error, ProgrammingError
from sqlglot import exp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.warehouses.standins.snowflake_arrow import moments_with_nulls, to_ipc
from tests.warehouses.standins.snowflake_external import Lake, NotHereError, Session, text
from tests.warehouses.standins.snowflake_macros import creation_sql
from tests.warehouses.standins.snowflake_sql import TEXTS, translate

DONE = "select 'Statement executed successfully.' as \"status\""
NOTE = r"(?:\s|--[^\n]*(?:\n|$)|/\*(?:(?!\*/).)*\*/|;)+"
NOTES_AROUND = re.compile(rf"\A{NOTE}|{NOTE}\Z", re.S)
NAME = r"([\w$.\"]+)"

# Accepted without effect: rights, tags and masks. Whatever they would forbid is allowed here.
NOT_ENFORCED = tuple(
    re.compile(pattern, re.I | re.S)
    for pattern in (
        r"(grant|revoke)\s.+\s(to|from)\s.+",
        r"alter\s+(table|view|external\s+table)\s.+\s(un)?set\s+tag\s.+",
        r"create\s+(or\s+replace\s+)?(masking|row\s+access)\s+policy\s.+",
        r"drop\s+(masking|row\s+access)\s+policy\s.+",
        r"alter\s+(table|view|external\s+table)\s.+\s(un)?set\s+masking\s+policy.*",
        r"alter\s+(table|view|external\s+table)\s+\S+\s+(add|drop)\s+row\s+access\s+policy\s.+",
        r"alter\s+session\s+set\s+timezone\s*=\s*'(etc/)?utc'",  # which it always is here
    )
)
TRANSACTION = re.compile(r"(begin|commit|rollback)(\s+(transaction|work))?", re.I)
OVERWRITE = re.compile(rf"insert\s+overwrite\s+(?:into\s+|table\s+)?{NAME}(.*)", re.I | re.S)
TEMPORARY = re.compile(r"(create\s+(?:or\s+replace\s+)?)(?:temporary|temp)\s+(table|view)", re.I)
VIEW = re.compile(r"create\s+(?:or\s+replace\s+)?(?:(?:secure|temporary|temp|recursive)\s+)*view\b", re.I)
LARGEST_VIEW = 95 * 1024
TAG = re.compile(r"alter\s+session\s+(?:set\s+query_tag\s*=\s*('.*')|unset\s+query_tag)", re.I | re.S)
SHOW_TAG = re.compile(r"show\s+parameters\s+like\s+'query_tag'\s+in\s+session", re.I)
SHOW_GRANTS = re.compile(r"show\s+(future\s+)?grants\s.*", re.I | re.S)
COMMENTS = re.compile(rf"alter\s+(table|view)\s+{NAME}\s+(?:alter|modify)\s+(.+\scomment\s.+)", re.I | re.S)
COMMENT = re.compile(r"""("[^"]+"|\w+)\s+comment\s+(\$\$.*?\$\$|'(?:\\.|''|[^'])*')""", re.I | re.S)
DDL = (exp.Create, exp.Drop, exp.Alter, exp.Comment)

_execute_as_fakesnow = FakeSnowflakeCursor.execute
_transform_expression = exp.Expression.transform
_transform_as_fakesnow = FakeSnowflakeCursor._transform
_run_as_fakesnow = FakeSnowflakeCursor._execute
_parsed: dict[str, exp.Expr] = {}  # the statement that is to be run next
lake = Lake()
server: Any = importlib.import_module("fakesnow.server")  # `fakesnow.server` names a function


def execute(self: FakeSnowflakeCursor, command: str, *arguments: Any, **options: Any) -> FakeSnowflakeCursor:
    """Whatever goes wrong is an error of the statement: anything else the connector would retry for ever."""

    def run(sql: str) -> FakeSnowflakeCursor:
        return _execute_as_fakesnow(self, sql, *arguments, **options)

    try:
        return run(emulate(self, NOTES_AROUND.sub("", command), run))
    except (ProgrammingError, NotHereError, duckdb.Error, Error, NotImplementedError, sqlglot.ParseError) as error:
        if isinstance(error, ProgrammingError):
            raise
        raise ProgrammingError(msg=f"{type(error).__name__}: {error}", errno=2140, sqlstate="42601") from error
    except Exception as error:
        message = f"the stand-in failed: {type(error).__name__}: {error}"
        raise ProgrammingError(msg=message, errno=370001, sqlstate="XX000") from error


def emulate(cursor: FakeSnowflakeCursor, sql: str, run: Any) -> str:  # noqa: PLR0911
    """Does what fakesnow cannot; the statement that is left to run, whose result is the answer."""
    duck = cursor._duck_conn
    if m := TRANSACTION.fullmatch(sql):
        transact(cursor, m[1].lower())
        return DONE
    if any(pattern.fullmatch(sql) for pattern in NOT_ENFORCED):
        return DONE
    if VIEW.match(sql) and len(sql.encode()) > LARGEST_VIEW:
        raise ProgrammingError(msg="View definition too large.", errno=90222, sqlstate="42601")
    if m := TAG.fullmatch(sql):
        conn: Any = cursor._conn
        conn.query_tag = text(m[1]) if m[1] else ""
        return DONE
    if SHOW_TAG.fullmatch(sql):
        tag = getattr(cursor._conn, "query_tag", "").replace("'", "''")
        return f"""select 'QUERY_TAG' as "key", '{tag}' as "value", '' as "default", 'SESSION' as "level\""""
    if SHOW_GRANTS.fullmatch(sql):
        names = ("created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option")
        return "select * from (select " + ", ".join(f"""'' as "{name}\"""" for name in names) + ") as g where false"
    if m := OVERWRITE.fullmatch(sql):
        run(f"delete from {m[1]}")
        return f"insert into {m[1]} {m[2]}"
    if m := COMMENTS.fullmatch(sql):
        end_transaction(cursor)
        for column, comment in COMMENT.findall(m[3]):
            table = translated_name(m[2])
            words = text(comment).replace("'", "''")
            duck.execute(f"comment on column {table}.{translated_name(column)} is '{words}'")
        return DONE
    session = Session(run, duck, cursor._conn.database or "", cursor._conn.schema or "")
    if answer := lake.emulate(sql, session):
        return answer
    return TEMPORARY.sub(r"\1\2", sql, count=1) if TEMPORARY.match(sql) else sql


def transact(cursor: FakeSnowflakeCursor, word: str) -> None:
    """BEGIN within a transaction, and COMMIT or ROLLBACK outside of one, do nothing."""
    conn = cursor._conn
    if (word == "begin") != conn._in_transaction:
        cursor._duck_conn.execute(word)
        conn._in_transaction = word == "begin"


def end_transaction(cursor: FakeSnowflakeCursor) -> None:
    """DDL commits what is open, as in Snowflake."""
    if cursor._conn._in_transaction:
        transact(cursor, "commit")


def translated_name(name: str) -> str:
    parts = [part if part.startswith('"') else f'"{part.upper()}"' for part in re.findall(r'"[^"]+"|[^."]+', name)]
    return ".".join(parts)


def explode(self: FakeSnowflakeCursor, statement: exp.Expr) -> list[exp.Expr]:
    """One statement, but for those that DuckDB needs in parts. MERGE stays whole: DuckDB has it now."""
    if isinstance(statement, exp.Create) and isinstance(statement.this, exp.Schema):
        if statement.kind == "VIEW":
            columns = [c.this if isinstance(c, exp.ColumnDef) else c for c in statement.this.expressions]
            statement.this.set("expressions", [exp.to_identifier(column) for column in columns])
        elif isinstance(statement.expression, exp.Query):
            return typed_table(statement)
    for split in (fakesnow.transforms.create_table_autoincrement, fakesnow.transforms.alter_table_add_multiple_columns):
        if len(parts := split(statement)) > 1:
            return parts
    return [statement]


def typed_table(create: exp.Create) -> list[exp.Expr]:
    """CREATE TABLE t (columns) AS query: the columns are the query's by position, cast; then their NOT NULL."""
    schema, query = create.this, create.expression
    columns = [c for c in schema.expressions if isinstance(c, exp.ColumnDef)]
    places = [exp.to_identifier(f"_{number}") for number in range(len(columns))]
    casts = [
        exp.alias_(exp.cast(exp.column(place), column.kind or "text"), column.this)
        for place, column in zip(places, columns, strict=True)
    ]
    alias = exp.TableAlias(this=exp.to_identifier("_query"), columns=places)
    source = exp.Subquery(this=query.unnest().copy(), alias=alias)
    create.set("this", schema.this)
    create.set("expression", exp.select(*casts).from_(source))
    create.args["text_lengths"] = [(c.name, size_of(c.kind)) for c in columns if c.kind and c.kind.this in TEXTS]
    required = [
        f"alter table {schema.this.sql('snowflake')} alter column {column.this.sql('snowflake')} set not null"
        for column in columns
        if any(isinstance(c.kind, exp.NotNullColumnConstraint) for c in column.constraints)
    ]
    return [create, *(sqlglot.parse_one(sql, read="snowflake") for sql in required)]


def size_of(kind: exp.DataType) -> int:
    return int(kind.expressions[0].name) if kind.expressions else 16777216


def transform(self: FakeSnowflakeCursor, statement: exp.Expr, params: Any) -> exp.Expr:
    if isinstance(statement, DDL):
        end_transaction(self)
    # fakesnow copies the statement some seventy times, which is most of the time that a long one takes
    in_place = partialmethod(_transform_expression, copy=False)
    with patch.object(exp.Expression, "transform", in_place):
        return _transform_as_fakesnow(self, translate(statement), params)


def run_transformed(self: FakeSnowflakeCursor, statement: exp.Expr, params: Any = None) -> None:
    """Nothing reaches DuckDB that sqlglot could not read: DuckDB would run statements that Snowflake does not have."""
    ours = {"create_db_name", "set_database", "set_schema"}
    of_duckdb = (exp.Command, exp.Pragma, exp.Attach, exp.Detach)
    if isinstance(statement, of_duckdb) and not ours & {name for name, value in statement.args.items() if value}:
        raise ProgrammingError(msg=f"unsupported statement: {statement.sql()[:200]}", errno=1003, sqlstate="42000")
    _run_as_fakesnow(self, statement, params)
    if isinstance(statement, exp.Merge) and self._arrow_table:
        count = self._arrow_table.column(0)[0].as_py()
        # the connector adds such columns up, so one will do
        _run_as_fakesnow(self, sqlglot.parse_one(f'select {count} as "number of rows updated"', read="duckdb"))


def parse_or_command(sql: str, read: str) -> exp.Expr:
    """For the kind of statement only: what sqlglot cannot read is told by the execution, not by a broken request."""
    sql = NOTES_AROUND.sub("", sql)
    try:
        statement = sqlglot.parse_one(sql, read=read)
    except sqlglot.ParseError:
        return exp.Command(this="UNKNOWN")
    _parsed.clear()
    _parsed[sql] = statement
    return statement


def parse_once(sql: str, read: str) -> exp.Expr:
    """What was just read for its kind is not read again."""
    return _parsed.pop(sql, None) or sqlglot.parse_one(sql, read=read)


def describe_last(self: FakeSnowflakeCursor) -> list[Any]:
    """The columns of the last answer. fakesnow reads its SQL once more for it, and writes it again."""
    with self._conn.cursor() as cursor:
        _run_as_fakesnow(cursor, exp.Command(this="DESCRIBE", expression=self._last_sql), self._last_params)
        return cursor.fetchall()


async def query(request: Request) -> JSONResponse:
    """An HTTP 500 would be retried for ever."""
    try:
        response: JSONResponse = await server.query_request(request)
        response.status_code = 200 if response.status_code == 500 else response.status_code
        return response
    except Exception as error:
        message = f"the stand-in failed: {type(error).__name__}: {error}"
        data = {"errorCode": "370001", "sqlState": "XX000"}
        return JSONResponse({"data": data, "code": "370001", "message": message, "success": False})


def patched_application() -> Starlette:
    """The ASGI application, after fakesnow is patched in place."""
    for name, function in {
        "execute": execute,
        "_transform": transform,
        "_transform_explode": explode,
        "_execute": run_transformed,
        "_describe_last_sql": describe_last,
    }.items():
        setattr(FakeSnowflakeCursor, name, function)
    transforms: Any = fakesnow.transforms
    info_schema: Any = fakesnow.info_schema
    arrow: Any = fakesnow.arrow
    # casts to text are ours, sums stay exact, and typed tables are exploded above
    for name in ("trim_cast_varchar", "numeric_agg_implicit_cast", "create_table_as"):
        setattr(transforms, name, lambda statement, *_: statement)
    insert_comment = info_schema.insert_table_comment_sql
    info_schema.insert_table_comment_sql = lambda catalog, schema, table, comment: (
        insert_comment(catalog, schema, table, comment.replace("'", "''")) if comment else "select 1"
    )
    arrow.timestamp_to_sf_struct = moments_with_nulls
    fakesnow.rowtype.duckdb_to_sf_type |= dict.fromkeys(("SMALLINT", "TINYINT", "UINTEGER"), "fixed")
    server.parse_one, server.to_ipc = parse_or_command, to_ipc
    cursor: Any = fakesnow.cursor
    cursor.parse_one = parse_once
    for logger in ("fakesnow.server", "sqlglot"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # errors reach the client
    integers = "in ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'UBIGINT', 'HUGEINT')"  # one type, NUMBER(38, 0)
    columns = fakesnow.info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
    columns = columns.replace("create view if not exists", "create or replace view").replace(
        "='BIGINT'", f" {integers}"
    )
    for statement in (columns, *creation_sql()):
        server.shared_fs.duck_conn.execute(statement)
    address = "/queries/v1/query-request"
    others = [route for route in server.routes if route.path != address]
    return Starlette(routes=[Route(address, query, methods=["POST"]), *others])
