"""Which lake a warehouse is staged from: wherever it is, however its address is spelled, and no other one."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from loaders.identity import IDENTITY
from tests.pipeline.conftest import ROOT, Project, close_connections, project_in

EVENT = b'{"messageId":"%d","type":"page","timestamp":"2026-03-02T00:00:00Z"}'
EXACT = (
    b'{"messageId":"1","type":"page","timestamp":"2026-03-02T00:00:00Z","userId":12345678901234567.89,'
    b'"anonymousId":-0.12345678901234567890123456789012345678, "event":"a 1.50 \\"0.12345678\\\\","n":[1.50, 1e3]}'
)
"""What every engine must read alike: decimals of up to 38 digits, without an exponent; not a number in a text."""
ROWS = """
select 'json', count(*), count(distinct _object) from raw.web_events__events union all
select 'parquet', count(*), count(distinct _object) from raw.learning__mentor_activity union all
select 'rejects', count(*), count(distinct _object) from raw.rejects order by 1
"""
STAGED = [("json", 2, 1), ("parquet", 1, 1), ("rejects", 1, 1)]


def put(project: Project, name: str, *events: int) -> None:
    project.put(f"2026/03/02/00/{name}", b"".join(EVENT % number for number in events) + b'{"messageId":')


@pytest.fixture(scope="module")
def template(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where one load was staged, to be copied."""
    place = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place, shared / "now", shared / "target", patch)
        project.put("2026/03/02/00/first", EXACT + EVENT % 2 + b'{"messageId":')
        activity = Path(project.place / "learning/data_science/2026/1/mentor_activity.csv")
        activity.parent.mkdir(parents=True)
        activity.write_text("user_id,post_date,prompt\n1,2026-01-02,why\n")
        project.headwater("load")
        project.stage()
        project.run("--select", "base_web_events__events")
        close_connections()
    return place


@pytest.fixture
def staged(template: Path, project: Project) -> Project:
    shutil.copytree(template, project.place.resolve(), dirs_exist_ok=True)
    return project


def test_a_lake_may_be_spelled_otherwise_and_be_moved(staged: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert staged.query(ROWS) == STAGED
    (staged.place / "link").symlink_to(staged.lake)
    spelled = [os.path.relpath(staged.lake, ROOT), f"./{os.path.relpath(staged.lake, ROOT)}/", f"{staged.place}/link"]
    moved = staged.place / "raw/a[1] b/x?y*z\\w 50%#é'\"/raw/learning/lake"
    moved.parent.mkdir(parents=True)
    for url in [*spelled, str(moved)]:
        if url == str(moved):
            shutil.move(staged.lake, moved)
        monkeypatch.setenv("HEADWATER_LAKE", url)
        staged.stage()
        assert staged.query(ROWS) == STAGED, url
    put(staged, "second", 3)
    staged.headwater("load")
    staged.stage()
    assert staged.query(ROWS) == [("json", 3, 2), ("parquet", 1, 1), ("rejects", 2, 2)]
    base = "select message_id, _load_seq from staging.base_web_events__events order by 1"
    staged.run("--select", "base_web_events__events")
    assert staged.query(base) == [("1", 1), ("2", 1), ("3", 2)]
    staged.run("--select", "base_web_events__events", "--full-refresh")
    assert staged.query(base) == [("1", 1), ("2", 1), ("3", 2)]


def test_numbers_are_spelled_as_they_came(staged: Project) -> None:
    [(value,)] = staged.query("select value from raw.web_events__events where value ->> 'messageId' = '1'")
    assert value == EXACT.decode()
    read = "select user_id, anonymous_id, event_name from staging.base_web_events__events where message_id = '1'"
    number, text = "-0.12345678901234567890123456789012345678", 'a 1.50 "0.12345678\\'
    assert staged.query(read) == [("12345678901234567.89", number, text)]


def test_another_lake_is_refused_and_takes_nothing_away(
    staged: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    [(mine,)] = staged.query("select lake_id from raw.lakes")
    assert json.loads(Path(staged.lake, IDENTITY).read_text())["lake_id"] == mine

    def refusal(lake: str) -> str:
        monkeypatch.setenv("HEADWATER_LAKE", lake)
        capfd.readouterr()
        with pytest.raises(AssertionError):
            staged.stage()
        assert staged.query(ROWS) == STAGED
        said = capfd.readouterr()
        return " ".join((said.out + said.err).split())

    way_on = (
        f"but this warehouse was staged from {mine}; expected the lake this warehouse was staged from: set "
        "HEADWATER_LAKE back, or use another HEADWATER_DUCKDB or schema, or run `make reset` and build anew; to have "
        "this lake instead of that one, drop the schema raw, run `headwater stage`, then `dbt build --full-refresh`"
    )
    missing = f"{staged.place}/missing"
    assert f"the lake at {missing} has no lake.json, {way_on}" in refusal(missing)
    other = staged.place / "other"
    other.mkdir()
    assert f"the lake at {other} has no lake.json, {way_on}" in refusal(f"{other}/")
    staged.headwater("load")  # the same drops, so as many loads
    theirs = json.loads((other / IDENTITY).read_text())["lake_id"]
    assert f"the lake at {other} is {theirs}, {way_on}" in refusal(str(other))
    # a warehouse of before lakes had identities knows the loads only
    staged.query("drop table raw.lakes")
    assert "of learning.mentor_activity is staged, but the lake at" in refusal(str(other))


def test_an_older_log_is_filled_again_from_the_lake(staged: Project) -> None:
    tables = ("loads", "objects", "inputs", "removals", "resolutions", "heartbeats")

    def content() -> dict[str, Any]:
        columns = {name: sorted(staged.query(f"select column_name from (describe raw.{name})")) for name in tables}
        return {name: (columns[name], staged.multiset(f"raw.{name}", but="staged_at")) for name in tables[:3]} | columns

    def in_order(name: str) -> list[tuple[Any, ...]]:
        kept = "source, stream, _load_seq, _input, _input_key, row_count, reject_count, rejected_row_count"
        return staged.query(f"select {kept} from raw.{name} order by all")

    before, rows = content(), in_order("inputs")
    assert [row[3:8] for row in rows if row[1] == "events"] == [(0, "2026/03/02/00/first", 2, 1, 1)]
    staged.query("alter table raw.inputs drop column rejected_row_count")
    staged.query("alter table raw.objects add column _url varchar")
    staged.query("drop table raw.lakes")
    staged.stage()
    after = content()
    assert {name: after[name] for name in tables[3:]} == {name: before[name] for name in tables[3:]}
    assert in_order("inputs") == rows
    assert after["objects"] == before["objects"]
    assert staged.query("select count(*) from raw.lakes where layout is not null") == [(1,)]
    assert staged.query(ROWS) == STAGED
    staged.run("--select", "base_web_events__events")
    assert staged.query("select count(*) from staging.base_web_events__events") == [(2,)]


def test_an_object_that_is_gone_fails_a_full_refresh(staged: Project) -> None:
    put(staged, "second", 3)
    staged.headwater("load")
    staged.stage()
    staged.run("--select", "base_web_events__events")
    [first] = Path(staged.lake).glob("raw/web_events/events/load_seq=1/*")
    first.unlink()
    with pytest.raises(AssertionError, match="Got 1 result"):  # the newest load is as it was
        staged.build("--select", "base_web_events__events", "--full-refresh")
