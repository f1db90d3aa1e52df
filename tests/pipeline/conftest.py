"""A whole project in a temporary place: real drops, lake, DuckDB file and dbt, driven as a user drives them.

All tests see their own place at one and the same path, so dbt parses the project once for most of them, and what one
fixture built can be given to many tests.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from loaders.cli import main
from loaders.declarations import read_declarations
from loaders.identity import lake_id
from loaders.lake import open_store
from loaders.log import heartbeats, newest_commits
from loaders.registry import KINDS

ROOT = Path(__file__).parents[2]
MODELS = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
"""Options of dbt for a build without tests."""
OPERATIONS = ("corrections_status", "delivery_errors", "key_census", "reject_budgets", "rejects", "stream_freshness")
EVENTS = (
    "--select", "+path:models/marts/social", *(f"+{name}" for name in OPERATIONS), "--indirect-selection", "cautious"
)  # fmt: skip
"""Options of dbt for what tells of events and of loads, but for stream_conservation, which reads every stg model. Marts
of sources that a test puts nothing into take two thirds of a build; test_s3 builds all of them."""


@dataclass
class Project:
    """Where things are, and how to run them."""

    place: Path
    drop: str
    lake: str
    target: Path

    def headwater(self, *arguments: str) -> str:
        """Runs the command line; what it printed. Fails with it if it fails."""
        close_connections()  # dbt in this process would keep one in another out
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def dbt(self, *arguments: str, callbacks: list[Callable[..., None]] | None = None) -> None:
        """Runs dbt in this process; fails with its messages if it fails."""
        # most tests want more dirt than a budget allows; those of the gate say what it is
        budget = [] if "--vars" in arguments else ["--vars", "{rejects_fail_above: 1}"]
        options = [*budget, "--target-path", str(self.target)]
        result = dbtRunner(callbacks=callbacks).invoke([*arguments, *options])
        nodes = getattr(result.result, "results", [])
        assert result.success, [node.message for node in nodes if node.status in ("error", "fail")]

    def stage(self, *, dry_run: bool = False) -> None:
        lake, streams = open_store(os.environ["HEADWATER_LAKE"]), list(read_declarations(Path("models"), KINDS))
        newest, seen = newest_commits(lake, streams), heartbeats(lake, streams)
        arguments = json.dumps({"newest": newest, "seen": seen, "lake_id": lake_id(lake), "dry_run": dry_run})
        self.dbt("run-operation", "stage_external_sources", "--args", arguments, "--quiet")

    def build(self, *arguments: str) -> None:
        """Builds and tests; unit tests, which no data can change, are run once in test_fresh_clone."""
        self.dbt("build", "--quiet", "--exclude-resource-type", "unit_test", *arguments)

    def run(self, *arguments: str) -> None:
        """Builds seeds, models and snapshots, without a test."""
        self.dbt("build", "--quiet", *MODELS, *arguments)

    def put(self, key: str, data: bytes) -> None:
        path = Path(self.drop) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(os.environ["HEADWATER_DUCKDB"]) as connection:
            return connection.execute(sql).fetchall()

    def relations(self, *schemas: str) -> list[str]:
        names = "', '".join(schemas)
        return [
            f"{schema}.{name}"
            for schema, name in self.query(
                f"""
                select table_schema, table_name from information_schema.tables
                where table_schema in ('{names}') order by all
            """
            )
        ]

    def multiset(self, relation: str, *, but: str = "") -> Counter[tuple[Any, ...]]:
        """Every row of a relation with how often it is there, over all columns but one."""
        exclude = f"exclude ({but})" if but and self.has_column(relation, but) else ""
        return Counter(self.query(f"select * {exclude} from {relation}"))

    def has_column(self, relation: str, column: str) -> bool:
        return (column,) in self.query(f"select column_name from (describe {relation})")


def project_in(place: Path, now: Path, target: Path, patch: pytest.MonkeyPatch) -> Project:
    """A project in this place, which is seen at the path `now`; patch sets what it reads from the environment."""
    now.unlink(missing_ok=True)
    now.symlink_to(place)
    drop, lake = now / "drop", now / "lake"
    drop.mkdir(exist_ok=True)
    for name in ("banks", "learning", "x"):
        (now / name).mkdir(exist_ok=True)
    for name, value in {
        "HEADWATER_LAKE": str(lake),
        "HEADWATER_DUCKDB": str(now / "w.duckdb"),
        "HEADWATER_TARGET": "local",
        "WEB_EVENTS_URL": str(drop),
        "LEARNING_URL": str(now / "learning"),
        "X_URL": str(now / "x"),
        "BANKS_URL": str(now / "banks"),
        "X_BEARER_TOKEN": "",
        "DBT_PROFILES_DIR": str(ROOT),
        "DBT_LOG_PATH": str(now / "logs"),
        "DBT_WRITE_JSON": "false",  # a manifest takes long to write; the test that reads one sets it
    }.items():
        patch.setenv(name, value)
    patch.chdir(ROOT)
    close_connections()
    return Project(now, str(drop), str(lake), target)


def close_connections() -> None:
    """Lets go of the DuckDB file that dbt in this process has open."""
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all tests have their place, one after the other, and dbt its target."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture
def project(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with an empty drop, an empty lake and no warehouse yet."""
    return project_in(tmp_path, shared / "now", shared / "target", monkeypatch)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files as a clone would have them, and nothing else."""
    place = tmp_path_factory.mktemp("clone")
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in files.stdout.decode().splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    shutil.copy(place / "profiles.example.yml", place / "profiles.yml")
    return place


@pytest.fixture
def own_project(project: Project, checkout: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """One with files of its own, whose seeds a test may change."""
    shutil.copytree(checkout, project.place / "project", dirs_exist_ok=True)
    monkeypatch.chdir(project.place / "project")
    project.target = project.place / "target"
    parsed = shared / "target/partial_parse.msgpack"
    if parsed.exists():  # dbt then reads only what differs
        project.target.mkdir()
        shutil.copy(parsed, project.target)
    return project


def run_dbt(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """dbt in a process of its own, with nothing but the clone's own settings."""
    ours = ("HEADWATER", "DBT_", "WEB_EVENTS", "LEARNING", "X_", "BANKS_")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    dbt = Path(sys.executable).with_name("dbt")
    return subprocess.run([dbt, *arguments], cwd=place, env=clean, capture_output=True, text=True, check=False)
