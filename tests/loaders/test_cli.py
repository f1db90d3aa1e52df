"""The commands, from the words a user types to what stands in the lake and on the screen."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import Result

from loaders.cli import main
from loaders.lake import Store, open_store
from loaders.log import Log
from loaders.sources import files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"

Headwater = Callable[..., Result]
ReadLog = Callable[..., list[list[dict[str, Any]]]]

HOUR = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture
def lake(project: Path) -> Store:
    return open_store(str(project / "lake"))


def put(project: Path, key: str, content: str = '{"id":1}') -> None:
    path = project / "drop" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def hour(name: str) -> str:
    return f"{HOUR:%Y/%m/%d/%H}/{name}"


def stderr_line(result: Result) -> str:
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    return line


# --- load -----------------------------------------------------------------------------------------------------------


def test_load_tells_what_it_landed(project: Path, headwater: Headwater, lake: Store, read_log: ReadLog) -> None:
    put(project, hour("a"), '{"id":1}{"id":2}nonsense')
    put(project, f"processing-failed/{hour('e')}")
    result = headwater("load")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == ("shop.orders: load 1: 2 landed, 1 rejected\nshop.errors: load 1: 1 landed, 0 rejected\n")
    assert headwater("load").stdout == "shop.orders: nothing new\nshop.errors: nothing new\n"
    assert len(read_log(lake)) == 1


def test_load_of_one_stream_or_source(project: Path, headwater: Headwater) -> None:
    put(project, hour("a"))
    assert headwater("load", "shop.errors").stdout == "shop.errors: nothing new\n"
    assert headwater("load", "shop").stdout.splitlines()[0] == "shop.orders: load 1: 1 landed, 0 rejected"


def test_a_dry_run_writes_nothing(project: Path, headwater: Headwater) -> None:
    put(project, hour("a"), '{"id":1}')
    put(project, hour("deep/er"), '{"id":1}')
    told = f"'{hour('deep/er')}'"
    assert headwater("load", "shop.orders", "--dry-run").stdout == (
        "shop.orders: would load 1 objects, 8 bytes stored; "
        f"1 keys do not match {{year}}/{{month}}/{{day}}/{{hour}}/{{object}}, such as {told}\n"
    )
    assert not (project / "lake").exists()


def test_a_period_of_both_ends(project: Path, headwater: Headwater, lake: Store, read_log: ReadLog) -> None:
    for month in ("01", "02", "03", "04"):
        put(project, f"2026/{month}/28/23/a")
    assert headwater("load", "shop.orders", "--since", "2026-02", "--until", "2026-03").exit_code == 0
    assert [line["key"] for line in read_log(lake)[0] if line["kind"] == "input"] == [
        "2026/02/28/23/a",
        "2026/03/28/23/a",
    ]
    back = headwater("load", "--since", "2026-04", "--until", "2026-Q1")
    assert back.exit_code == 2
    assert "--since 2026-04-01 is after --until, which ends before 2026-04-01" in back.stderr
    bad = headwater("load", "--since", "March")
    assert bad.exit_code == 2
    assert "'March' is no period; expected 2026, 2026-Q1, 2026-03, 2026-03-02 or 2026-03-02T14" in bad.stderr


def test_warnings_are_shown_as_they_are(project: Path, headwater: Headwater) -> None:
    put(project, hour("deep/[/b]:bug:[red]x"))
    told = (
        "warning shop.orders: 1 keys do not match {year}/{month}/{day}/{hour}/{object}, "
        f"such as '{hour('deep/[/b]:bug:[red]x')}'"
    )
    put(project, hour("a"))
    assert headwater("load", "shop.orders").stdout.splitlines() == [
        "shop.orders: load 1: 1 landed, 0 rejected",
        told,
    ]
    assert headwater("load", "shop.orders").stdout.splitlines() == ["shop.orders: nothing new", told]


def test_a_stream_that_fails_does_not_stop_the_others(
    project: Path, headwater: Headwater, lake: Store, s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, f"processing-failed/{hour('e')}")
    monkeypatch.setenv("SHOP_ORDERS_URL", "s3://no-such-bucket/raw")
    result = headwater("load")
    assert result.exit_code == 1
    assert result.stdout == "shop.errors: load 1: 1 landed, 0 rejected\n"
    first, last = result.stderr.splitlines()
    assert first.startswith("Error: shop.orders: s3://no-such-bucket/raw/: ")
    assert last == "Error: not loaded: shop.orders; the other streams are; see `headwater status`"
    failed = Log(lake, "shop", "orders").note("_failed")
    assert failed is not None
    assert failed["error"] == "ConfigurationError"
    assert "NoSuchBucket" in failed["message"]
    assert SECRET not in json.dumps(failed) + result.output
    assert Log(lake, "shop", "orders").newest() is None
    assert headwater("load", "--dry-run").exit_code == 1


def test_a_load_that_loses_is_told(project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, hour("a"))

    def lose(store: Store, key: str, data: bytes) -> bool:
        store.put(key, re.sub(rb'"load_id": "[^"]*"', b'"load_id": "another"', data))
        return False

    monkeypatch.setattr("loaders.lake.directory.DirectoryStore.create", lose)
    result = headwater("load", "shop.orders")
    assert result.stderr.splitlines()[0] == (
        "Error: shop.orders: shop.orders: another load committed number 1 first; this one changed nothing; "
        "run `headwater load shop` again"
    )
    assert result.exit_code == 1
    assert [path for path in (project / "lake" / "raw").rglob("*") if path.is_file()] == []


# --- mistakes -------------------------------------------------------------------------------------------------------


def test_an_unknown_source_is_told_with_those_there_are(project: Path, headwater: Headwater) -> None:
    for command in ("load", "status"):
        assert stderr_line(headwater(command, "shoop")) == (
            "Error: no source or stream shoop; there are: shop, shop.errors, shop.orders"
        )


def test_what_is_switched_off_is_neither_loaded_nor_in_status(project: Path, headwater: Headwater) -> None:
    put(project, hour("a"))
    settings = project / "dbt_project.yml"
    settings.write_text("vars:\n  streams_off: [shop.errors]\n")
    assert headwater("load").stdout == "shop.orders: load 1: 1 landed, 0 rejected\n"
    assert [row["stream"] for row in json.loads(headwater("status", "--json").stdout)] == ["orders"]
    assert stderr_line(headwater("load", "shop.errors")) == (
        "Error: shop.errors: switched off by streams_off in dbt_project.yml; take it out there to use it"
    )
    settings.write_text("vars:\n  streams_off: [shop]\n")
    assert headwater("load").stdout == ""
    assert json.loads(headwater("status", "--json").stdout) == []
    settings.write_text("vars:\n  streams_off: [shop.order]\n")
    for command in ("load", "status"):
        assert stderr_line(headwater(command)) == (
            "Error: dbt_project.yml: streams_off names shop.order; expected some of: shop, shop.errors, shop.orders"
        )
    settings.write_text("vars: [streams_off]\n")
    assert stderr_line(headwater("load")).startswith("Error: dbt_project.yml: ")


def test_outside_of_a_project_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headwater: Headwater) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("load", "status", "demo"):
        assert stderr_line(headwater(command)) == (
            f"Error: no dbt_project.yml in {tmp_path}; run this in the root of the project"
        )


def test_a_damaged_declaration_is_told(project: Path, headwater: Headwater) -> None:
    (project / "models" / "bad.yml").write_text("- not\n- a mapping\n")
    assert stderr_line(headwater("load")).startswith("Error: models/bad.yml: not a file of dbt sources (")


@pytest.mark.parametrize(
    ("lake", "told"),
    [
        ("gs://bucket/lake", "Error: cannot open 'gs://bucket/lake': expected s3://bucket/prefix or the path of a dir"),
        ("dbt_project.yml", "Error: dbt_project.yml/log/shop/orders: Not a directory; free space or change the perm"),
        ("s3://", "Error: cannot open 's3://': expected s3://bucket/prefix or the path of a directory"),
    ],
)
def test_a_lake_that_cannot_be_is_told(
    project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch, lake: str, told: str
) -> None:
    monkeypatch.setenv("HEADWATER_LAKE", lake)
    assert stderr_line(headwater("status", "shop.orders")).startswith(told)


def test_an_env_file_is_read_and_what_is_wrong_with_it_is_told(
    project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADWATER_LAKE")
    (project / ".env").write_text("HEADWATER_LAKE=elsewhere\n")
    put(project, hour("a"))
    assert headwater("load", "shop.orders").exit_code == 0
    assert (project / "elsewhere" / "log" / "shop" / "orders" / "999999999998.json").is_file()
    (project / ".env").write_bytes(b"X=caf\xe9\n")
    assert stderr_line(headwater("status")).startswith("Error: .env: ")


def test_a_corrupt_commit_is_told_and_stops_its_stream_only(project: Path, headwater: Headwater, lake: Store) -> None:
    put(project, hour("a"))
    put(project, f"processing-failed/{hour('e')}")
    lake.put("log/shop/orders/999999999998.json", b"{")
    result = headwater("load")
    assert result.stdout == "shop.errors: load 1: 1 landed, 0 rejected\n"
    assert result.stderr.startswith("Error: shop.orders: lake/log/shop/orders/999999999998.json: not a commit (")
    assert "log/shop/orders/999999999998.json: not a commit (" in stderr_line(headwater("clean"))
    shown = headwater("status")
    assert shown.exit_code == 0
    assert "failed: shop.orders: " in shown.stdout
    assert "DamagedCommitError: lake/log/shop/orders/999999999998.json: not a commit (" in shown.stdout
    [orders, errors] = json.loads(headwater("status", "--json").stdout)
    assert (orders["failure"]["error"], errors["failure"], errors["landed"]) == ("DamagedCommitError", None, 1)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "MemoryError; a fault of this loader"),
        (RecursionError("too deep"), "RecursionError: too deep; a fault of this loader"),
        (ValueError(f"in {SECRET}\x1b[31m\nhere"), "ValueError: in *** [31m here; a fault of this loader"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), "UnicodeEncodeError: 'utf-8' codec"),
    ],
)
def test_any_exception_is_a_failure_of_its_stream_only(  # noqa: PLR0917
    project: Path, headwater: Headwater, lake: Store, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    put(project, f"processing-failed/{hour('e')}")
    real = files.load

    def load(store: Store, drop: Any, *period: Any) -> Any:
        if drop.name == "orders":
            raise error
        return real(store, drop, *period)

    monkeypatch.setattr(files, "load", load)
    result = headwater("load")
    assert (result.exit_code, result.stdout) == (1, "shop.errors: load 1: 1 landed, 0 rejected\n")
    first, last = result.stderr.splitlines()
    assert first.startswith(f"Error: shop.orders: {told}")
    assert last == "Error: not loaded: shop.orders; the other streams are; see `headwater status`"
    [status] = json.loads(headwater("status", "shop.orders", "--json").stdout)
    assert status["failure"]["error"] == "UnexpectedError"
    assert status["failure"]["message"].startswith(told)
    assert "Traceback" not in result.stderr
    assert "Traceback (most recent call last)" in headwater("load", "shop.orders", "--debug").stderr
    monkeypatch.setenv("HEADWATER_DEBUG", "1")
    assert "Traceback (most recent call last)" in headwater("load", "shop.orders").stderr


def test_a_state_of_wrong_types_names_its_commit(project: Path, headwater: Headwater, lake: Store) -> None:
    put(project, hour("a"))
    headwater("load", "shop.orders")
    key = "log/shop/orders/999999999998.json"
    written = b"".join(lake.chunks(key))
    head, _, rest = written.partition(b'"state": {')
    for state in (b"null", b'{"watermark": 7, "known": "k"}', b'{"watermark": "soon", "known": "k"}', b"[]"):
        lake.put(key, head + b'"state": ' + state + rest.partition(b"}")[2])
        result = headwater("load", "shop.orders")
        assert result.stderr.splitlines()[0].startswith(f"Error: shop.orders: lake/{key}: not a commit (")


def test_a_look_that_is_dated_ahead_hides_no_failure(project: Path, headwater: Headwater, lake: Store) -> None:
    lake.put("log/shop/orders/_seen.json", b'{"at": "2999-01-01T00:00:00+00:00", "warnings": []}')
    Log(lake, "shop", "orders").failed(ValueError("x"))
    [status] = json.loads(headwater("status", "shop.orders", "--json").stdout)
    assert status["failure"]["message"] == "x"


# --- status ---------------------------------------------------------------------------------------------------------


def test_status_before_the_first_load(project: Path, headwater: Headwater) -> None:
    [orders, errors] = json.loads(headwater("status", "--json").stdout)
    assert orders == {
        "source": "shop",
        "stream": "orders",
        "load_seq": 0,
        "load_id": None,
        "loaded_at": None,
        "landed": 0,
        "rejected": 0,
        "landed_total": 0,
        "rejected_total": 0,
        "watermark": None,
        "looked_at": None,
        "age_seconds": None,
        "failure": None,
    }
    assert errors["stream"] == "errors"
    assert not (project / "lake").exists()


def test_status_tells_the_last_load_and_the_totals(project: Path, headwater: Headwater, lake: Store) -> None:
    put(project, hour("a"), '{"id":1}{"id":2}nonsense')
    headwater("load", "shop.orders")
    put(project, hour("b"))
    headwater("load", "shop.orders")
    newest = Log(lake, "shop", "orders").newest()
    assert newest is not None
    [status] = json.loads(headwater("status", "shop.orders", "--json").stdout)
    assert 0 <= status.pop("age_seconds") < 60
    assert status.pop("looked_at") == status.pop("loaded_at") == newest.committed_at[:19] + "Z"
    assert status == {
        "source": "shop",
        "stream": "orders",
        "load_seq": 2,
        "load_id": newest.load_id,
        "landed": 1,
        "rejected": 0,
        "landed_total": 3,
        "rejected_total": 1,
        "watermark": f"{HOUR:%Y-%m-%dT%H:00:00+00:00}",
        "failure": None,
    }
    text = headwater("status", "shop.orders").stdout
    assert [word.split() for word in text.splitlines() if "shop.orders" in word] == [
        ["shop.orders", "2", newest.committed_at[:16], "3", "1", f"{HOUR:%Y-%m-%dT%H:00}", "0.0", "h"]
    ]


def test_status_shows_a_failure_until_the_next_look(project: Path, headwater: Headwater) -> None:
    (project / "drop").rmdir()
    assert headwater("load", "shop.orders").exit_code == 1
    [status] = json.loads(headwater("status", "shop.orders", "--json").stdout)
    assert status["failure"]["error"] == "ConfigurationError"
    assert status["failure"]["message"].startswith("drop: no such directory; create it")
    text = headwater("status", "shop.orders").stdout
    assert "failed: shop.orders: " in text
    assert "ConfigurationError: drop: no such directory" in text
    (project / "drop").mkdir()
    assert headwater("load", "shop.orders").exit_code == 0
    [status] = json.loads(headwater("status", "shop.orders", "--json").stdout)
    assert status["failure"] is None
    assert 0 <= status["age_seconds"] < 60


# --- clean, demo, stage ---------------------------------------------------------------------------------------------


def test_clean_removes_what_killed_loads_left(project: Path, headwater: Headwater, lake: Store) -> None:
    put(project, hour("a"))
    headwater("load", "shop.orders")
    lake.put("raw/shop/orders/load_seq=2/[left].json.gz", b"")
    os.utime(project / "lake/raw/shop/orders/load_seq=2/[left].json.gz", (time.time() - 25 * 3600,) * 2)
    others = "unfinished uploads and temporary files\n"
    left = "  raw/shop/orders/load_seq=2/[left].json.gz\n"
    assert headwater("clean", "--dry-run").stdout == f"would remove 1 objects\n{left}would remove 0 {others}"
    assert headwater("clean").stdout == f"removed 1 objects\n{left}removed 0 {others}"
    assert headwater("clean").stdout == f"removed 0 objects\nremoved 0 {others}"
    assert Log(lake, "shop", "orders").newest() is not None


def test_demo_writes_where_it_is_told_and_load_reads_it(
    tmp_path: Path, project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "models" / "_shop__sources.yml").unlink()
    (project / "models" / "web.yml").write_text(
        "sources: [{name: web_events, tables: [{name: events, config: {meta: {loader: files, location: demo/raw/, "
        'format: json, keys: "{year}/{month}/{day}/{hour}/{object}", look_back: 26h, record_key: messageId}}}]}]\n'
    )
    options = ("demo", "--scale", "0.01", "--days", "1", "--until", "2026-03-02", "--dirt", "0")
    result = headwater(*options, "--to", str(tmp_path / "made"))
    assert result.exit_code == 0
    assert result.stdout.startswith("web_events: ")
    made = sorted(path.relative_to(tmp_path / "made") for path in (tmp_path / "made").rglob("*") if path.is_file())
    assert len([path for path in made if str(path).startswith("2026/03/02/")]) > 20
    assert not (project / "demo").exists()
    monkeypatch.setenv("WEB_EVENTS_URL", str(tmp_path / "elsewhere"))
    assert headwater(*options).exit_code == 0
    again = sorted(p.relative_to(project / "demo/raw") for p in (project / "demo/raw").rglob("*") if p.is_file())
    assert [p for p in again if p.name[0] != "."] == [p for p in made if p.name[0] != "."]
    assert not (tmp_path / "elsewhere").exists()
    monkeypatch.delenv("WEB_EVENTS_URL")
    loaded = headwater("load", "web_events")
    assert loaded.exit_code == 0
    assert ", 0 rejected\n" in loaded.stdout
    assert headwater(*options).exit_code == 0  # what is there already is not written again
    assert headwater("load", "web_events").stdout == "web_events.events: nothing new\n"
    assert headwater("demo").exit_code == 0  # nor what no option says otherwise
    assert headwater("load", "web_events").stdout == "web_events.events: nothing new\n"


def test_a_second_demo_mixes_no_history_into_the_first(project: Path, headwater: Headwater) -> None:
    first = ("demo", "--scale", "0.001", "--days", "1", "--until", "2026-03-02")
    assert headwater(*first).exit_code == 0
    for other, was in (
        (("--scale", "2"), "--scale 0.001"),
        (("--seed", "2"), "--seed 1"),
        (("--until", "2026-03-03"), "--until 2026-03-02"),
    ):
        refused = headwater("demo", *other)
        assert refused.exit_code == 1
        assert refused.stderr.count("\n") == 1
        assert f"demo/ was made with {was}, and" in refused.stderr
        assert "`make reset`" in refused.stderr
    recipe = json.loads((project / "demo/recipe.json").read_text())
    assert recipe == {"scale": 0.001, "seed": 1, "dirt": 0.002, "days": 1, "until": "2026-03-02"}
    (project / "demo/recipe.json").write_text("[1]")
    assert "demo/recipe.json is no JSON object" in headwater("demo").stderr


def test_a_demo_is_not_made_beside_a_lake_that_has_another(project: Path, headwater: Headwater) -> None:
    (project / "models" / "web.yml").write_text(
        "sources: [{name: web_events, tables: [{name: events, config: {meta: {loader: files, location: demo/raw/, "
        'format: json, keys: "{year}/{month}/{day}/{hour}/{object}", look_back: 26h, record_key: messageId}}}]}]\n'
    )
    assert headwater("demo", "--scale", "0.001", "--days", "1", "--until", "2026-03-02").exit_code == 0
    assert headwater("load", "web_events").exit_code == 0
    shutil.rmtree(project / "demo")
    refused = headwater("demo", "--scale", "0.001")
    assert refused.exit_code == 1
    assert "the lake has data of these sources already" in refused.stderr
    assert not (project / "demo").exists()


def test_a_timeline_that_cannot_be_says_which_can(
    project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "")
    sources = Path(__file__).parents[2] / "models/staging/x/_x__sources.yml"
    shutil.copy(sources, project / "models" / sources.name)
    refused = headwater("timeline", "nasa")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "Error: X_BEARER_TOKEN is not set; .env.example says what it is, or ask a made-up X: "
        "make timeline ACCOUNT=someline DEMO=1\n"
    )
    unknown = headwater("timeline", "nasa", "--demo")
    assert unknown.exit_code == 1
    assert unknown.stderr.splitlines()[-1] == (
        "Error: X gave no post of @nasa; the made-up X has @someline, @sleeperclub: "
        "make timeline ACCOUNT=someline DEMO=1"
    )


@pytest.mark.parametrize("options", [("--scale", "0"), ("--dirt", "2"), ("--days", "0"), ("--until", "soon")])
def test_demo_refuses_what_makes_no_sense(project: Path, headwater: Headwater, options: tuple[str, str]) -> None:
    assert headwater("demo", *options).exit_code == 2


def test_stage_needs_dbt_beside_python(project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(project / "python"))
    assert stderr_line(headwater("stage")) == f"Error: no dbt beside {project}/python; run `make setup`"
    (project / "dbt").write_text('#!/bin/sh\necho "$@" >&2\nexit 3\n')
    (project / "dbt").chmod(0o755)
    told, error = headwater("stage", "--target", "local").stderr.splitlines()
    assert told.startswith("run-operation stage_external_sources --args {")
    assert error == "Error: dbt run-operation ended with status 3; see its messages above"


def test_every_command_and_option_is_documented() -> None:
    commands = [main, *main.commands.values()]
    assert {command.name for command in commands} >= {"main", "load", "stage", "status", "clean", "demo"}
    for command in commands:
        assert command.help, command.name
        assert command.help.splitlines()[0].endswith("."), command.name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{command.name} {option.name}"
                assert option.help.endswith((".", "…")), f"{command.name} {option.name}"


def test_help_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headwater: Headwater) -> None:
    monkeypatch.chdir(tmp_path)
    assert headwater("--help").exit_code == 0
    assert "--since PERIOD" in headwater("load", "--help").stdout
    assert files.COMMIT_INPUTS == 5_000


def test_env_warns_of_a_clone_that_dbt_cannot_write(
    project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not headwater("env").stderr
    monkeypatch.setenv("DBT_TARGET_PATH", f"{project}/made/later")
    monkeypatch.setattr("os.access", lambda path, _: path != project)
    (project / "logs").mkdir()
    result = headwater("env")
    assert result.exit_code == 0
    assert result.stderr == (
        f"warning {project}/made/later: dbt cannot write it; change the permission of {project}, or set "
        "DBT_TARGET_PATH to a directory that can be written\n"
    )


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_a_password_in_an_endpoint_is_refused_and_not_shown(
    project: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"http://root:{SECRET}@127.0.0.1:9000")
    for command in ("status", "load", "stage", "env"):
        result = headwater(command)
        assert result.exit_code == 1
        assert result.output == (
            f"Error: {name} holds a user or a password, which dbt and DuckDB print in their errors; expected http:// "
            "or https:// and a host; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are for the rest\n"
        )
