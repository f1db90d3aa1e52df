"""From raw objects to marts: what comes in is accounted for, and running again changes nothing."""

import gzip
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from loaders.demo import web_events
from tests.pipeline.conftest import EVENTS, MODELS, Project, close_connections, project_in

UNTIL = date(2026, 3, 3)


def make_demo(project: Project, *, days: int = 2, until: date = UNTIL, dirt: float = 0.02) -> web_events.Made:
    return web_events.make(project.put, scale=0.1, seed=7, dirt=dirt, days=days, until=until)


def everything(project: Project, *, but: str = "") -> dict[str, Counter[tuple[Any, ...]]]:
    return {name: project.multiset(name, but=but) for name in project.relations("marts", "staging")}


@pytest.fixture(scope="module")
def template(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, web_events.Made]:
    """A place where one load was built, to be copied."""
    place = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place, shared / "now", shared / "target", patch)
        made = make_demo(project)
        project.headwater("load")
        project.stage()
        project.build(*EVENTS)
        close_connections()
    return place, made


@pytest.fixture
def built(template: tuple[Path, web_events.Made], project: Project) -> tuple[Project, web_events.Made]:
    place, made = template
    shutil.copytree(place, project.place.resolve(), dirs_exist_ok=True)
    return project, made


def test_every_record_is_accounted_for(built: tuple[Project, web_events.Made]) -> None:
    project, made = built
    [(landed, rejected)] = project.query(
        "select sum(landed_count), sum(rejected_count) from marts.loads where stream = 'events'"
    )
    [(good, duplicates, uncastable)] = project.query("""
        select
            (select count(*) from staging.stg_web_events__events),
            (select count(*) from staging.base_web_events__events where cast_errors is null)
                - (select count(*) from staging.stg_web_events__events),
            (select count(*) from staging.base_web_events__events where cast_errors is not null)
    """)
    assert (good, duplicates, uncastable) == (made.events, made.duplicates, made.uncastable)
    assert landed == good + duplicates + uncastable
    assert rejected >= made.broken > 0
    [(in_marts,)] = project.query("select sum(event_count) from marts.fct_user_activity_daily")
    assert in_marts == good
    assert project.query("select count(*) from marts.rejects where kind = 'landing'") == [(rejected,)]
    assert project.query("select count(distinct record_id) from marts.rejects where kind = 'cast'") == [(uncastable,)]
    assert project.query("select count(*) from marts.delivery_errors") == [(made.error_documents,)]


def test_a_second_run_changes_nothing(built: tuple[Project, web_events.Made]) -> None:
    project, _ = built
    before = everything(project)
    assert "nothing new" in project.headwater("load")
    project.stage()
    project.build(*EVENTS)
    assert everything(project) == before


def test_increments_give_what_a_full_refresh_gives(built: tuple[Project, web_events.Made]) -> None:
    project, _ = built
    make_demo(project, until=date(2026, 3, 4))
    project.headwater("load")
    project.stage()
    project.run(*EVENTS)
    make_demo(project, days=4, until=date(2026, 3, 6))
    project.headwater("load")
    project.stage()
    project.build(*EVENTS)
    increments = everything(project, but="_changed_seq")
    assert project.query("select max(load_seq) from marts.loads where stream = 'events'") == [(3,)]
    project.run("--full-refresh", *EVENTS)
    refreshed = everything(project, but="_changed_seq")
    for name, rows in increments.items():
        assert rows == refreshed[name], f"{name}: {list((rows - refreshed[name]).items())[:3]}"


def test_what_comes_in_reaches_the_facts_whatever_clocks_say(
    built: tuple[Project, web_events.Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, made = built
    facts = ("--select", "fct_user_activity_daily", "fct_app_posts", "dim_app_users")
    staging = ("--select", "base_headwater__rejects", "base_web_events__events", "stg_web_events__events")

    def come_in(number: int, hours: int, *commands: tuple[str, ...]) -> None:
        """A post comes in; the clock of whoever runs these commands is wrong by so many hours."""

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Clock":
                return cls.fromtimestamp(datetime.now(UTC).timestamp(), tz) + timedelta(hours=hours)

        monkeypatch.setattr("dbt.tracking.datetime", Clock)
        project.put(
            f"2026/03/03/0{number}/late",
            f'{{"messageId":"late{number}","type":"track","event":"Post Created","userId":"late",'
            f'"timestamp":"2026-03-03T0{number}:00:00Z","properties":{{"id":"late{number}"}}}}'.encode(),
        )
        project.headwater("load")
        project.stage()
        for command in commands:
            project.run(*command)

    def in_facts() -> list[tuple[Any, ...]]:
        return project.query("""
            select
                (select sum(event_count) from marts.fct_user_activity_daily),
                (select count(*) from marts.fct_app_posts where user_id = 'late')
        """)

    come_in(1, 2, (*staging, *facts[1:]))
    assert in_facts() == [(made.events + 1, 1)]
    come_in(2, 0, staging)  # alone, as where a gate is shut
    come_in(3, -30, (*staging, *facts[1:]))
    assert in_facts() == [(made.events + 3, 3)]
    come_in(4, -20, ("--full-refresh", *staging), facts)
    assert in_facts() == [(made.events + 4, 4)]
    assert project.query("select min(_changed_seq), max(_changed_seq) from staging.stg_web_events__events") == [(5, 5)]
    kept = everything(project)
    project.run(*staging, *facts[1:])
    assert everything(project) == kept


def test_a_load_that_commits_during_a_run_is_not_seen_by_it(project: Project) -> None:
    make_demo(project)
    project.headwater("load")
    project.stage()
    loaded: list[str] = []

    def load_more(event: Any) -> None:
        if event.info.name == "NodeFinished" and not loaded:
            loaded.append(event.data.node_info.node_name)
            make_demo(project, until=date(2026, 3, 4))
            assert "load 2" in project.headwater("load")

    project.dbt("build", "--quiet", *MODELS, *EVENTS, "--threads", "1", callbacks=[load_more])
    assert loaded
    assert project.query("select max(load_seq) from marts.loads") == [(1,)]
    for model in ("base_web_events__events", "base_web_events__keys", "base_headwater__rejects"):
        assert project.query(f"select max(_load_seq) from staging.{model}") == [(1,)]
    project.stage()
    project.run(*EVENTS)
    assert project.query("select max(_load_seq) from staging.base_web_events__events") == [(2,)]


def test_what_a_load_removes_leaves_the_marts(built: tuple[Project, web_events.Made]) -> None:
    from datetime import UTC, datetime

    from loaders.lake import open_store
    from loaders.log import Log, new_load_id

    project, made = built
    make_demo(project, until=date(2026, 3, 4))
    project.headwater("load")
    project.stage()
    project.run(*EVENTS)
    store = open_store(project.lake)
    log = Log(store, "web_events", "events")
    newest = log.newest()
    assert newest
    assert newest.load_seq == 2
    [second] = [e.key for e in store.entries("raw/web_events/events/load_seq=2/")]
    now = datetime.now(UTC)
    log.commit(
        after=newest,
        load_id=new_load_id(now),
        started_at=now,
        inputs=[],
        added=[],
        removed=[second],
        state=newest.state,
    )
    project.stage()
    project.build(*EVENTS)
    assert project.query("select count(*) from staging.stg_web_events__events") == [(made.events,)]
    assert project.query("select sum(event_count) from marts.fct_user_activity_daily") == [(made.events,)]
    increments = everything(project, but="_changed_seq")
    project.run("--full-refresh", *EVENTS)
    refreshed = everything(project, but="_changed_seq")
    assert {n: increments[n] for n in increments if "_keys" not in n and "census" not in n} == {
        n: refreshed[n] for n in refreshed if "_keys" not in n and "census" not in n
    }


def test_a_warehouse_of_another_lake_is_refused(
    built: tuple[Project, web_events.Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = built
    monkeypatch.setenv("HEADWATER_LAKE", str(project.place / "other"))
    project.headwater("load")
    with pytest.raises(AssertionError):
        project.stage()
    project.put("2026/03/03/00/more", b'{"messageId":"more","type":"page","timestamp":"2026-03-03T00:00:00Z"}')
    project.headwater("load")  # the other lake has now gone on: its newest load is one that the warehouse lacks
    with pytest.raises(AssertionError):
        project.stage()
    monkeypatch.setenv("HEADWATER_LAKE", project.lake)
    project.stage()


def test_rebuilding_the_log_tables_from_the_lake_changes_no_mart(built: tuple[Project, web_events.Made]) -> None:
    project, _ = built
    before = everything(project)
    project.query("drop schema raw cascade")
    project.stage()
    project.build(*EVENTS)
    assert everything(project) == before


def test_an_object_with_fewer_rows_than_its_commit_says_fails_the_build(project: Project) -> None:
    make_demo(project)
    project.headwater("load")
    [path] = Path(project.lake).glob("raw/web_events/events/*/*.json.gz")
    path.write_bytes(gzip.compress(b"".join(gzip.decompress(path.read_bytes()).splitlines(keepends=True)[:-2])))
    project.stage()
    with pytest.raises(AssertionError, match="Got 1 result"):
        project.build("--select", "base_web_events__events")


def test_a_record_that_does_not_reach_staging_fails_the_build(built: tuple[Project, web_events.Made]) -> None:
    project, _ = built
    conserved = ("test", "--quiet", "--select", "stg_web_events__events,test_name:nothing_lost")
    project.dbt(*conserved)
    project.query("delete from staging.stg_web_events__events where event_name = 'Unfollow User'")
    with pytest.raises(AssertionError, match=r"Got \d+ results"):
        project.dbt(*conserved)


def test_a_dry_run_prints_every_statement_and_changes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    make_demo(project)
    project.headwater("load")
    project.stage(dry_run=True)
    printed = capsys.readouterr().out
    for statement in (
        "create table if not exists",
        "begin transaction",
        "insert into",
        "commit",
        "create or replace view",
    ):
        assert statement in printed
    assert project.relations("raw") == []
