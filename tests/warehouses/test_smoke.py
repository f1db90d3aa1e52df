"""The smoke test of real warehouses, as far as it goes without one: nothing here connects anywhere."""

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlfluff.core import Linter

from loaders.errors import HeadwaterError
from loaders.lake import open_store
from tests.warehouses import smoke, smoke_checks
from tests.warehouses.smoke_checks import Check, for_schema, run_checks
from tests.warehouses.smoke_warehouses import WAREHOUSES

EVERY = (*smoke_checks.STAGED_ONCE, *smoke_checks.MODELLED, *smoke_checks.MODELLED_AGAIN)
READY = {
    "snowflake": {
        **{f"SNOWFLAKE_{name}": "x" for name in ("ACCOUNT", "USER", "ROLE", "WAREHOUSE", "DATABASE")},
        "SNOWFLAKE_TOKEN": "token-of-nobody",
    },
    "redshift": {f"REDSHIFT_{name}": "x" for name in ("HOST", "DATABASE", "USER", "WORKGROUP")},
}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials but the test's own, and no `.env`."""
    for name in os.environ:
        if name.startswith(("SNOWFLAKE_", "REDSHIFT_", "HEADWATER_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("loaders.settings.read_env", lambda _: {})
    # what the settings put into the environment goes with the test
    monkeypatch.setenv("HEADWATER_LAKE", "")
    monkeypatch.setenv("HEADWATER_USER", "ana")


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr("snowflake.connector.connect", connect)
    monkeypatch.setattr("redshift_connector.connect", connect)


def _ready(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for variable, value in READY[name].items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("HEADWATER_LAKE", "s3://bucket/lake")


@pytest.mark.parametrize("name", WAREHOUSES)
@pytest.mark.usefixtures("unconnected")
def test_says_what_it_will_do_and_cost_and_asks(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ready(monkeypatch, name)
    monkeypatch.setattr("builtins.input", lambda _: "")
    assert smoke.main([name]) == 2
    told = capsys.readouterr().out
    for part in ("s3://bucket/lake/smoke/", "smoke_", "drop the schemas", "cost", "1800", "S3"):
        assert part in told


@pytest.mark.usefixtures("unconnected")
def test_says_first_what_the_whole_project_may_cost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ready(monkeypatch, "snowflake")
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert smoke.main(["snowflake", "--full"]) == 2
    told = capsys.readouterr().out
    for part in ("`dbt build`, every model and test", "_full_", "2 credits", "after 7200 seconds"):
        assert part in told


def test_the_whole_project_reads_made_up_data_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, told = tmp_path / "1", list[tuple[str, ...]]()

    def command(arguments: Sequence[str], environment: dict[str, str]) -> None:
        if environment["HEADWATER_SCHEMA"] == "smoke_1_full":
            told.append(tuple(arguments[1:3]))
            assert environment["HEADWATER_LAKE"] == f"{place}/full"
            assert environment["X_BEARER_TOKEN"] == environment["BANKS_FEES_URL"] == ""
            for source in ("WEB_EVENTS", "LEARNING", "BANKS", "X"):
                assert any(path.is_file() for path in Path(environment[f"{source}_URL"]).rglob("*")), source

    fake = Fake()
    smoke.smoke(WAREHOUSES["redshift"], str(place), "smoke_1", fake.execute, command, full=True)
    assert told == [("loaders", "load"), ("loaders", "stage"), ("dbt.cli.main", "build")]
    assert "the whole project was built" in capsys.readouterr().out
    assert "drop schema if exists smoke_1_full_marts cascade" in fake.told


@pytest.mark.usefixtures("unconnected")
def test_does_not_go_on_where_nobody_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ready(monkeypatch, "redshift")
    monkeypatch.setattr("builtins.input", lambda _: (_ for _ in ()).throw(EOFError))
    assert smoke.main(["redshift"]) == 2
    assert "--yes" in capsys.readouterr().out


@pytest.mark.parametrize("name", WAREHOUSES)
@pytest.mark.usefixtures("unconnected")
def test_without_a_lake_in_s3_and_credentials_says_what_to_set(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main([name, "--yes"]) == 2
    told = capsys.readouterr().out
    assert "HEADWATER_BUCKET" in told
    assert f"make smoke TARGET={name}" in told
    assert f"deploy/{name}/setup.sql" in told
    for names in WAREHOUSES[name].required:
        assert " or ".join(names) in told


@pytest.mark.parametrize("name", WAREHOUSES)
def test_never_prints_a_secret(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _ready(monkeypatch, name)
    said = {
        "SNOWFLAKE_TOKEN": "token-of-nobody",
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "opensesame",
        "AWS_SECRET_ACCESS_KEY": "wJalr/EXAMPLE",
    }
    for variable, value in said.items():
        monkeypatch.setenv(variable, value)

    def connect(*_: object, **__: object) -> None:
        raise RuntimeError("refused " + " ".join(said.values()))

    monkeypatch.setattr("snowflake.connector.connect", connect)
    monkeypatch.setattr("redshift_connector.connect", connect)
    assert smoke.main([name, "--yes"]) == 2
    told = capsys.readouterr().out
    assert "refused *** *** ***" in told
    assert not any(value in told for value in said.values())


class Fake:
    """A warehouse that notes what it is told, and fails where it shall."""

    def __init__(self, failing: str = "", error: type[BaseException] = RuntimeError) -> None:
        self.told: list[str] = []
        self._failing, self._error = failing, error

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        self._hear(sql)
        return [(0,)]

    def command(self, arguments: Sequence[str], environment: dict[str, str]) -> None:
        assert environment["HEADWATER_SCHEMA"] == "smoke_1"
        assert environment["HEADWATER_GLUE_DATABASE"] == environment["HEADWATER_READERS"] == ""
        self._hear(" ".join(arguments))

    def _hear(self, what: str) -> None:
        self.told.append(what)
        if self._failing and self._failing in what:
            raise self._error("it is token-of-nobody's fault")


DROPPED = [f"drop schema if exists smoke_1{layer} cascade" for layer in smoke.LAYERS]


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        ("", RuntimeError),
        ("loaders stage", HeadwaterError),
        ("dbt.cli.main build", HeadwaterError),
        ("loaders stage", KeyboardInterrupt),
        ("count(*)", KeyboardInterrupt),
        ("count(*)", RuntimeError),
    ],
)
def test_cleans_up_whatever_happens(
    failing: str, error: type[BaseException], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, place = Fake(failing, error), str(tmp_path / "lake" / "smoke" / "1")
    assert not smoke.smoke(WAREHOUSES["redshift"], place, "smoke_1", fake.execute, fake.command)
    assert fake.told[-len(DROPPED) :] == DROPPED
    assert list(open_store(place).entries()) == []
    assert "NOT removed" not in capsys.readouterr().out


def test_builds_increments_hides_personal_data_twice_and_unloads(tmp_path: Path) -> None:
    fake = Fake()
    results = list(smoke.ask(WAREHOUSES["redshift"], str(tmp_path / "lake"), "smoke_1", fake.execute, fake.command))
    run = "-m dbt.cli.main build --quiet --exclude-resource-types test unit_test --select"
    stage = "-m loaders stage --target redshift"
    assert [told for told in fake.told if told.startswith("-m ")] == [
        *[stage] * 3,
        f"{run} +base_web_events__events",
        stage,
        f"{run} +dim_app_users +loads",
        *[f"{run} dim_app_users --vars {{mask_personal_data: true}}"] * 2,
        "-m loaders publish --target redshift loads",
        stage,
    ]
    assert [result.check.name for result in results if result.got in ("no error", None)] == [
        smoke_checks.MASKED_TWICE.name,
        "types in Parquet",
    ]


@pytest.mark.parametrize(
    ("failing", "said"),
    [("mask_personal_data", "NOT personal data hidden twice"), ("loaders publish", "NOT types in Parquet")],
)
def test_what_an_account_may_not_do_is_an_answer(
    failing: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fake = Fake(failing, HeadwaterError)
    smoke.smoke(WAREHOUSES["snowflake"], str(tmp_path / "1"), "smoke_1", fake.execute, fake.command)
    assert said in capsys.readouterr().out
    commands = [told for told in fake.told if told.startswith("-m loaders ")]
    assert commands[-2:] == ["-m loaders publish --target snowflake loads", "-m loaders stage --target snowflake"]


def test_reads_the_types_of_what_was_unloaded(tmp_path: Path) -> None:
    columns = [{"name": "load_seq", "type": "int64"}, {"name": "loaded_at", "type": "timestamp[us]"}]
    publication = {"publication": "1", "published_at": "", "row_count": 3, "files": [], "columns": columns}
    check = Check("types", "", "load_seq int64, loaded_at timestamp[us]", "why")
    assert not smoke.read_back(str(tmp_path), check).is_fine
    open_store(str(tmp_path)).put("marts/loads/_current.json", json.dumps(publication).encode())
    assert smoke.read_back(str(tmp_path), check).is_as_expected
    other = Check("types", "", "load_seq decimal128(38, 0), loaded_at timestamp[us]", "why")
    assert not smoke.read_back(str(tmp_path), other).is_fine


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_says_what_it_could_not_remove_and_goes_on(
    error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SNOWFLAKE_TOKEN", "token-of-nobody")
    fake = Fake("drop schema if exists smoke_1_raw", error)
    assert not smoke.smoke(WAREHOUSES["snowflake"], str(tmp_path / "1"), "smoke_1", fake.execute, fake.command)
    told = capsys.readouterr().out
    assert "NOT removed, please remove it: the schema smoke_1_raw (it is ***'s fault)" in told
    assert told.count("NOT removed") == 1
    assert fake.told[-len(DROPPED) :] == DROPPED


def test_gives_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGALRM, smoke._give_up)
    fake = Fake()
    monkeypatch.setattr(fake, "command", lambda *_: signal.raise_signal(signal.SIGALRM))
    assert not smoke.smoke(WAREHOUSES["redshift"], str(tmp_path), "smoke_1", fake.execute, fake.command)
    signal.signal(signal.SIGALRM, before)
    assert "given up: the time that the plan names is over" in capsys.readouterr().out
    assert fake.told == DROPPED


def test_a_command_that_fails_says_how() -> None:
    with smoke.commands() as command, pytest.raises(HeadwaterError, match=r"(?s)status 3.*so it is"):
        command(["-c", "import os; print(os.environ['WHY'], flush=True); os._exit(3)"], {"WHY": "so it is"})


def test_answers_are_compared_and_errors_are_answers() -> None:
    def execute(sql: str) -> list[tuple[Any, ...]]:
        if sql == "broken":
            raise RuntimeError("no such\nthing")
        return [(None,)] if sql == "null" else [(sql,)]

    asked = [
        Check("a", "1", "1", ""),
        Check("b", "null", None, ""),
        Check("c", "2", "1", "why"),
        Check("d", "broken", "", ""),
    ]
    results = run_checks(execute, asked)
    assert [r.is_as_expected for r in results] == [True, True, False, False]
    assert [r.is_fine for r in results] == [True, True, False, True]
    assert results[3].error == "RuntimeError: no such thing"


@pytest.mark.parametrize("name", WAREHOUSES)
def test_every_question_is_sql(name: str) -> None:
    warehouse, linter = WAREHOUSES[name], Linter(dialect=name)
    for check in for_schema((*EVERY, *warehouse.once, *warehouse.twice), "smoke_1"):
        assert not linter.parse_string(check.sql).violations, check.sql
        assert "{" not in check.sql
