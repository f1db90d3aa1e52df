"""The life of rejects: data damaged in every way, then corrected and replayed, give the marts of data never damaged."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders.demo import learning
from loaders.lake import open_store
from tests.pipeline.conftest import Project

OF_A_RUN = {"_changed_seq", "load_id", "load_seq", "loaded_at"}
"""Columns that tell how a record came, not what it says."""

HOUR = "2026/03/02/14/app_events-1-2026-03-02-14-05-09-"
PROJECTS, SECTIONS = "data_science/2025/9/project_feedback.csv", "data_science/2025/9/section_feedback.csv"
MENTORS, VIEWS = "data_analytics/2025/10/mentor_activity.csv", "data_analytics/2025/10/video_log.csv"
NO_HEADER, TWICE = "data_science/2025/11/section_feedback.csv", "data_science/2025/12/section_feedback.csv"
EMPTY = "data_science/2025/8/video_log.csv"


def post(number: int, at: str = "2026-03-02T14:05:09Z") -> bytes:
    return (
        f'{{"event":"Post Created","messageId":"m{number}","properties":{{"author":17,"body":"hello","id":{number}}},'
        f'"receivedAt":"2026-03-02T14:05:10Z","timestamp":"{at}","type":"track","userId":"17"}}'
    ).encode()


def written(*rows: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def with_cell(at: int, text: str) -> Callable[[list[str]], bytes]:
    return lambda row: written([*row[:at], text, *row[at + 1 :]]).encode()


def quoted(row: list[str], cell: str) -> str:
    """A row of feedback with this in place of the text."""
    return written([*row[:3], "TEXT", *row[4:]]).replace("TEXT", cell)


UNREADABLE: list[tuple[str, Callable[[list[str]], bytes], str]] = [
    (PROJECTS, lambda row: written(row[:-1]).encode(), "wrong_column_count"),
    (PROJECTS, lambda row: written([*row, "more"]).encode(), "wrong_column_count"),
    (PROJECTS, lambda row: quoted(row, '"y"q').encode(), "text_after_quote"),
    (PROJECTS, lambda row: quoted(row, '"never closed').encode(), "text_after_quote"),
    (SECTIONS, lambda row: quoted(row, "caf\udce9").encode("utf-8", "surrogateescape"), "invalid_encoding"),
    (SECTIONS, lambda row: quoted(row, "one\rtwo").encode(), "bare_carriage_return"),
    (SECTIONS, lambda row: quoted(row, '"one\ntwo "and" three\nfour"').encode(), "text_after_quote"),
    (VIEWS, lambda row: (written(row).rstrip("\n").replace(",", ";") + "\n").encode(), "wrong_column_count"),
]
UNCASTABLE: list[tuple[str, str, Callable[[list[str]], bytes], int]] = [
    (PROJECTS, "rating", with_cell(4, "7"), 4),
    (PROJECTS, "rating", with_cell(4, "three"), 4),
    (PROJECTS, "user_id", with_cell(0, ""), 0),
    (SECTIONS, "submit_date", with_cell(2, "soon"), 2),
    (MENTORS, "post_date", with_cell(3, "2025-10-32"), 3),
    (MENTORS, "answer_score", with_cell(9, "1,5"), 9),
    (VIEWS, "views_per_user", with_cell(5, "many"), 5),
]


@dataclass
class Damage:
    """What was done to the drop: good rows by file and physical line, good cells by file and what is there now."""

    rows: dict[tuple[str, int], str]
    cells: dict[tuple[str, str, str], str]


def damage(drop: Path) -> Damage:
    rows: dict[tuple[str, int], str] = {}
    cells: dict[tuple[str, str, str], str] = {}
    for key in (PROJECTS, SECTIONS, MENTORS, VIEWS):
        header, *records = csv.reader(io.StringIO((drop / key).read_bytes().decode(), newline=""))
        # of rows with one key the last counts, and a replayed row is the last
        counted = Counter(tuple(record[:2]) for record in records)
        alone = [n for n, record in enumerate(records) if counted[tuple(record[:2])] == 1]
        places = iter(alone[2::3])
        spoilt: dict[int, bytes] = {}
        for _, spoil, _ in (one for one in UNREADABLE if one[0] == key):
            at = next(places)
            spoilt[at] = spoil(records[at])
        unreadable = set(spoilt)
        for _, path, change, cell in (one for one in UNCASTABLE if one[0] == key):
            at = next(places)
            spoilt[at] = change(records[at])
            bad = next(csv.reader(io.StringIO(spoilt[at].decode(), newline="")))[cell]
            cells[key, path, bad] = records[at][cell]
        data = written(header).encode()
        for n, record in enumerate(records):
            if n in unreadable:
                rows[key, data.count(b"\n") + 1] = written(record).rstrip("\n")
            data += spoilt.get(n, written(record).encode())
        (drop / key).write_bytes(data)
    for key, spoil_header in ((NO_HEADER, ""), (TWICE, "user_id,section_id,submit_date,text,text")):
        whole = (drop / key).read_bytes().decode()
        rows[key, 1] = whole
        rest = whole.split("\n", 1)[1]
        (drop / key).write_bytes((f"{spoil_header}\n{rest}" if spoil_header else rest).encode())
    return Damage(rows, cells)


def marts(project: Project) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every mart but those of operations, over all columns but those of a run."""
    found = {}
    for relation in project.relations("marts"):
        columns = [name for (name,) in project.query(f"select column_name from (describe {relation})")]
        told = ", ".join(name for name in columns if name not in OF_A_RUN)
        found[relation] = Counter(project.query(f"select {told} from {relation}"))
    operations = {path.stem for path in Path("models/marts/operations").glob("*.sql")}
    return {name: rows for name, rows in found.items() if name.removeprefix("marts.") not in operations}


def states(project: Project) -> dict[tuple[str, str], int]:
    counted = project.query("select kind, state, count(*) from marts.rejects group by all")
    return {(kind, state): count for kind, state, count in counted}


def fates(project: Project, stream: str) -> dict[str, int]:
    """What became of the records of a stream; nothing of any is lost."""
    assert project.query("select distinct lost_count from marts.stream_conservation") == [(0,)]
    names = ("landed", "counted", "superseded", "rejected", "removed", "unreadable")
    columns = ", ".join(f"{name}_count" for name in names)
    [row] = project.query(f"select {columns} from marts.stream_conservation where source || '.' || stream = '{stream}'")
    return {name: count for name, count in zip(names, row, strict=True) if count}


DAMAGED = ("--select", *(f"+path:models/marts/{name}" for name in ("learning", "social", "operations")))
"""Options of dbt for what tells of the damaged sources, and of rejects."""


def run(project: Project) -> None:
    project.headwater("load")
    project.stage()
    project.run(*DAMAGED)


def correct(damaged: Damage, project: Project) -> list[str]:
    """The lines of corrections for all that did not cast, half by the natural key where there is one."""
    found = project.query(
        "select stream, record_id, record_key, input_key, path, raw_text from marts.rejects where kind = 'cast'"
    )
    lines = []
    for n, (stream, record, key, input_key, path, raw) in enumerate(found):
        source = "web_events" if stream == "events" else "learning"
        value = "2026-03-02T14:05:09Z" if source == "web_events" else damaged.cells[input_key, path, raw or ""]
        named = key if key and n % 2 else record
        lines.append(written([f"{source}.{stream}", named, path, value, "as the original says"]))
    return lines


def write_corrections(lines: list[str]) -> None:
    Path("seeds/corrections.csv").write_text("stream,record,path,corrected_value,reason\n" + "".join(lines))


def mend(damaged: Damage, exported: Path) -> None:
    """Edits the exported file as a person would: `raw` of what could not be read; the rest is for the seed."""
    mended = []
    for line in map(json.loads, exported.read_text().splitlines()):
        if line["stream"] == "web_events.events" and "raw" in line:
            mended.append({**line, "raw": post(2).decode()})
        elif "raw" in line and line["input"] != EMPTY:
            mended.append({**line, "raw": damaged.rows[line["input"], line.get("line") or 1]})
    exported.write_text("".join(json.dumps(line) + "\n" for line in mended))


def test_mended_data_give_the_marts_of_data_never_damaged(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, drop = own_project, own_project.place / "learning"
    learning.make(open_store(str(drop)).put, scale=0.1, seed=5, dirt=0, until=date(2026, 3, 3))
    project.put(HOUR + "object", post(1) + post(2) + post(3))
    run(project)
    clean = marts(project)
    assert sum(clean["marts.fct_project_feedback"].values()) > 500
    assert states(project) == {}

    monkeypatch.setenv("HEADWATER_LAKE", str(project.place / "another-lake"))
    monkeypatch.setenv("HEADWATER_DUCKDB", str(project.place / "another.duckdb"))
    damaged = damage(drop)
    original = (drop / EMPTY).read_bytes()
    (drop / EMPTY).write_bytes(b"")
    project.put(HOUR + "object", post(1) + post(2)[:-30] + post(3, at="soon"))
    run(project)
    reasons = project.query("select input_key, reason from marts.rejects where kind = 'landing'")
    expected = [(key, reason) for key, _, reason in UNREADABLE]
    expected += [(NO_HEADER, "no_header"), (TWICE, "duplicate_header"), (EMPTY, "empty_input")]
    assert Counter(reasons) == Counter([*expected, (HOUR + "object", "malformed_json")])
    assert states(project) == {("landing", "open"): 12, ("cast", "open"): 8}
    assert fates(project, "web_events.events") == {"landed": 2, "counted": 1, "rejected": 1, "unreadable": 1}
    assert marts(project)["marts.fct_project_feedback"] != clean["marts.fct_project_feedback"]

    (drop / EMPTY).write_bytes(original)
    lines = correct(damaged, project)
    write_corrections(lines)
    exported = project.place / "rejects.ndjson"
    assert "20 records" in project.headwater("rejects", "--export", str(exported))
    mend(damaged, exported)
    assert "load 2" in project.headwater("replay", str(exported))
    run(project)
    assert fates(project, "web_events.events") == {"landed": 3, "counted": 3, "unreadable": 1}
    resolved = {
        ("landing", "resolved_by_replay"): 11,
        ("landing", "resolved_by_restatement"): 1,
        ("cast", "resolved_by_correction"): 8,
    }
    assert states(project) == resolved
    assert project.query("select status, count(*) from marts.corrections_status group by all") == [("applied", 8)]
    found = marts(project)
    for name, rows in clean.items():
        assert found[name] == rows, (
            name,
            list((rows - found[name]).items())[:2],
            list((found[name] - rows).items())[:2],
        )

    run(project)
    assert marts(project) == clean
    project.run("--full-refresh", *DAMAGED)
    assert marts(project) == clean

    write_corrections(lines[1:])
    run(project)
    assert states(project) == {**resolved, ("cast", "resolved_by_correction"): 7, ("cast", "open"): 1}
    assert marts(project) != clean
