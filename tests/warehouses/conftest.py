"""All sources that there are, loaded once into one lake in S3, and that lake in three warehouses: DuckDB, and stand-ins
for Snowflake and Redshift behind the real adapters and drivers."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import boto3
import duckdb
import duckdb_extension_httpfs
import pytest
import snowflake.connector
from moto.server import ThreadedMotoServer

from loaders.declarations import read_declarations
from loaders.demo.banks_api import serve as serve_banks
from loaders.demo.x_api import Scripted, serve
from loaders.lake import open_store
from loaders.registry import DEMOS, KINDS
from tests.warehouses.standins.redshift import connect, redshift_stand_in
from tests.warehouses.standins.redshift_server import DATABASE
from tests.warehouses.standins.snowflake import connection_settings, snowflake_stand_in
from tests.warehouses.warehouse import Warehouse

ROOT = Path(__file__).parents[2]

PROFILES = """
headwater:
  target: "{{{{ env_var('HEADWATER_TARGET') }}}}"
  outputs:
    duckdb:
      type: duckdb
      path: {place}/warehouse.duckdb
      schema: main
      threads: 1
      extensions: [{httpfs}]
      secrets:
        - {{type: s3, name: lake, provider: config, key_id: test, secret: test, region: us-east-1,
           endpoint: "{endpoint}", use_ssl: false, url_style: path}}
    snowflake:
      {{type: snowflake, account: fakesnow, host: 127.0.0.1, port: {snowflake}, protocol: http, user: test,
        password: test, database: headwater, schema: "{{{{ env_var('HEADWATER_SCHEMA') }}}}", warehouse: none,
        role: none, connect_retries: 0, threads: 1}}
    redshift:
      {{type: redshift, host: 127.0.0.1, port: {redshift}, user: postgres, password: none, dbname: {database},
        schema: "{{{{ env_var('HEADWATER_SCHEMA') }}}}", sslmode: disable, region: us-east-1, threads: 1}}
"""
BUCKET = "warehouses"


@dataclass(eq=False)
class Warehouses:
    """A copy of the project with one source more (tests/warehouses/shop), the lake, the drops that fill it, and the
    warehouses that read it; the others are compared with DuckDB."""

    project: Path
    place: Path
    environment: dict[str, str]
    duckdb: Warehouse
    others: list[Warehouse]

    @property
    def all(self) -> list[Warehouse]:
        return [self.duckdb, *self.others]

    def each(self, work: Callable[[Warehouse], Any]) -> None:
        """Does the same in all warehouses, two at a time."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, self.all))

    def drop(self, source: str) -> str:
        return str(self.place / "drops" / source)

    def put_demo(self, *names: str, days: int, until: date) -> None:
        """Puts demo data into the drop of every source that has any, or of those named."""
        for stream in read_declarations(self.project / "models", KINDS):
            make = DEMOS.get(f"{stream.source}.{stream.name}")
            if make and (not names or stream.source in names):
                put = open_store(self.drop(stream.source)).put
                make(put, scale=0.02, seed=3, dirt=0.02, days=days, until=until)

    def put(self, source: str, key: str, data: bytes) -> None:
        open_store(self.drop(source)).put(key, data)

    def load(self, at: datetime | None = None, page: bytes | None = None, *, bank_news: bool = False) -> None:
        """Lands what is new in the drops and, with a time, what stand-ins of X and of the Banco Central then have.

        page: the first answer of X; bank_news: whether a quarter was restated, and fees of a bank were changed.
        """
        if at is None:
            self.duckdb.run("headwater", "load")
            return
        with (
            serve(seed=3, now=lambda: at) as api,
            serve_banks(seed=3, now=lambda: at, institutions=8) as banks,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setenv("X_API_URL", api.url)
            patch.setenv("X_BEARER_TOKEN", api.token)
            patch.setenv("X_QUERIES", '"night bus" lang:it')
            patch.setenv("X_USERNAMES", "sleeperclub")
            patch.setenv("X_TIMELINE_POSTS", "20")
            if page:
                api.script.append(Scripted(body=page))
            if bank_news:
                banks.world.restate(2024, 4)
                banks.world.close_fee("00000000", "J", "0102")
                banks.world.set_fee("00000000", "J", "0202", ValorMaximo=7.25)
            patch.setenv("BANKS_FEES_URL", banks.fees_url)
            patch.setenv("BANKS_REQUESTS_PER_SECOND", "1000")
            self.duckdb.run("headwater", "load")
            # two quarters of each of two layouts; the drop has the others
            patch.setenv("BANKS_RANKING_URL", banks.ranking_url)
            self.duckdb.run("headwater", "load", "banks.complaints", "--since", "2024-Q3", "--until", "2024-Q4")


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouses]:
    place = tmp_path_factory.mktemp("warehouses")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    project = copied(place / "project")
    environment = settings(project, place, f"http://{host}:{port}")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        new_bucket()
        for source in {stream.source for stream in read_declarations(project / "models", KINDS)}:
            (place / "drops" / source).mkdir(parents=True)
        with snowflake_stand_in(os.environ) as snowflake_port, redshift_stand_in(os.environ) as redshift_port:
            write_profiles(place, environment, snowflake_port, redshift_port)
            others = connected(project, place, environment, snowflake_port, redshift_port)
            file = str(place / "warehouse.duckdb")
            duck = Warehouse("duckdb", project, place, environment, lambda: duckdb.connect(file))
            yield Warehouses(project, place, environment, duck, others)
    server.stop()


def new_bucket() -> None:
    """Moto remembers, from one server to the next in the same process."""
    bucket = boto3.resource("s3").Bucket(BUCKET)
    bucket.create()
    bucket.objects.all().delete()


def copied(project: Path) -> Path:
    """The project's files as a clone would have them, and the shop's."""
    told = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in told.stdout.decode().splitlines():
        if (ROOT / name).is_file() and not name.startswith("tests/warehouses"):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project / name)
    shutil.copytree(Path(__file__).parent / "shop", project, dirs_exist_ok=True)
    # there is more dirt in the demo data than a budget allows
    declared = project / "dbt_project.yml"
    told_there = declared.read_text().replace("rejects_fail_above: 0.01", "rejects_fail_above: 1")
    declared.write_text(told_there.replace("landed_only: []", "landed_only: [shop.orders]"))
    return project


def settings(project: Path, place: Path, endpoint: str) -> dict[str, str]:
    """Settings of loaders, dbt and stand-ins; a drop of its own for every source that there is."""
    [extension] = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    sources = {stream.source for stream in read_declarations(project / "models", KINDS)}
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "HEADWATER_HTTPFS": str(extension),
        "HEADWATER_LAKE": f"s3://{BUCKET}/team/lake",
        "SNOWFLAKE_STAGE": "headwater.public.headwater_lake",
        "SNOWFLAKE_STAGE_URL": f"s3://{BUCKET}/team",
        "STAGE_URL": f"s3://{BUCKET}/team",
        "DBT_PROFILES_DIR": str(place),
        "PYTHONWARNINGS": "ignore",
        **{f"{source.upper()}_URL": str(place / "drops" / source) for source in sources},
    }


def write_profiles(place: Path, environment: Mapping[str, str], snowflake_port: int, redshift_port: int) -> None:
    profiles = PROFILES.format(
        place=place,
        httpfs=environment["HEADWATER_HTTPFS"],
        endpoint=environment["AWS_ENDPOINT_URL"].removeprefix("http://"),
        snowflake=snowflake_port,
        redshift=redshift_port,
        database=DATABASE,
    )
    (place / "profiles.yml").write_text(profiles)


def connected(
    project: Path, place: Path, environment: Mapping[str, str], snowflake_port: int, redshift_port: int
) -> list[Warehouse]:
    """The others, each with the driver that users have."""
    return [
        Warehouse(
            "snowflake",
            project,
            place,
            environment,
            lambda: snowflake.connector.connect(**connection_settings(snowflake_port), database="headwater"),
        ),
        Warehouse("redshift", project, place, environment, lambda: connect(redshift_port)),
    ]


COMPARED: list[tuple[str, str, str, int, int]] = []
"""What was compared: when, node, warehouse, rows, differences."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The comparison as a table, for whoever runs `make test-warehouses`."""
    if not COMPARED:
        return
    terminalreporter.section("models x warehouses: rows compared with DuckDB's, differences")
    for when in dict.fromkeys(line[0] for line in COMPARED):
        terminalreporter.write_line(when)
        for node in dict.fromkeys(line[1] for line in COMPARED):
            told = [f"{name} {rows:>7,} / {bad}" for at, of, name, rows, bad in COMPARED if (at, of) == (when, node)]
            terminalreporter.write_line(f"  {node:<40} {'   '.join(told)}")
