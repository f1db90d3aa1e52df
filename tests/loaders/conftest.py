"""What the loaders' tests share: an S3 in this process, both kinds of store, and a project of their own."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.httpsession import URLLib3Session
from click.testing import CliRunner, Result
from hypothesis import settings
from moto.server import ThreadedMotoServer

from loaders.cli import main
from loaders.lake import Store, open_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# CI gives the same answer to the same code; HYPOTHESIS_PROFILE=default looks for new examples in every run.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"

SOURCES = """\
sources:
  - name: shop
    tables:
      - name: orders
        config:
          meta:
            loader: files
            location: drop/
            format: json
            keys: "{year}/{month}/{day}/{hour}/{object}"
            look_back: 26h
            record_key: id
      - name: errors
        config:
          meta:
            loader: files
            location: drop/
            format: json
            keys: "{error_type}/{year}/{month}/{day}/{hour}/{object}"
            look_back: 26h
            error_objects: true
"""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # set, so that what load_settings puts into the environment is taken back
    for name in ("HEADWATER_LAKE", "HEADWATER_BUCKET", "SHOP_URL", "SHOP_ORDERS_URL", "WEB_EVENTS_URL", "LEARNING_URL"):
        monkeypatch.setenv(name, "")
    for name in ("X_URL", "X_API_URL", "X_BEARER_TOKEN", "X_QUERIES", "X_USERNAMES", "X_TIMELINE_POSTS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("BANKS_URL", "BANKS_RANKING_URL", "BANKS_FEES_URL", "BANKS_REQUESTS_PER_SECOND"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HEADWATER_USER", "ana")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers credentials


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all tests: the first client of each takes a while."""
    return boto3.Session("AKIAIOSFODNN7EXAMPLE", SECRET, region_name="us-east-1")


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(endpoint: str, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    """A client of the S3 that the AWS variables point at."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    return boto3.client("s3")


@pytest.fixture
def bucket(s3: "S3Client", tmp_path: Path) -> str:
    name = f"bucket-{abs(hash(tmp_path))}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def requests(s3: "S3Client", session: boto3.Session) -> Iterator[list[str]]:
    """Every request of the clients that are made from here on, as `GET <address>`."""
    sent: list[str] = []

    def note(request: Any, **_: Any) -> None:
        sent.append(f"{request.method} {request.url}")

    session.events.register("before-send.s3", note)
    yield sent
    session.events.unregister("before-send.s3", note)


@pytest.fixture
def answers(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Any, Any], Any]]:
    """What stands between every client and S3: the first of these functions that gives back an answer, called with the
    request and what S3 would answer, decides."""
    between: list[Callable[[Any, Any], Any]] = []
    real = URLLib3Session.send

    def send(session: URLLib3Session, request: Any) -> Any:
        response = real(session, request)
        given = (answer(request, response) for answer in between)
        return next((answer for answer in given if answer is not None), response)

    monkeypatch.setattr(URLLib3Session, "send", send)
    monkeypatch.setattr("loaders.lake.s3.time.sleep", lambda _: None)
    return between


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is on the disk for good, in the order in which it came there."""
    paths, real = list[Path](), os.fsync

    def fsync(descriptor: int) -> None:
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


@pytest.fixture(params=["directory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The address of a store by its name: all of them in directories, or all of them in one bucket."""
    if request.param == "directory":
        return lambda name: str(tmp_path / name)
    bucket = request.getfixturevalue("bucket")
    return lambda name: f"s3://{bucket}/{name}"


@pytest.fixture
def store(place: Callable[[str], str]) -> Store:
    return open_store(place("lake"))


@pytest.fixture
def read_log() -> Callable[..., list[list[dict[str, Any]]]]:
    """The commits of a stream as they are stored, oldest first, each a list of its lines."""

    def read(store: Store, source: str = "shop", stream: str = "orders") -> list[list[dict[str, Any]]]:
        keys = [e.key for e in store.entries(f"log/{source}/{stream}/") if "/_" not in e.key]
        return [[json.loads(li) for li in b"".join(store.chunks(k)).splitlines()] for k in reversed(keys)]

    return read


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a project that declares two streams over one drop, in which the command line then runs."""
    root = tmp_path / "project"
    (root / "models").mkdir(parents=True)
    (root / "dbt_project.yml").write_text("name: shop\n")
    (root / "models" / "_shop__sources.yml").write_text(SOURCES)
    (root / "drop").mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def headwater() -> Callable[..., Result]:
    """Runs a command; a mistake of the user ends with status 1 and never with another exception."""

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
