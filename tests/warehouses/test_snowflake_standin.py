"""The stand-in for Snowflake against what Snowflake is documented to answer."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
import snowflake.connector
from moto.server import ThreadedMotoServer

from tests.warehouses.standins.snowflake import connection_settings, snowflake_stand_in
from tests.warehouses.standins.snowflake_answers import ANSWERS, REFUSED, ROWS, TAKEN
from tests.warehouses.standins.snowflake_examples import COPY, EXTERNAL, FORMATS, put_lines, put_parquet
from tests.warehouses.standins.snowflake_holes import HOLES


@pytest.fixture(scope="module")
def cursor() -> Iterator[snowflake.connector.cursor.SnowflakeCursor]:
    with snowflake_stand_in({}) as port:
        settings = connection_settings(port)
        with snowflake.connector.connect(**settings, database="headwater_test", schema="dev_raw") as connection:
            yield connection.cursor()


@pytest.mark.parametrize("sql", ANSWERS)
def test_answers_as_snowflake(cursor: Any, sql: str) -> None:
    [(answer,)] = cursor.execute(f"select {sql} as answer").fetchall()
    assert (answer, type(answer)) == (ANSWERS[sql], type(ANSWERS[sql]))


@pytest.mark.parametrize("sql", ROWS)
def test_rows_as_snowflake(cursor: Any, sql: str) -> None:
    assert cursor.execute(sql).fetchall() == ROWS[sql]


@pytest.mark.parametrize("name", HOLES)
def test_holes_are_still_there(cursor: Any, name: str) -> None:
    """Fails when a newer stand-in learns one: then it is no hole any more."""
    statements, right, wrong = HOLES[name]
    assert right != wrong
    for statement in statements.split(";"):
        cursor.execute(statement)
    assert cursor.fetchall() == [(wrong,)]


@pytest.mark.parametrize(
    "sql",
    [
        "nonsense",
        "attach ':memory:' as x",
        "pragma database_size",
        "select no_such_function(1)",
        "alter session set week_start = 1",
        "copy into t from @stage/x/",
        "alter external table nowhere refresh",
        "create pipe p as copy into t from @s/",
        "select cast('x' as bigint)",
        "select parse_json('{')",
    ],
)
def test_what_is_not_supported_is_an_error_at_once(cursor: Any, sql: str) -> None:
    with pytest.raises(snowflake.connector.errors.ProgrammingError):
        cursor.execute(sql, timeout=10)


@pytest.mark.parametrize(("sql", "message"), REFUSED, ids=[sql[:60] for sql, _ in REFUSED])
def test_refuses_what_snowflake_refuses(cursor: Any, sql: str, message: str) -> None:
    with pytest.raises(snowflake.connector.errors.ProgrammingError, match=message):
        cursor.execute(sql, timeout=60)


@pytest.mark.parametrize(("sql", "rows"), TAKEN, ids=[sql[:60] for sql, _ in TAKEN])
def test_takes_what_is_just_within_the_limits(cursor: Any, sql: str, rows: list[Any]) -> None:
    assert cursor.execute(sql, timeout=60).fetchall() == rows


def test_rights_tags_and_masks_are_accepted(cursor: Any) -> None:
    for sql in (
        "grant select on table headwater_test.dev_raw.t to role reader",
        "grant usage, create table on schema dev_raw to role reader",
        "revoke select on table t from reader",
        "alter table t set tag pii = 'yes'",
        "create masking policy if not exists mask as (v varchar) returns varchar -> '*'",
        "alter table t modify column c set masking policy mask",
        "alter session set query_tag = 'dbt'",
    ):
        cursor.execute(sql)
    assert cursor.execute("show parameters like 'query_tag' in session").fetchall()[0][1] == "dbt"
    assert cursor.execute("show grants on table t").fetchall() == []


def test_statements_that_dbt_issues(cursor: Any) -> None:
    def run(sql: str) -> Any:
        return cursor.execute(f'{sql}\n/* {{"app": "dbt"}} */').fetchall()

    run("""create or replace transient table headwater_test.dev_raw.s1
        (n bigint not null, a varchar(65535), moment timestamp) as
        (with x as (select 1, 'a', '2024-01-01T00:00:00.123456Z' union all select 2, null, null) select * from x)""")
    assert run("select * from s1 order by n") == [(1, "a", datetime(2024, 1, 1, 0, 0, 0, 123456)), (2, None, None)]
    assert [row[1] for row in run("describe table s1")] == ["NUMBER(38,0)", "VARCHAR(65535)", "TIMESTAMP_NTZ(9)"]
    with pytest.raises(snowflake.connector.errors.Error):
        run("insert into s1 (a) values ('no n')")
    run("""alter table s1 alter "A" COMMENT $$it's "a"$$, "N" COMMENT 'n''s'""")
    comments = (
        "select column_name, comment from information_schema.columns where table_name = 'S1' and comment is not null"
    )
    assert sorted(run(comments)) == [("A", 'it\'s "a"'), ("N", "n's")]
    run("comment on table s1 is $$it's$$")
    assert run("select comment from information_schema.tables where table_name = 'S1'") == [("it's",)]
    run(
        "create or replace temporary table headwater_test.dev_raw.s2 as "
        "select 2 as n, 'x' as a union all select 3, 'new'"
    )
    merge = 'when matched then update set "A" = s."A" when not matched then insert ("N", "A") values ("N", "A")'
    run(f"merge into headwater_test.dev_raw.s1 as d using headwater_test.dev_raw.s2 as s on (s.n = d.n) {merge}")
    assert (cursor.rowcount, run("select n, a from s1 order by n")) == (2, [(1, "a"), (2, "x"), (3, "new")])
    run("BEGIN")
    run("delete from s1 using s2 where s1.n = s2.n")
    run("ROLLBACK")
    assert run("select count(*) from s1") == [(3,)]
    run("begin")
    run("delete from s1 where n = 1")
    run('create or replace view s3 ("N" COMMENT $$o\'k$$, "A") as (select n, a from s1)')
    run("rollback")  # too late: DDL commits
    assert run("select n from s3 order by n") == [(2,), (3,)]
    run("insert overwrite into s1 (n) select 7")
    assert run("select n from s1") == [(7,)]
    run("truncate table s1")
    assert run("select count(*), max(moment) from s1") == [(0, None)]
    assert run("select n from s1") == []
    assert [row[1] for row in run("show objects in headwater_test.dev_raw") if row[1].startswith("S")] == [
        "S1",
        "S2",
        "S3",
    ]


def test_many_rows_come_in_batches(cursor: Any) -> None:
    cursor.execute(
        "create or replace table many as "
        "select row_number() over (order by seq4()) as n from table(generator(rowcount => 300000))"
    )
    assert len(cursor.execute("select n from many").fetchall()) == 300_000


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[Any, dict[str, str]]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test"),
        "AWS_DEFAULT_REGION": "us-east-1",
        "STAGE_URL": "s3://lake-of-standin",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield boto3.resource("s3").create_bucket(Bucket="lake-of-standin"), environment
    server.stop()


@pytest.fixture(scope="module")
def lake(bucket: Any) -> Iterator[Any]:
    with snowflake_stand_in(bucket[1]) as port:
        settings = connection_settings(port)
        with snowflake.connector.connect(**settings, database="headwater_test", schema="dev_raw") as connection:
            cursor = connection.cursor()
            for statement in FORMATS * 2:
                cursor.execute(statement)
            yield cursor


def test_copy_takes_the_named_files_and_nothing_else(bucket: Any, lake: Any) -> None:
    for name in ("a", "b", "c"):
        put_lines(bucket[0], f"headwater/log/web/events/{name}.json", f'"{name}\\\\n\\"é"', "2")
    lake.execute("create or replace table commits (source varchar(100), line varchar(65535))")
    lake.execute(COPY)
    rows = lake.execute("select source, line from commits order by line").fetchall()
    assert [json.loads(line)["value"] for _, line in rows] == ['a\\n"é', 'b\\n"é', 2, 2]
    assert {source for source, _ in rows} == {"web"}
    with pytest.raises(snowflake.connector.errors.ProgrammingError, match=r"log/web/events/absent\.json"):
        lake.execute(COPY.replace("b.json", "absent.json"))
    with pytest.raises(snowflake.connector.errors.ProgrammingError, match="force"):
        lake.execute(COPY.replace("force = true", ""))
    assert lake.execute("select count(*) from commits").fetchall() == [(4,)]


@pytest.mark.parametrize(
    ("table", "suffix", "put"), [("lines", "json[.]gz", put_lines), ("columns", "parquet", put_parquet)]
)
def test_external_tables_show_what_was_refreshed(bucket: Any, lake: Any, table: str, suffix: str, put: Any) -> None:
    ending = suffix.replace("[.]", ".")
    value, kind = (
        ("parse_json(value:c1)", "hw_lines") if table == "lines" else ("value", "headwater_test.dev_raw.hw_parquet")
    )
    filling = {"table": table, "value": value, "suffix": suffix, "format": kind}
    sql = EXTERNAL.format(how="", name="if not exists", filled="false", **filling)

    def shown() -> Any:
        return lake.execute(f"select load_seq, row_number, document from {table} order by 1, 2").fetchall()

    folder = "headwater/data/events/_load_seq="
    put(bucket[0], f"{folder}1/x.{ending}", '"one"', '"two"')
    put_lines(bucket[0], f"{folder}1/other.txt", "3")
    lake.execute(sql)
    assert shown() == []
    lake.execute(f"alter external table {table} refresh '_load_seq=1/'")
    texts = ("one", "two") if table == "lines" else ('"one"', '"two"')
    assert shown() == [(1, 1, texts[0]), (1, 2, texts[1])]
    lake.execute(sql)
    put(bucket[0], f"{folder}2/x.{ending}", '"two"')
    lake.execute(f"alter external table {table} refresh '_load_seq=1/'")
    assert len(shown()) == 2
    lake.execute(f"alter external table {table} refresh '_load_seq=2/'")
    lake.execute(f"alter external table {table} refresh")
    assert shown()[2:] == [(2, 1, texts[1])]
    assert lake.execute(f"select distinct object from {table} where load_seq = 2").fetchall() == [
        (f"{folder}2/x.{ending}",)
    ]
    bucket[0].Object(f"{folder}1/x.{ending}").delete()
    lake.execute(f"alter external table {table} refresh '_load_seq=1/'")
    assert shown() == [(2, 1, texts[1])]
    names = [row[0] for row in lake.execute(f"describe external table {table}").fetchall()]
    assert names == ["VALUE", "LOAD_SEQ", "ROW_NUMBER", "DOCUMENT", "OBJECT"]
    lake.execute(EXTERNAL.format(how="or replace", name="", filled="true", **filling))
    assert shown() == [(2, 1, texts[1])]
    lake.execute(f"drop external table if exists headwater_test.dev_raw.{table}")
    with pytest.raises(snowflake.connector.errors.ProgrammingError):
        shown()
    bucket[0].Object(f"{folder}2/x.{ending}").delete()


def test_external_tables_refuse_what_snowflake_refuses(lake: Any) -> None:
    sql = EXTERNAL.format(
        how="or replace", name="", table="bad", value="value", suffix="gz", format="hw_lines", filled="true"
    )
    for wrong, message in (
        (sql.replace("document varchar", "value varchar"), "cannot be used as a column name"),
        (sql.replace("'.*[.]gz'", "'headwater/.*'"), "begin with"),
        (sql.replace("hw_lines", "absent"), "does not exist"),
        (sql.replace("by (load_seq)", "by (day)"), "not declared"),
        (sql.replace("auto_refresh", "nonsense"), "not emulated"),
    ):
        with pytest.raises(snowflake.connector.errors.ProgrammingError, match=message):
            lake.execute(wrong)


def test_backslashes_survive_only_without_an_escape(bucket: Any, lake: Any) -> None:
    bucket[0].put_object(Key="headwater/raw/x.json", Body=b'{"a":"x\\\\n"}\n')
    lake.execute(r"create or replace file format hw_escaping type = csv field_delimiter = none record_delimiter = '\n'")
    lake.execute("create or replace table raw_lines (line varchar(65535))")
    for kind in ("hw_lines", "hw_escaping"):
        lake.execute(
            "copy into raw_lines from (select $1 from @db.public.any_stage/headwater/raw/) files = ('x.json') "
            f"file_format = (format_name = '{kind}') force = true on_error = abort_statement"
        )
    assert lake.execute("select line from raw_lines").fetchall() == [('{"a":"x\\\\n"}',), ('{"a":"x\\n"}',)]
