"""The demo's learning files, read back by parsers that share nothing with the generator or the loaders."""

import csv
import io
import re
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from loaders.demo import learning
from loaders.demo.learning import Made, make, users_file
from loaders.demo.learning_month import month_file

Files = dict[str, bytes]
Row = dict[str, str]

HEADERS = {
    "project_feedback": ["user_id", "project_id", "submit_date", "text", "rating"],
    "section_feedback": ["user_id", "section_id", "submit_date", "text", "rating"],
    "mentor_activity": [
        *("user_id", "section_id", "project_id", "post_date", "prompt", "post_text", "post_score"),
        *("answer_date", "answer_text", "answer_score"),
    ],
    "video_log": ["user_id", "video_id", "degree_id", "first_view_date", "last_view_date", "views_per_user"],
}
COUNTED = {"project_feedback": "feedback", "section_feedback": "feedback"}
COUNTED |= {"mentor_activity": "mentor", "video_log": "views"}
KEYS = {
    "project_feedback": ("user_id", "project_id"),
    "section_feedback": ("user_id", "section_id"),
    "mentor_activity": ("user_id", "prompt", "post_date"),
    "video_log": ("user_id", "video_id", "last_view_date"),
}
DEGREES = {"data_science": (1, 3), "data_analytics": (4, 6), "data_engineering": (7, 9)}  # ids from, to
MONTH = re.compile(r"(data_(?:science|analytics|engineering))/(\d{4})/([1-9]|1[0-2])/(\w+)\.csv")
# Possessive: a quoted cell ends at the first quote that is not doubled, or the record is none.
CELL = rb'(?:"((?:[^"]|"")*+)"|([^",\n]*+))'
CELL_AND_END = re.compile(CELL + rb"[,\n]")
RECORD = re.compile(rb"%b(?:,%b)*+\n" % (CELL, CELL))


def collected(**arguments: Any) -> tuple[Files, Made]:
    files: Files = {}

    def put(key: str, data: bytes | Path) -> None:
        assert key not in files
        assert isinstance(data, bytes)
        files[key] = data

    return files, make(put, **arguments)


def months(files: Files) -> Iterator[tuple[str, str, date, bytes]]:
    """Key, table, first day of the month and content of each file but the dimensions."""
    for key, data in files.items():
        if not key.startswith("dimension_tables/"):
            parts = MONTH.fullmatch(key)
            assert parts, key
            yield key, parts[4], date(int(parts[2]), int(parts[3]), 1), data


def rows(data: bytes) -> list[Row]:
    """What Python's strict parser makes of it."""
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))


def records(data: bytes) -> Iterator[tuple[bytes, list[str] | None]]:
    """Records as they stand with their cells; after a fault (cells None), go on at the next physical line."""
    at = 0
    while at < len(data):
        match = RECORD.match(data, at)
        end = match.end() if match else data.index(b"\n", at) + 1
        cells: list[str] | None = None
        if match:
            try:
                found = CELL_AND_END.findall(match[0])
                cells = [(quoted.replace(b'""', b'"') or bare).decode() for quoted, bare in found]
            except UnicodeDecodeError:
                pass
        yield data[at:end], cells
        at = end


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def fits(column: str, cell: str) -> bool:
    """Whether a cell can be what its column holds."""
    if not cell:
        return column.startswith("answer_")
    if column in ("post_date", "answer_date"):
        return is_date(cell)
    if column == "rating":
        return cell in ("1", "2", "3")
    if column.endswith(("_id", "_date", "_score", "_user")):
        return bool(re.fullmatch(r"-?\d+", cell))
    return True


def verdicts(name: str, data: bytes) -> Iterator[tuple[str, bytes, Row]]:
    """good, broken or uncastable, with the record, for each but the header."""
    for text, cells in list(records(data))[1:]:
        if cells is None or len(cells) != len(HEADERS[name]):
            yield "broken", text, {}
        else:
            row = dict(zip(HEADERS[name], cells, strict=True))
            good = all(fits(column, cell) for column, cell in row.items())
            yield "good" if good else "uncastable", text, row


def counted(files: Files) -> dict[str, int]:
    """What Made should say, found by reading."""
    tally = Counter(objects=len(files), bytes=sum(map(len, files.values())))
    tally["users"] = len(rows(files["dimension_tables/users_dim.csv"]))
    for _, name, _, data in months(files):
        keys: set[tuple[str, ...]] = set()
        for verdict, _, row in verdicts(name, data):
            key = tuple(row[column] for column in KEYS[name]) if row else ()
            if verdict != "good":
                tally[verdict] += 1
            elif key in keys:
                tally["duplicates"] += 1
            else:
                keys.add(key)
                tally[COUNTED[name]] += 1
    return {name: tally[name] for name in asdict(Made(0, 0, 0, 0, 0, 0, 0, 0, 0))}


class Run(NamedTuple):
    """What was put, what was said about it, and what Python's parser makes of the files of a clean run."""

    files: Files
    made: Made
    read: dict[str, list[Row]]

    def months(self) -> Iterator[tuple[str, str, date, list[Row]]]:
        return ((key, name, first, self.read[key]) for key, name, first, _ in months(self.files))

    def table(self, wanted: str) -> list[Row]:
        return [row for _, name, _, read in self.months() if name == wanted for row in read]


@pytest.fixture(scope="module")
def clean() -> Run:
    """The default without damage."""
    files, made = collected(dirt=0, until=date(2026, 3, 15))
    return Run(files, made, {key: rows(data) for key, data in files.items()})


@pytest.fixture(scope="module")
def dirty() -> Run:
    return Run(*collected(dirt=0.05, scale=0.2, seed=3, until=date(2026, 3, 15)), {})


def test_keys_are_twelve_whole_months_and_three_dimensions(clean: Run) -> None:
    named = [(key.split("/")[0], day, name) for key, name, day, _ in months(clean.files)]
    days = [date(2025, month, 1) for month in range(3, 13)] + [date(2026, 1, 1), date(2026, 2, 1)]
    assert named == [(degree, day, name) for day in days for degree in DEGREES for name in HEADERS]
    dimensions = [key for key in clean.files if key.startswith("dimension_tables/")]
    assert dimensions == [f"dimension_tables/{name}_dim.csv" for name in ("users", "projects", "videos")]
    assert "data_science/2025/3/video_log.csv" in clean.files


@pytest.mark.parametrize(
    ("until", "first", "last"),
    [
        (date(2026, 3, 1), "2025/3", "2026/2"),
        (date(2026, 2, 28), "2025/2", "2026/1"),
        (date(2026, 1, 1), "2025/1", "2025/12"),
    ],
)
def test_the_last_month_is_whole_before_until(until: date, first: str, last: str) -> None:
    found = [key.split("/", 1)[1].rpartition("/")[0] for key, *_ in months(collected(scale=0.002, until=until)[0])]
    assert (found[0], found[-1], len(set(found))) == (first, last, 12)


def test_the_same_arguments_give_the_same_bytes() -> None:
    def run(**change: Any) -> dict[str, str]:
        arguments = {"scale": 0.02, "seed": 5, "dirt": 0.01, "until": date(2026, 3, 2)} | change
        return {key: sha256(data).hexdigest() for key, data in collected(**arguments)[0].items()}

    once = run()
    assert list(once.items()) == list(run().items()) == list(run(days=3).items())
    for change in ({"seed": 6}, {"scale": 0.03}):
        other = run(**change)
        same = [key for key in once if once[key] == other[key]]
        assert same == ["dimension_tables/projects_dim.csv", "dimension_tables/videos_dim.csv"]


def test_a_file_needs_no_other() -> None:
    files, made = collected(scale=0.05, seed=5, dirt=0.02, until=date(2026, 3, 2))
    later, _ = collected(scale=0.05, seed=5, dirt=0.02, until=date(2026, 4, 2))
    assert len(files.keys() & later.keys()) == 3 + 11 * 12
    assert all(files[key] == later[key] for key in files.keys() & later.keys())

    tally: Counter[str] = Counter()
    for key, *_, data in reversed(list(months(files))):
        assert b"".join(month_file(key, tally, scale=0.05, seed=5, dirt=0.02)) == data
    assert tally == {name: asdict(made)[name] for name in tally}


def test_a_file_literally() -> None:
    file = month_file("data_engineering/2026/2/video_log.csv", Counter(), scale=0.002, seed=1, dirt=0)
    assert b"".join(file) == (
        b"user_id,video_id,degree_id,first_view_date,last_view_date,views_per_user\n"
        b"100,7,3,1771200000000,1771200000000,1\n"
        b"15,7,3,1769904000000,1769904000000,1\n"
        b"15,8,3,1770163200000,1770163200000,1\n"
        b"15,9,3,1772236800000,1772236800000,1\n"
    )


def test_counts_of_a_clean_set_are_what_a_reader_finds(clean: Run) -> None:
    assert asdict(clean.made) == counted(clean.files)
    assert (clean.made.broken, clean.made.uncastable) == (0, 0)
    for key, name, first, data in months(clean.files):
        if first.month == 1:
            read = [dict(zip(HEADERS[name], cells or [], strict=True)) for _, cells in records(data)]
            assert read[1:] == clean.read[key]


def test_counts_of_a_dirty_set_are_what_a_reader_finds(dirty: Run) -> None:
    assert asdict(dirty.made) == counted(dirty.files)
    assert min(dirty.made.broken, dirty.made.uncastable) > 300


def test_dirt_adds_lines_and_changes_nothing(dirty: Run) -> None:
    clean, made = collected(dirt=0, scale=0.2, seed=3, until=date(2026, 3, 15))
    assert asdict(made) | {"bytes": 0} == asdict(dirty.made) | {"bytes": 0, "broken": 0, "uncastable": 0}
    for key, name, _, data in months(dirty.files):
        good = b"".join(text for verdict, text, _ in verdicts(name, data) if verdict == "good")
        assert clean[key] == data[: data.index(b"\n") + 1] + good
    for key in clean.keys() - {key for key, *_ in months(clean)}:
        assert clean[key] == dirty.files[key]


def test_every_kind_of_damage_occurs_about_as_often(dirty: Run) -> None:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    idle: Counter[bool] = Counter()
    active = {row["user_id"] for *_, data in months(dirty.files) for row in _good(data)}
    for _, name, _, data in months(dirty.files):
        for verdict, text, row in verdicts(name, data):
            if verdict == "uncastable":
                wrong = [f"{column}={cell}" for column, cell in row.items() if not fits(column, cell)]
                found[name][",".join(wrong)] += 1
                idle[row["user_id"] not in active] += 1
            elif verdict == "broken":
                assert text.count(b"\n") == 1
                cells = text.count(b",") + 1 - len(HEADERS[name])
                quotes = {0: "", 1: "never closed", 2: "text behind a quote"}[text.count(b'"')]
                found[name][quotes or ("not UTF-8" if b"\xff" in text else f"{cells:+} cells")] += 1
    broken = {"never closed", "text behind a quote", "not UTF-8", "+1 cells", "-1 cells"}
    feedback = {"rating=7", "rating=", "submit_date=soon"}
    assert {name: set(kinds) - broken for name, kinds in found.items()} == {
        "project_feedback": feedback | {"project_id=capstone"},
        "section_feedback": feedback | {"section_id=intro"},
        "mentor_activity": {"post_score=many", "post_date=2019-02-31", "section_id="},
        "video_log": {"views_per_user=twice", "last_view_date=soon", "video_id="},
    }
    for kinds in found.values():
        assert broken < set(kinds)
        assert max(kinds.values()) < 3 * min(kinds.values()), kinds
    assert set(idle) == {True}
    good = dirty.made.feedback + dirty.made.mentor + dirty.made.views
    assert 0.045 < (dirty.made.broken + dirty.made.uncastable) / good < 0.055


def _good(data: bytes) -> list[Row]:
    name = next(name for name, header in HEADERS.items() if data.startswith(",".join(header).encode() + b"\n"))
    return [row for verdict, _, row in verdicts(name, data) if verdict == "good"]


def test_the_dialect(clean: Run) -> None:
    for _, name, _, data in months(clean.files):
        assert data.startswith(",".join(HEADERS[name]).encode() + b"\n")
        assert data.endswith(b"\n")
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(csv.reader(io.StringIO(data.decode(), newline="")))
        assert buffer.getvalue().encode() == data


def test_a_lost_quote_meets_a_fault_at_the_next_quoted_cell(clean: Run) -> None:
    """What is behind an opening quote never looks like the end of a cell."""
    for *_, data in months(clean.files):
        for text, _ in records(data):
            for quoted, _ in CELL_AND_END.findall(text):
                assert not re.match(rb'(?:"")*+(?:[,\n]|\Z)', quoted) or not quoted, quoted


def test_feedback_has_the_shape_of_the_real_files(clean: Run) -> None:
    feedback = clean.table("project_feedback") + clean.table("section_feedback")
    texts, total = [row["text"] for row in feedback], len(feedback)
    lengths = sorted(map(len, texts))
    low, median, high = (lengths[int(total * q)] for q in (0.05, 0.5, 0.95))
    assert 70 < low < 130
    assert 370 < median < 440
    assert 1450 < high < 1750
    assert lengths[0] >= 1
    assert lengths[-1] == 4999
    share = {
        "rating 1": sum(row["rating"] == "1" for row in feedback) / total,
        "rating 3": sum(row["rating"] == "3" for row in feedback) / total,
        "multi-line": sum("\n" in text for text in texts) / total,
        "quote": sum('"' in text for text in texts) / total,
        "not ASCII": sum(not text.isascii() for text in texts) / total,
        "formula": sum(text.startswith("=") for text in texts) / total,
    }
    bounds = {
        "rating 1": (0.09, 0.11),
        "rating 3": (0.09, 0.115),
        "multi-line": (0.36, 0.40),
        "quote": (0.10, 0.12),
        "not ASCII": (0.016, 0.024),
        "formula": (0.001, 0.003),
    }
    assert {name: value for name, value in share.items() if not bounds[name][0] <= value <= bounds[name][1]} == {}
    assert {row["rating"] for row in feedback} == {"1", "2", "3"}
    assert len(set(texts)) > 0.95 * total
    assert texts == [text.strip() for text in texts]
    assert not any("\r" in row["text"] for row in clean.table("project_feedback"))
    returns = [row["text"].count("\r\n") for row in clean.table("section_feedback") if "\r" in row["text"]]
    assert 8 < 6000 * len(returns) / (total / 2) < 28
    for trap in ('\\"', '""', "\u2028", "\u00a0", "👍", "null", "N/A"):
        assert any(trap in text for text in texts), trap


def test_a_repeat_follows_what_it_replaces_and_says_something_else(clean: Run) -> None:
    found: Counter[str] = Counter()
    everywhere: Counter[tuple[str, ...]] = Counter()
    for _, name, _, read in clean.months():
        first: dict[tuple[str, ...], Row] = {}
        for row in read:
            key = tuple(row[column] for column in KEYS[name])
            if key in first:
                found["repeats"] += 1
                assert (row["text"], row["rating"]) != (first[key]["text"], first[key]["rating"])
                assert row["rating"] != first[key]["rating"]
                assert row["submit_date"] == first[key]["submit_date"]
                found["in the next row"] += list(first)[-1] == key
            first[key] = row
        everywhere.update((name, *key) for key in first)
    assert max(everywhere.values()) == 1
    assert 9 <= 6000 * found["repeats"] / clean.made.feedback <= 17
    assert found["in the next row"] < 0.4 * found["repeats"]


def test_ids_and_dates_belong_to_the_file(clean: Run) -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for key, name, first, read in clean.months():
        degree = key.split("/")[0]
        low, high = DEGREES[degree]
        for row in read:
            users[degree].add(row["user_id"])
            assert low <= int(row[HEADERS[name][1]]) <= high
            day = row.get("submit_date") or row.get("last_view_date") or row["post_date"]
            if name != "mentor_activity":
                assert int(day) % 86_400_000 == 0
                day = datetime.fromtimestamp(int(day) / 1000, UTC).date().isoformat()
            assert day[:8] == f"{first}"[:8]
            if name == "video_log":
                assert int(row["degree_id"]) == high // 3
            if name == "mentor_activity":
                assert row["project_id"] == row["section_id"]
    everybody = set().union(*users.values())
    assert {int(user) for user in everybody} <= set(range(1, 50_001))
    # 20,000, 25,000 and 5,000 belong to the degrees, a fifth of them to one or two others as well
    assert len(users["data_analytics"]) > len(users["data_science"]) > 1.5 * len(users["data_engineering"])
    several = Counter(sum(user in found for found in users.values()) for user in everybody)
    assert 0.12 < (several[2] + several[3]) / len(everybody) < 0.25
    assert min(several[2], several[3]) > 100


def test_mentor_activity_has_the_shape_of_the_real_files(clean: Run) -> None:
    posts = clean.table("mentor_activity")
    answered = [row for row in posts if row["answer_date"]]
    assert 0.13 < 1 - len(answered) / len(posts) < 0.17
    assert all(not row["answer_text"] + row["answer_score"] for row in posts if not row["answer_date"])
    for cells in ([row["post_text"] for row in posts], [row["answer_text"] for row in answered]):
        assert max(map(len, cells)) == 100
        assert 0.985 < sum(len(cell) == 100 for cell in cells) / len(cells) < 0.995
        assert sum(cell.rfind("<") > cell.rfind(">") for cell in cells) > 0.2 * len(cells)
    prompts = [len(row["prompt"]) for row in posts]
    assert 20 < min(prompts) < max(prompts) == 150
    scores = [int(row["post_score"]) for row in posts] + [int(row["answer_score"]) for row in answered]
    assert min(scores) < -4
    assert max(scores) > 200
    waits = [(date.fromisoformat(row["answer_date"]) - date.fromisoformat(row["post_date"])).days for row in answered]
    assert 0.77 < waits.count(0) / len(waits) < 0.81
    assert 0.0005 < sum(wait < 0 for wait in waits) / len(waits) < 0.0018
    assert 0.02 < sum(wait > 29 for wait in waits) / len(waits) < 0.06


def test_video_log_has_the_shape_of_the_real_files(clean: Run) -> None:
    log = clean.table("video_log")
    views = Counter(row["views_per_user"] for row in log)
    assert [round(views[times] / len(log), 2) for times in ("1", "2", "3")] == [0.96, 0.03, 0.01]
    assert max(map(int, views)) <= 9
    waits = [int(row["last_view_date"]) - int(row["first_view_date"]) for row in log]
    assert min(waits) == 0
    assert all((wait == 0) or row["views_per_user"] != "1" for row, wait in zip(log, waits, strict=True))
    earlier = 0
    for row in log:
        days = (datetime.fromtimestamp(int(row[name]) / 1000, UTC) for name in ("first_view_date", "last_view_date"))
        earlier += len({(day.year, day.month) for day in days}) == 2
    assert 0.01 < earlier / len(log) < 0.03


def test_students_come_stay_and_fall_silent(clean: Run) -> None:
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    for _, _, first, read in clean.months():
        for row in read:
            seen[row["user_id"]][12 * (first.year - 2025) + first.month] += 1
    assert 7_000 < len(seen) < 10_000
    spans = Counter(max(found) - min(found) for found in seen.values())
    assert max(spans) == 11
    assert spans[0] > spans[3] > spans[6] > spans[9] > 0
    # of those first seen in June to August, whom the set can follow for six months: rows by the months since
    after = Counter[int]()
    for found in seen.values():
        if 6 <= min(found) <= 8:
            after.update({month - min(found): count for month, count in found.items()})
    assert after[0] > 1.5 * after[2] > 2 * after[4] > 2.5 * after[6] > 0


def test_users_dim(clean: Run) -> None:
    users = clean.read["dimension_tables/users_dim.csv"]
    assert list(users[0]) == ["user_id", "name", "github_handle", "location", "email", "company"]
    assert [int(row["user_id"]) for row in users] == list(range(1, 50_001))
    empty = Counter(column for row in users for column, cell in row.items() if not cell)
    assert 0 < empty["name"] < empty["email"] < empty["github_handle"] < empty["location"] < empty["company"] < 25_000
    mails = [row["email"] for row in users if row["email"]]
    assert len(set(mails)) == len(mails)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.\d+@example\.org", mail) for mail in mails)


def test_a_later_version_of_users_dim_moves_some_and_adds_a_few() -> None:
    def version(number: int) -> list[Row]:
        return rows(b"".join(users_file(0.4, 1, number)))

    first, second, third = version(1), version(2), version(3)
    assert first == rows(b"".join(users_file(0.4, 1)))
    assert (len(first), len(second), len(third)) == (20_000, 20_020, 20_040)
    for one, two in ((first, second), (second, third)):
        moved = [(a, b) for a, b in zip(one, two, strict=False) if a != b]
        assert 0.015 < len(moved) / len(one) < 0.025
        changes = Counter(column for a, b in moved for column in a if a[column] != b[column])
        assert set(changes) == {"location", "company"}
        assert changes.total() == len(moved)
        assert all(b["location"] or a["location"] == "" for a, b in moved)


def test_the_small_dimensions(clean: Run) -> None:
    projects, videos = (clean.read[f"dimension_tables/{name}_dim.csv"] for name in ("projects", "videos"))
    assert list(projects[0]) == ["project_id", "section_id", "project_name", "section_name", "degree_name"]
    assert list(videos[0]) == ["video_id", "video_name", "section_name", "degree_name"]
    nine = [str(n) for n in range(1, 10)]
    assert [row["project_id"] for row in projects] == [row["section_id"] for row in projects] == nine
    assert [row["video_id"] for row in videos] == nine
    assert [(row["section_name"], row["degree_name"]) for row in projects] == [
        (row["section_name"], row["degree_name"]) for row in videos
    ]
    assert [row["degree_name"] for row in projects[::3]] == ["Data Science", "Data Analytics", "Data Engineering"]
    assert len({row["section_name"] for row in projects}) == 9
    assert clean.files["dimension_tables/videos_dim.csv"].count(b"Program Introduciton") == 1


def test_the_default_is_about_94_000_rows_and_small(clean: Run) -> None:
    made = clean.made
    assert (made.objects, made.users) == (3 + 12 * 3 * 4, 50_000)
    assert 90_000 < made.feedback + made.mentor + made.views < 120_000
    assert 25_000_000 < made.bytes < 60_000_000
    per_file = Counter((key.split("/")[0], name) for key, name, _, read in clean.months() for _ in read)
    assert 400 < per_file[("data_science", "project_feedback")] / 12 < 600
    assert 500 < per_file[("data_analytics", "section_feedback")] / 12 < 700
    assert 700 < per_file[("data_science", "mentor_activity")] / 12 < 1_000
    assert 900 < per_file[("data_science", "video_log")] / 12 < 1_300


@pytest.mark.parametrize(("scale", "users"), [(0.0001, 240), (0.002, 240), (0.01, 500), (0.0231, 1155)])
def test_a_small_scale_leaves_no_file_empty(scale: float, users: int) -> None:
    files, made = collected(scale=scale, until=date(2026, 3, 1))
    assert made.users == users
    for key, *_, data in months(files):
        assert len(rows_or_records(data)) > 1, key
    assert {int(row["user_id"]) for *_, data in months(files) for row in _good(data)} <= set(range(1, users + 1))
    assert asdict(made) == counted(files)


def rows_or_records(data: bytes) -> list[bytes]:
    return [text for text, cells in records(data) if cells]


def test_rows_grow_with_the_scale() -> None:
    key, sizes = "data_science/2026/2/video_log.csv", []
    for scale in (0.5, 5):
        tally: Counter[str] = Counter()
        list(month_file(key, tally, scale=scale, seed=1, dirt=0))
        sizes.append(tally["views"])
    assert 9 < sizes[1] / sizes[0] < 11


def test_memory_holds_a_piece_whatever_the_scale() -> None:
    """2.4 MB of feedback and of users each; a piece has 65,536 characters and a row."""
    stored: list[int] = []
    tracemalloc.start()
    file = month_file("data_analytics/2026/2/project_feedback.csv", Counter(), scale=6, seed=1, dirt=0.002)
    for pieces in (file, users_file(0.7, 1)):
        stored.append(sum(map(len, pieces)))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert min(stored) > 2_000_000
    assert held < 1_200_000


def test_a_large_file_is_put_as_a_path_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments: dict[str, Any] = {"scale": 0.1, "until": date(2026, 3, 1)}
    files, made = collected(**arguments)
    monkeypatch.setattr(learning, "HELD", 150_000)
    again: Files = {}
    paths: list[Path] = []

    def put(key: str, data: bytes | Path) -> None:
        if isinstance(data, Path):
            paths.append(data)
            again[key] = data.read_bytes()
            if len(paths) % 2:
                data.unlink()  # as a store consumes it; the others are left, as by a store that copies
        else:
            again[key] = data

    assert make(put, **arguments) == made
    assert list(again.items()) == list(files.items())
    assert [key for key in files if len(files[key]) > 150_000] == ["dimension_tables/users_dim.csv"]
    assert len(paths) == 1
    assert not any(path.exists() for path in paths)


def test_a_store_that_fails_leaves_no_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "HELD", 1000)
    paths: list[Path] = []

    def put(key: str, data: bytes | Path) -> None:
        assert isinstance(data, Path)
        paths.append(data)
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        make(put, scale=0.002, until=date(2026, 3, 1))
    assert not paths[0].exists()
