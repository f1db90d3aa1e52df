"""A stream is fresh as long as it is looked at, whether or not anything comes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from loaders import log
from loaders.errors import DamagedCommitError
from loaders.lake import open_store
from tests.pipeline.conftest import Project

PAGE = b'{"messageId":"1","type":"page","timestamp":"2026-03-02T00:00:00Z"}'
STREAM = "source:web_events.events"


def load(project: Project, monkeypatch: pytest.MonkeyPatch, *, hours_ago: int = 0) -> str:
    """Loads, as if it were so long ago."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - timedelta(hours=hours_ago)

    with monkeypatch.context() as patch:
        patch.setattr(log, "datetime", Then)
        return project.headwater("load", "web_events")


def freshness(project: Project) -> str:
    """What `dbt source freshness` says of the stream, which is to be loaded within a day, and must be within two."""
    # with the variables of the runs before, as dbt parses everything anew for others
    options = ["--quiet", "--target-path", str(project.target), "--vars", "{rejects_fail_above: 1}"]
    result = dbtRunner().invoke(["source", "freshness", "--select", STREAM, *options])
    # beside the hooks of the project
    [node] = [one for one in getattr(result.result, "results", []) if one.node.resource_type == "source"]
    return str(node.status)


def heartbeats(project: Project) -> list[tuple[Any, ...]]:
    return project.query("select source, stream, seen_at from raw.heartbeats order by all")


def stage(project: Project, **arguments: Any) -> None:
    project.dbt("run-operation", "stage_external_sources", "--args", json.dumps(arguments), "--quiet")


def test_a_stream_that_is_looked_at_is_fresh(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.put("2026/03/02/00/a", PAGE)
    assert "load 1" in load(project, monkeypatch, hours_ago=72)
    project.stage()
    assert freshness(project) == "error"
    [(loaded_at,)] = project.query("select _loaded_at from raw.loads")

    assert "nothing new" in load(project, monkeypatch, hours_ago=30)
    assert freshness(project) == "error"  # which is not known before it is staged
    project.stage()
    assert freshness(project) == "warn"
    [other, events] = heartbeats(project)
    assert (other[:2], events[:2]) == (("web_events", "delivery_errors"), ("web_events", "events"))
    assert timedelta(hours=41) < events[2] - loaded_at < timedelta(hours=43)

    load(project, monkeypatch)
    project.stage()
    assert freshness(project) == "pass"
    [_, (*_, seen_at)] = heartbeats(project)  # which took the place of the other
    assert abs(seen_at - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=5)
    assert project.query("select _loaded_at from raw.loads") == [(loaded_at,)]
    project.stage()
    assert len(heartbeats(project)) == 2


def test_a_load_makes_a_stream_as_fresh_as_a_heartbeat(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    load(project, monkeypatch, hours_ago=72)
    project.stage()
    assert freshness(project) == "error"
    project.put("2026/03/02/00/a", PAGE)
    load(project, monkeypatch)
    project.stage()
    assert freshness(project) == "pass"


def test_staging_does_without_heartbeats_and_takes_any_text_for_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.put("2026/03/02/00/a", PAGE)
    load(project, monkeypatch)
    stage(project, newest={})
    assert heartbeats(project) == []
    stage(
        project, newest={}, seen={"shop.it's": "2026-03-02T14:05:09.120000+05:30", "a.b": "'); drop table raw.loads --"}
    )
    found = [("a", "b", None), ("shop", "it's", datetime(2026, 3, 2, 8, 35, 9, 120000))]
    assert heartbeats(project) == found
    stage(project, newest={}, seen={"a.b": "2026-03-02T14:05:09Z"})
    assert heartbeats(project) == [("a", "b", datetime(2026, 3, 2, 14, 5, 9)), found[1]]
    stage(project, newest={}, seen={})
    assert len(heartbeats(project)) == 2


def test_a_commit_that_is_cut_or_missing_is_not_staged(
    project: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for hour in ("00", "01", "02"):
        project.put(f"2026/03/02/{hour}/a", PAGE)
        load(project, monkeypatch)
    folder = Path(project.lake) / "log" / "web_events" / "events"
    [commit] = folder.glob("999999999997.json")
    written = commit.read_bytes()
    told = "the commit of load 2 of web_events.events is missing, cut or changed; expected all its lines"
    for damage in (written.rsplit(b"\n", 2)[0] + b"\n", written.replace(b'"rows": 1, "bytes"', b'"rows": 2, "bytes"')):
        commit.write_bytes(damage)
        capfd.readouterr()
        with pytest.raises(AssertionError):
            project.stage()
        assert f"{commit}: {told}" in capfd.readouterr().out
    assert project.query("select count(*) from raw.loads") == [(0,)]
    commit.unlink()
    # what DuckDB says is raised by dbt in its own words; `headwater stage` names the commit
    with pytest.raises(AssertionError):
        project.stage()
    with pytest.raises(DamagedCommitError, match=r"999999999997.json: not a commit \(it is missing, and later ones"):
        log.Log(open_store(project.lake), "web_events", "events").check()
    commit.write_bytes(written)
    project.stage()
    assert project.query("select count(*) from raw.loads") == [(3,)]
