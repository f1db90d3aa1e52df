"""The stand-in for Redshift gives Redshift's documented answers, and is known where it does not."""

import gzip
import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pyarrow as pa
import pytest
from redshift_connector.error import ProgrammingError

from tests.warehouses.standins import redshift_answers, redshift_session
from tests.warehouses.standins.redshift import NOT_ENFORCED, connect, redshift_stand_in
from tests.warehouses.standins.redshift_holes import HOLES
from tests.warehouses.standins.redshift_session import Session, copy_json, copy_parquet, put, put_manifest
from tests.warehouses.standins.redshift_sql import translate

LANDED = f"with landed as (select json_parse('{redshift_answers.DOCUMENT}') as value) "


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, redshift_session.s3_server(patch.setenv) as client:
        yield client


@pytest.fixture(scope="module")
def port(s3: Any) -> Iterator[int]:
    with redshift_stand_in(os.environ) as port:
        yield port


@pytest.fixture
def session(port: int) -> Iterator[Session]:
    with closing(connect(port)) as connection:
        session = Session(connection)
        session.run("set enable_case_sensitive_super_attribute to true")
        yield session


@pytest.mark.parametrize(("expression", "answer"), redshift_answers.NAVIGATION)
def test_navigation_of_super(session: Session, expression: str, answer: object) -> None:
    assert session.value(expression, LANDED) == answer


@pytest.mark.parametrize(("expression", "answer"), redshift_answers.BUILDING)
def test_building_of_super(session: Session, expression: str, answer: object) -> None:
    assert session.value(expression) == answer


def test_unnesting_of_ctes_subqueries_and_tables(session: Session) -> None:
    names = 'cast(e."sku" as varchar(65535)), i'
    rows = [("x", 0), ("2", 1)]
    assert session.run(f'{LANDED} select {names} from landed as b, b.value."items" as e at i order by i') == rows
    subquery = f"(select json_parse('{redshift_answers.DOCUMENT}') as value) as b"
    assert session.run(f'select {names} from {subquery}, b.value."items" as e at i order by i') == rows
    session.run(
        "create schema if not exists dev_raw",
        "create table dev_raw.unnested (id integer, value super)",
        f"insert into dev_raw.unnested select 1, json_parse('{redshift_answers.DOCUMENT}')",
        "insert into dev_raw.unnested select 2, json_parse('{\"items\": 3}')",
    )
    table = '"dev"."dev_raw"."unnested"'
    query = f'select b.id, {names} from {table} as b, b.value."items" as e at i order by i'
    assert session.run(query) == [(1, *row) for row in rows]
    query = f"select b.id, cast(e.sku as varchar(9)) from {table} as b left join b.value.items as e on true"
    assert session.run(f"{query} order by 1, 2") == [(1, "2"), (1, "x"), (2, None)]
    counted = f'select (select count(*) from b.value."items" as e where is_object(e)) from {table} as b order by b.id'
    assert session.run(counted) == [(2,), (0,)]
    assert session.run("select dev_raw.unnested.value.items[0].sku from dev_raw.unnested where id = 1") == [('"x"',)]
    assert session.cursor.description[0][0] == "sku"


def test_unpivoting(session: Session) -> None:
    query = f'{LANDED} select k, json_typeof(v) from landed as t, unpivot t.value."properties" as v at k order by k'
    kinds = [("big", "number"), ("n", "number"), ("none", "null"), ("object", "object"), ("user_id", "string")]
    assert session.run(query) == [*kinds, ("yes", "boolean")]
    nested = 'select j, cast(w as varchar(9)) from landed as t, unpivot t.value as v at k, unpivot v."object" as w at j'
    assert session.run(f"{LANDED} {nested} order by j") == [("a", None), ("b", "1")]


def test_attributes_and_names_are_lower_case_unless_the_session_says_otherwise(session: Session) -> None:
    query = f'{LANDED} select cast(landed.value."messageId" as varchar(9)) as "messageId" from landed'
    session.run("set enable_case_sensitive_super_attribute to false")
    assert session.run(query) == [(None,)]
    assert session.cursor.description[0][0] == "messageid"
    session.run("set enable_case_sensitive_identifier to true")
    assert session.run(query) == [("m-1",)]  # prepared before: the driver does not send it again, nor ask for names
    assert session.run(f"{query} limit 1") == [("m-1",)]
    assert session.cursor.description[0][0] == "messageId"


def test_a_case_in_a_condition_ends_no_from(session: Session) -> None:
    session.run("create schema if not exists dev_raw", "create table dev_raw.joined as select 1 as x")
    condition = "case when t.x = 1 then 2 else t.x end = other.y"
    query = f"select joined.x from (select 1 as x) as t inner join (select 2 as y) as other on {condition}"
    assert session.run(f"{query} inner join dev_raw.joined as joined on t.x = joined.x") == [(1,)]


def test_columns_of_super(session: Session) -> None:
    session.run(
        "create schema if not exists dev_raw",
        "drop table if exists dev_raw.kept",
        f"create table dev_raw.kept as ({LANDED} select landed.value, landed.value.items as items from landed)",
    )
    columns = "select column_name, data_type from information_schema.columns where table_name = 'kept' order by 1"
    assert session.run(columns) == [("items", "super"), ("value", "super")]
    assert session.run("select count(distinct items) from dev_raw.kept") == [(1,)]


@pytest.mark.parametrize(("expression", "answer"), redshift_answers.FUNCTIONS)
def test_functions(session: Session, expression: str, answer: object) -> None:
    assert session.value(f"cast({expression} as varchar(200))") == answer


def test_windows(session: Session) -> None:
    numbers = "(select 1 as x union all select 2 union all select null) as t"
    running = "sum(x) over (order by x nulls last rows between unbounded preceding and current row)"
    ordered = "over (order by x nulls last)"
    query = f"select lag(x) {ordered}, row_number() {ordered}, {running} from {numbers} order by 2"
    assert session.run(query) == [(None, 1, 1), (1, 2, 3), (2, 3, 3)]
    assert "require a frame clause" in session.error(f"select sum(x) over (order by x) from {numbers}")


@pytest.mark.parametrize("type_", ["varchar", "text", "character varying"])
def test_unsized_texts_of_a_table_hold_256_bytes(session: Session, type_: str) -> None:
    session.run(f"create temp table sized (id integer, x {type_}, y varchar(4))")
    session.run("insert into sized values (1, repeat('x', 256), 'ää')")
    assert "too long for type character varying(256)" in session.error("insert into sized (x) select repeat('x', 257)")
    assert "too long for type character varying(4)" in session.error("insert into sized (y) values ('äää')")
    session.run("insert into sized (y) values (cast('äää' as varchar(4)))")
    assert session.run("select y from sized where x is null") == [("ää",)]


@pytest.mark.parametrize(("statement", "message"), redshift_answers.REFUSED)
def test_what_cannot_be_translated_is_an_error(session: Session, statement: str, message: str) -> None:
    assert message in session.error(statement)


def test_statements_that_are_accepted(session: Session) -> None:
    session.run(
        "create schema if not exists dev_marts",
        "drop table if exists dev_marts.stated",
        "create table dev_marts.stated "
        "(id bigint encode az64 not null, name varchar(9), primary key (id), unique (name)) "
        "diststyle key distkey (id) compound sortkey (id, name)",
        "insert into dev_marts.stated values (1, 'a'), (1, 'a')",
        'create temp table by_key distkey (id) compound sortkey ("id") as (select id, name from dev_marts.stated)',
        "grant select on dev_marts.stated to group reporters, role auditor, someone",
        "revoke all on dev_marts.stated from public",
        "analyze dev_marts.stated",
        "vacuum full dev_marts.stated",
        "set query_group to 'headwater'",
        "comment on table dev_marts.stated is $note$it's here$note$",
        *("begin", "lock table dev_marts.stated", "lock dev_marts.stated", "truncate dev_marts.stated", "commit"),
    )
    assert session.run("select count(*) from dev_marts.stated") == [(0,)]
    assert NOT_ENFORCED


def test_late_binding_views_outlive_what_they_read(session: Session) -> None:
    session.run(
        "create schema if not exists dev_marts",
        "create table dev_marts.replaced as select 1 as x",
        "create view dev_marts.late as (select x from dev_marts.replaced) with no schema binding",
        "drop table dev_marts.replaced cascade",
        "create table dev_marts.replaced as select 2 as x",
    )
    assert session.run("select x from dev_marts.late") == [(2,)]


def test_statements_that_need_nothing_pass_untouched() -> None:
    statement = """/* {"app": "dbt"} */ select a.b, 'x''y' -- "Note"\nfrom "dev"."s"."t" as a"""
    assert translate(statement) == statement


def test_copy_of_json_by_prefix_and_by_manifest(session: Session, s3: Any) -> None:
    one = put(
        s3,
        "j/1.json.gz",
        gzip.compress(redshift_session.json_lines({"_row": 1, "value": {"A": [1.5]}, "name": "ä", "other": 1})),
    )
    put(
        s3,
        "j/2.json.gz",
        gzip.compress(redshift_session.json_lines({"_row": 2, "value": None, "at": "2026-01-02T03:04:05"})),
    )
    session.run(redshift_session.TARGET, copy_json("s3://lake/j/", "gzip timeformat 'auto' statupdate off"))
    assert session.run("select _row, name, value, cast(at as varchar(30)) from target order by 1") == [
        (1, "ä", '{"A":[1.5]}', None),
        (2, None, None, "2026-01-02 03:04:05"),
    ]
    assert session.run("select pg_last_copy_count()") == [(2,)]
    listed = copy_json(put_manifest(s3, "m1", one), "gzip\n manifest compupdate off", "(_row, value)")
    assert session.run("truncate target", listed, listed, "select _row, name from target") == [(1, None)] * 2


def test_copy_is_part_of_the_transaction(session: Session, s3: Any) -> None:
    put(s3, "t/1.json", redshift_session.json_lines({"_row": 1}))
    copy = copy_json("s3://lake/t/")
    assert session.run(redshift_session.TARGET, "begin", copy, "rollback", "select count(*) from target") == [(0,)]
    assert session.run("begin", copy, "commit", "select count(*) from target") == [(1,)]


@pytest.mark.parametrize(("document", "options", "message"), redshift_answers.BAD_JSON)
def test_copy_of_bad_json_fails_as_a_whole(
    session: Session, s3: Any, document: bytes, options: str, message: str
) -> None:
    put(s3, "bad/1.json", b'{"_row": 1}\n' + document)
    copy = copy_json("s3://lake/bad/", options)
    assert message in session.error(redshift_session.TARGET, copy)
    assert session.run("select count(*) from target") == [(0,)]


def test_copy_of_what_is_not_there_fails(session: Session, s3: Any) -> None:
    absent = {"url": "s3://lake/absent", "mandatory": True}
    copy = copy_json(put_manifest(s3, "m2", absent), "manifest")
    assert "mandatory file" in session.error(redshift_session.TARGET, copy)
    assert "does not exist" in session.error(copy_json("s3://lake/nothing/"))
    put(s3, "c/1", b"{}")
    assert 'column "no" of relation' in session.error(copy_json("s3://lake/c/", columns="(no)"))


def test_copy_of_parquet_by_place(session: Session, s3: Any) -> None:
    rows = redshift_session.parquet(
        a=pa.array([1, 2]), b=pa.array(["x", None], pa.large_string()), c=pa.array([True, None])
    )
    entry = put(s3, "p/1.parquet", rows)
    copy = copy_parquet(put_manifest(s3, "m3", entry))
    session.run("create temp table landing (_row bigint, name varchar(5), flag boolean)", copy)
    assert session.run("select * from landing order by 1") == [(1, "x", True), (2, None, None)]
    short = {**entry, "meta": {"content_length": 1}}
    assert "content_length" in session.error(copy_parquet(put_manifest(s3, "m4", short)))
    del short["meta"]
    assert "content_length" in session.error(copy_parquet(put_manifest(s3, "m5", short)))


@pytest.mark.parametrize(("columns", "message"), redshift_answers.BAD_PARQUET)
def test_copy_of_parquet_that_does_not_fit_fails(
    session: Session, s3: Any, columns: dict[str, Any], message: str
) -> None:
    url = put_manifest(s3, "m6", put(s3, "p/2.parquet", redshift_session.parquet(**columns)))
    session.run("create temp table landing (_row bigint, name varchar(5))")
    assert message in session.error(copy_parquet(url))


@pytest.mark.parametrize("name", HOLES)
def test_holes_are_as_wide_as_stated(session: Session, name: str) -> None:
    script, redshift, stand_in = HOLES[name]
    session.run("set enable_case_sensitive_super_attribute to false")
    try:
        answer: object = session.run(*script.split("; "))[0][0]
    except ProgrammingError as error:
        answer = f"error: {error.args[0]['M']}"
    as_stated = answer == stand_in or str(answer).startswith(f"{stand_in}" if "error: " in f"{stand_in}" else "\0")
    assert as_stated, f"the stand-in answers {answer}: has it learned it?"
    assert stand_in != redshift
