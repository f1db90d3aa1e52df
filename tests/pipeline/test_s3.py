"""The same project with its lake and its source in S3: boto3 writes, DuckDB's httpfs reads, over real HTTP."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import duckdb_extension_httpfs
import pytest
from moto.server import ThreadedMotoServer

from loaders.demo import web_events
from loaders.lake import open_store
from loaders.publications import read_published
from tests.pipeline.conftest import EVENTS, Project

DATABASE = "headwater_on_s3"
"""In Glue; one that no other test has, since moto remembers."""


@dataclass
class Counted:
    """A WSGI application that counts what is asked of the one behind it, and the bytes it answers with."""

    app: Callable[..., Iterable[bytes]]
    bucket: str
    requests: list[str] = field(default_factory=list)
    size: int = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        for chunk in self.app(environ, start_response):
            self.size += len(chunk)
            yield chunk

    def taken(self) -> tuple[int, int]:
        """Requests and bytes since the last time."""
        result = len(self.requests), self.size
        self.requests, self.size = [], 0
        return result


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    [extension] = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "HEADWATER_HTTPFS": str(extension),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    bucket = f"headwater-{uuid.uuid4().hex}"  # moto remembers, from one server to the next
    boto3.client("s3").create_bucket(Bucket=bucket)
    assert server._server
    counting = Counted(server._server.app, bucket)
    server._server.app = counting
    yield counting
    server.stop()


@pytest.fixture
def on_s3(project: Project, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> Project:
    project.drop, project.lake = f"s3://{counted.bucket}/web-data/raw", f"s3://{counted.bucket}/lake"
    monkeypatch.setenv("HEADWATER_TARGET", "s3")
    monkeypatch.setenv("HEADWATER_LAKE", project.lake)
    monkeypatch.setenv("WEB_EVENTS_URL", project.drop)
    monkeypatch.setenv("HEADWATER_GLUE_DATABASE", DATABASE)
    return project


def test_the_whole_project_on_s3(on_s3: Project) -> None:
    made = web_events.make(open_store(on_s3.drop).put, scale=0.1, seed=7, dirt=0.02, days=1, until=date(2026, 3, 3))
    on_s3.headwater("load")
    on_s3.stage()
    on_s3.build()
    marts = {name: on_s3.multiset(name) for name in on_s3.relations("marts")}
    assert on_s3.query("select count(*) from staging.stg_web_events__events") == [(made.events,)]
    assert on_s3.query("select sum(event_count) from marts.fct_user_activity_daily") == [(made.events,)]
    assert "nothing new" in on_s3.headwater("load")
    on_s3.stage()
    on_s3.run()
    assert {name: on_s3.multiset(name) for name in on_s3.relations("marts")} == marts
    assert_published(on_s3, marts)


def assert_published(on_s3: Project, marts: dict[str, Counter[tuple[Any, ...]]]) -> None:
    """All marts that are declared go to Glue, with the types that their contracts have."""
    on_s3.headwater("publish")
    glue = boto3.client("glue")
    tables = {table["Name"]: table for table in glue.get_tables(DatabaseName=DATABASE)["TableList"]}
    declared = read_published(Path("models"))
    assert list(tables) == [mart.name for mart in declared]
    models = {"posts": "app_posts", "follows": "app_follows", "unfollows": "app_unfollows", "users": "app_users"}
    for name, table in tables.items():
        assert table["Parameters"]["recordCount"] == str(marts[f"marts.{models.get(name, name)}"].total())
        assert all(column["Comment"] for column in table["StorageDescriptor"]["Columns"])
    assert int(tables["posts"]["Parameters"]["recordCount"]) > 100
    assert types(tables["posts"]) == (
        "post_id string, user_id string, post_body string, language string, published_at timestamp"
    )
    assert types(tables["follows"]) == (
        "event_id string, user_id string, user_id_recipient string, occurred_at timestamp"
    )
    assert types(tables["users"]) == "user_id string, username string, last_seen_at timestamp"
    assert types(tables["top_banks_by_complaints"]) == (
        "complaint_key string, institution_key string, institution_name string, institution_kind string, "
        "periodicity string, year int, period_number int, period_start_date date, period_end_date date, "
        "month_count bigint, category string, size_class string, "
        "counting_method string, complaint_count bigint, upheld_count bigint, complaint_index decimal(18,4), "
        "client_count bigint, upheld_rank bigint, complaint_rank bigint, index_rank_in_size_class bigint"
    )
    assert "is_retweet boolean" in types(tables["x_timelines"])
    posts = tables["posts"]["StorageDescriptor"]
    assert posts["Location"].startswith(f"{on_s3.lake}/marts/posts/")
    assert posts["Columns"][1]["Comment"] == "The author, else the user who sent the post; null when both are unknown."
    exports = {entry.key for entry in open_store(on_s3.lake).entries("exports/")}
    assert exports == {f"exports/{mart.name}.csv" for mart in declared if "csv" in mart.formats}


def types(table: Any) -> str:
    return ", ".join(f"{column['Name']} {column['Type']}" for column in table["StorageDescriptor"]["Columns"])


def test_the_fiftieth_run_opens_what_the_second_did(on_s3: Project, counted: Counted) -> None:
    """Objects and bytes, of loading, staging and building together: what is new costs, not what is there."""
    store = open_store(on_s3.drop)

    def arrive(number: int) -> None:
        # a day and a half apart, so that the look-back holds as much each time
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=36 * number)
        event = (
            '{"event":"Post Created","messageId":"m%06d","properties":{"author":17,"body":"b","id":%d},'
            '"receivedAt":"2026-03-02T14:05:10.004Z","timestamp":"2026-03-02T14:05:09.244Z","type":"track","userId":"17"}'
        )
        events = "".join(event % (number * 100 + n, number * 100 + n) for n in range(50))
        store.put(f"{at:%Y/%m/%d/%H}/app_events-1-{at:%Y-%m-%d-%H-%M-%S}-{number:04}", events.encode())
        on_s3.headwater("load", "web_events.events")

    def run(number: int) -> tuple[int, int]:
        counted.taken()
        arrive(number)
        on_s3.stage()
        on_s3.run(*EVENTS)
        return counted.taken()

    run(1)
    second_requests, second_bytes = run(2)
    for number in range(3, 50):
        arrive(number)
    on_s3.stage()
    on_s3.run(*EVENTS)
    fiftieth_requests, fiftieth_bytes = run(50)
    assert on_s3.query("select count(*) from marts.fct_app_posts") == [(2500,)]
    assert fiftieth_requests == pytest.approx(second_requests, rel=0.05)
    assert fiftieth_bytes == pytest.approx(second_bytes, rel=0.05)
