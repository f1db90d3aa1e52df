"""What cannot be read of a drop: it is named, everything else lands, and it is tried again until it can be."""

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from loaders.errors import ConfigurationError, HeadwaterError, UnavailableError, UnreadableError
from loaders.lake import Entry, Store, open_store
from loaders.log import Commit, Log
from loaders.sources import fetching, files
from loaders.sources import look as look_module
from loaders.sources.drop import FileDrop

Answer = Callable[[Any, Any], Any]
Place = Callable[[str], str]
HOURLY = "{year}/{month}/{day}/{hour}/{object}"


class Clock:
    """What the loader takes for now."""

    at = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return clock.at

    monkeypatch.setattr(files, "datetime", Stopped)
    monkeypatch.setattr(look_module, "datetime", Stopped)
    return clock


@pytest.fixture
def source(place: Place) -> Store:
    store = open_store(place("drop"))
    store.put("README", b"makes the directory")
    store.delete("README")
    return store


def declared(source: Store, keys: str = HOURLY, look_back: str = "26h", **options: Any) -> FileDrop:
    fields = {"source": "shop", "name": "orders", "loader": "files", "format": "json", "record_key": "id"}
    return FileDrop.model_validate({**fields, "location": source.url, "keys": keys, "look_back": look_back, **options})


def load(lake: Store, drop: FileDrop, *period: datetime | None) -> tuple[list[Commit], HeadwaterError | None]:
    """The commits of a load, and what it ends with."""
    made, given = [], files.load(lake, drop, *(period or (None, None)))
    try:
        for commit in given:
            made.append(commit)
    except HeadwaterError as error:
        return made, error
    return made, None


def put(source: Store, key: str, *ids: int) -> None:
    source.put(key, b"".join(b'{"id":%d}' % number for number in ids))


def ids_landed(lake: Store) -> list[int]:
    """In the order in which they were landed."""
    added = [line["object"] for line in Log(lake, "shop", "orders").lines("added") if line["content"] == "records"]
    lines = (line for key in reversed(added) for line in gzip.decompress(b"".join(lake.chunks(key))).splitlines())
    return [json.loads(line)["value"]["id"] for line in lines]


class Faulty:
    """A drop in which reading some keys, or what begins with them, fails."""

    def __init__(self, store: Store, faults: dict[str, HeadwaterError]) -> None:
        self._store, self.faults = store, faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        for prefix, error in self.faults.items():
            if key.startswith(prefix):
                yield b'{"id":'  # half a body has come by then
                raise error
        yield from self._store.chunks(key, expect)


@pytest.fixture
def faults(source: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, HeadwaterError]:
    """What reading a key, or what begins with it, fails with."""
    faults: dict[str, HeadwaterError] = {}
    monkeypatch.setattr(files, "open_store", lambda _: Faulty(source, faults))
    return faults


ARCHIVED = UnreadableError("s3://x/b: it is archived: restore it, and run again")
BROKEN = UnavailableError("s3://x/b: its body broke off; run again later")


@pytest.mark.parametrize("error", [ARCHIVED, BROKEN], ids=["archived", "broken"])
def test_an_object_that_cannot_be_read_stops_no_other_and_is_tried_again_however_late(
    store: Store, source: Store, faults: dict[str, HeadwaterError], clock: Clock, error: HeadwaterError
) -> None:
    drop = declared(source)
    for number, key in enumerate(("2026/03/02/13/a", "2026/03/02/13/b", "2026/03/02/14/c"), 1):
        put(source, key, number)
    faults["2026/03/02/13/b"] = error
    [first], told = load(store, drop)
    assert str(told) == (
        "1 objects could not be read; all others are landed, and the next load tries these again: " + str(error)
    )
    assert (first.landed, first.rejected, first.state["left"]) == (2, 0, 1)
    assert first.warnings == [
        "1 objects could not be read and are tried again by the next load, such as '2026/03/02/13/b'"
    ]
    made, told_again = load(store, drop)
    assert (made, str(told_again)) == ([], str(told))
    clock.at += timedelta(days=30)
    put(source, "2026/04/01/14/d", 4)
    [second], told = load(store, drop)
    assert (second.landed, second.state["left"]) == (1, 1)
    assert told is not None
    clock.at += timedelta(days=30)
    put(source, "2026/05/01/14/e", 5)
    faults.clear()
    [third], told = load(store, drop)
    assert (third.landed, third.state["left"], third.warnings, told) == (2, 0, [], None)
    assert ids_landed(store) == [1, 3, 4, 2, 5]
    assert load(store, drop) == ([], None)


def test_a_failure_leaves_no_heartbeat_and_a_first_load_of_failures_only_no_commit(
    store: Store, source: Store, faults: dict[str, HeadwaterError]
) -> None:
    put(source, "2026/03/02/14/a", 1)
    faults["2026"] = ARCHIVED
    made, told = load(store, declared(source))
    assert (made, type(told)) == ([], HeadwaterError)
    assert Log(store, "shop", "orders").note("_seen") is None
    faults.clear()
    assert [commit.landed for commit in load(store, declared(source))[0]] == [1]


def test_what_a_period_left_is_tried_again_by_an_ordinary_load(
    store: Store, source: Store, faults: dict[str, HeadwaterError]
) -> None:
    drop = declared(source)
    put(source, "2026/03/02/14/a", 1)
    load(store, drop)
    put(source, "2026/01/01/00/b", 2)
    faults["2026/01"] = ARCHIVED
    [made], told = load(store, drop, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert (made.landed, made.state["left"], type(told)) == (0, 1, HeadwaterError)
    faults.clear()
    [made], told = load(store, drop)
    assert (made.landed, made.state["left"], told) == (1, 0, None)
    assert ids_landed(store) == [1, 2]


def test_what_was_left_and_has_gone_is_forgotten(
    store: Store, source: Store, faults: dict[str, HeadwaterError], clock: Clock
) -> None:
    drop = declared(source)
    put(source, "2026/03/02/13/a", 1)
    put(source, "2026/03/02/13/b", 2)
    faults["2026/03/02/13/b"] = ARCHIVED
    load(store, drop)
    clock.at += timedelta(days=30)
    source.delete("2026/03/02/13/b")
    assert load(store, drop) == ([], None)
    put(source, "2026/04/01/14/d", 4)
    [made], told = load(store, drop)
    assert (made.landed, made.state["left"], told) == (1, 0, None)


def test_a_list_of_what_was_left_that_is_lost_makes_the_next_load_look_everywhere(
    store: Store, source: Store, faults: dict[str, HeadwaterError], clock: Clock
) -> None:
    drop = declared(source)
    put(source, "2026/03/02/13/a", 1)
    put(source, "2026/03/02/13/b", 2)
    faults["2026/03/02/13/b"] = ARCHIVED
    [first], _ = load(store, drop)
    store.delete(first.state["known"])
    clock.at += timedelta(days=300)
    faults.clear()
    [second], told = load(store, drop)
    assert (second.landed, second.state["left"], told) == (1, 0, None)
    assert ids_landed(store) == [1, 2]


@pytest.mark.parametrize("period", [(2026, 1), (2026, 12)], ids=["something", "nothing"])
def test_such_a_list_stays_lost_through_loads_of_a_period_and_what_breaks_off(  # noqa: PLR0917
    store: Store,
    source: Store,
    faults: dict[str, HeadwaterError],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    period: tuple[int, int],
) -> None:
    drop, month = declared(source), datetime(*period, 1, tzinfo=UTC)
    put(source, "2026/03/02/13/a", 1)
    put(source, "2026/03/02/14/b", 2)
    faults["2026/03/02/14/b"] = ARCHIVED
    [first], _ = load(store, drop)
    store.delete(first.state["known"])
    put(source, "2026/01/05/00/old", 3)
    clock.at += timedelta(days=30)
    made, told = load(store, drop, month, month + timedelta(days=31))
    assert ([(commit.landed, commit.state["left"]) for commit in made], told) == ([(1, 1)] * (period[1] == 1), None)
    monkeypatch.setattr(files, "COMMIT_INPUTS", 1)
    for number in range(2):
        put(source, f"2026/02/0{number + 1}/00/late", 10 + number)
    stopped = next(files.load(store, drop, None, None))  # and no more, as if killed between two commits
    assert stopped.state["left"] == 1
    assert any("could not read is gone; all keys are listed" in warning for warning in stopped.warnings)
    clock.at += timedelta(days=300)
    faults.clear()
    made, told = load(store, drop)
    assert (made[-1].state["left"], told) == (0, None)
    assert sorted(ids_landed(store)) == [1, 2, 3, 10, 11]
    assert load(store, drop) == ([], None)


def test_a_source_that_goes_down_keeps_nobody_waiting_and_nothing_is_lost(
    store: Store, source: Store, faults: dict[str, HeadwaterError], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    asked, real = list[str](), Faulty.chunks

    def chunks(self: Faulty, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        asked.append(key)
        return real(self, key, expect)

    monkeypatch.setattr(Faulty, "chunks", chunks)
    drop = declared(source)
    for number in range(20):
        put(source, f"2026/03/02/{number:02}/a", number)
    faults |= {f"2026/03/02/{number:02}": BROKEN for number in range(8, 20)}
    [made], told = load(store, drop)
    assert (made.landed, told) == (8, BROKEN)
    assert asked == [f"2026/03/02/{number:02}/a" for number in range(8 + fetching.GIVE_UP)]
    assert made.state["crawl"] == {"began": "2026-03-02T15:30:00+00:00", "after": "2026/03/02/11/a"}
    clock.at += timedelta(days=30)
    faults.clear()
    made_later, told = load(store, drop)
    assert ([commit.landed for commit in made_later], told) == ([12], None)
    assert sorted(ids_landed(store)) == list(range(20))


def test_what_holds_for_all_keys_ends_the_load_with_what_is_complete(
    store: Store, source: Store, faults: dict[str, HeadwaterError]
) -> None:
    drop, expired = declared(source), ConfigurationError("s3://x: ExpiredToken; check the AWS_ variables")
    for number in range(4):
        put(source, f"2026/03/02/{number:02}/a", number)
    faults["2026/03/02/02"] = expired
    [made], told = load(store, drop)
    assert (made.landed, made.state["left"], told) == (2, 0, expired)
    faults.clear()
    [made], told = load(store, drop)
    assert (made.landed, told) == (2, None)
    assert ids_landed(store) == [0, 1, 2, 3]


# --- replaced while it is read --------------------------------------------------------------------------------------


class Replaced(Faulty):
    """A drop in which a key is written anew each time that it is about to be read, so many times."""

    def __init__(self, store: Store, key: str, times: int) -> None:
        super().__init__(store, {})
        self._key, self._times = key, times

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        if key == self._key and self._times:
            self._times -= 1
            put(self._store, key, *range(100, 110 - self._times))
        return self._store.chunks(key, expect)


def test_an_object_that_is_replaced_before_it_is_read_lands_once_as_what_it_is(
    store: Store, source: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(source, "2026/03/02/14/a", 1)
    with monkeypatch.context() as patched:
        patched.setattr(files, "open_store", lambda _: Replaced(source, "2026/03/02/14/a", 2))
        [made], told = load(store, declared(source))
    assert (made.landed, made.warnings, told) == (10, [], None)
    [line] = Log(store, "shop", "orders").lines("input")
    assert line["version"] == next(source.entries()).version
    assert load(store, declared(source)) == ([], None)


def test_an_object_that_is_being_written_is_left_to_the_next_load(
    store: Store, source: Store, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    put(source, "2026/03/02/14/a", 1)
    put(source, "2026/03/02/14/b", 2)
    with monkeypatch.context() as patched:
        patched.setattr(files, "open_store", lambda _: Replaced(source, "2026/03/02/14/a", 4))
        [made], told = load(store, declared(source))
    being_written = "'2026/03/02/14/a' is being written; nothing of it is landed, and the next load tries it again"
    assert (made.landed, made.warnings, told) == (1, [being_written], None)
    clock.at += timedelta(days=30)
    [made], told = load(store, declared(source))
    assert (made.landed, made.state["left"], told) == (9, 0, None)


def test_half_a_body_that_ends_at_a_line_is_never_landed(bucket: str, answers: list[Answer]) -> None:
    lake, source = open_store(f"s3://{bucket}/lake"), open_store(f"s3://{bucket}/drop")
    source.put("2026/03/02/14/a", b'{"id":1}\n{"id":2}\n')

    def halve(request: Any, response: Any) -> Any:
        if request.method == "GET" and "/drop/" in request.url:
            half = b"" if "Range" in request.headers else b'{"id":1}\n'
            response.headers["Content-Length"] = str(len(half))
            response.raw = HTTPResponse(BytesIO(half), preload_content=False)
            return response
        return None

    answers.append(halve)
    made, told = load(lake, declared(source))
    assert made == []
    assert "/2026/03/02/14/a: its body broke off at byte 9 of 18 and however often" in str(told)
    answers.clear()
    assert [commit.landed for commit in load(lake, declared(source))[0]] == [2]


# --- what S3 and directories answer ---------------------------------------------------------------------------------


def test_a_load_of_two_hundred_objects_survives_resets(bucket: str, answers: list[Answer]) -> None:
    lake, source, chance = open_store(f"s3://{bucket}/lake"), open_store(f"s3://{bucket}/drop"), random.Random(1)  # noqa: S311
    for number in range(200):
        put(source, f"2026/03/02/14/{number:03}", number)
    resets = []

    def reset(request: Any, response: Any) -> Any:
        if request.method == "GET" and "/drop/" in request.url and chance.random() < 0.1:
            resets.append(request.url)

            class Reset:
                def read(self, _: int) -> bytes:
                    raise ProtocolError("Connection broken: ConnectionResetError(104, 'Connection reset by peer')")

            response.raw = Reset()
            return response
        return None

    answers.append(reset)
    [made], told = load(lake, declared(source))
    assert (made.landed, told) == (200, None)
    assert len(resets) > 10
    assert sorted(ids_landed(lake)) == list(range(200))


def test_archived_and_forbidden_objects_are_told_with_what_to_do(bucket: str, answers: list[Answer]) -> None:
    lake, source = open_store(f"s3://{bucket}/lake"), open_store(f"s3://{bucket}/drop")
    for number, name in enumerate("abcd"):
        put(source, f"2026/03/02/14/{name}", number)

    def refuse(request: Any, _: Any) -> Any:
        code = {"a": "InvalidObjectState", "c": "AccessDenied"}.get(request.url[-1])
        if request.method != "GET" or not code:
            return None
        body = HTTPResponse(BytesIO(f"<Error><Code>{code}</Code></Error>".encode()), preload_content=False)
        return AWSResponse(request.url, 403, HTTPHeaders(), body)

    answers.append(refuse)
    [made], told = load(lake, declared(source))
    assert (made.landed, made.state["left"]) == (2, 2)
    place = f"s3://{bucket}/drop/2026/03/02/14"
    assert str(told) == (
        "2 objects could not be read; all others are landed, and the next load tries these again: "
        f"{place}/a: An error occurred (InvalidObjectState) when calling the GetObject operation: Unknown; "
        "it is archived: restore it (aws s3api restore-object), and run again; "
        f"{place}/c: An error occurred (AccessDenied) when calling the GetObject operation: Unknown; "
        "permit s3:GetObject for this key, and kms:Decrypt where a key of KMS encrypts it, and run again"
    )
    answers.clear()
    [made], told = load(lake, declared(source))
    assert (made.landed, made.state["left"], told) == (2, 0, None)


def test_what_is_no_file_stops_nothing_in_a_directory(tmp_path: Path) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "a.json", 1)
    put(source, "z.json", 2)
    drop = tmp_path / "drop"
    (drop / "circle.json").symlink_to("circle.json")
    (drop / "gone.json").symlink_to("unmounted")
    (drop / "loop").symlink_to(".")
    os.mkfifo(drop / "pipe.json")
    (drop / "socket.txt").symlink_to("nothing")
    Path(os.fsdecode(bytes(drop) + b"/caf\xe9.json")).write_bytes(b'{"id":3}')
    Path(os.fsdecode(bytes(drop) + b"/caf\xe9.txt")).write_bytes(b"no object of this stream")
    [made], told = load(lake, declared(source, "{object}.json", "all"))
    assert (made.landed, made.state["left"]) == (2, 4)
    strange = "3 keys do not match {object}.json, such as 'caf\\udce9.txt'"
    left = "4 objects could not be read and are tried again by the next load, such as 'caf\\udce9.json'"
    assert made.warnings == [strange, left]
    assert str(told) == (
        "4 objects could not be read; all others are landed, and the next load tries these again: "
        f"{drop}: the name 'caf\\udce9.json' is not UTF-8; rename it and run again; "
        f"{drop}/circle.json: Too many levels of symbolic links; mend or remove it, or permit to read it, and run "
        f"again; {drop}/gone.json: a link to nothing; mend or remove it and run again; and 1 more"
    )
    for name in ("circle.json", "gone.json", "pipe.json", os.fsdecode(b"caf\xe9.json")):
        (drop / name).unlink()
    put(source, "circle.json", 4)
    [made], told = load(lake, declared(source, "{object}.json", "all"))
    assert (made.landed, made.state["left"], told) == (1, 0, None)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Folders that nobody may list; root may list what its mode forbids."""
    closed, real = set[Path](), os.scandir

    def scandir(path: Path) -> Any:
        if Path(path) in closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return closed


@pytest.mark.parametrize(
    ("keys", "look_back", "folder", "key"),
    [
        (HOURLY, "26h", "2026/03/02/14", "2026/03/02/14/b"),
        (HOURLY, "26h", "2026/03", "2026/03/02/14/b"),
        (HOURLY, "all", "2026/03/02", "2026/03/02/14/b"),
        ("{team}/{year}/{month}/{object}", "2d", "b", "b/2026/03/b"),
        ("{team}/{year}/{month}/{object}", "2d", "b/2026", "b/2026/03/b"),
        ("{degree}/{object}", "all", "b", "b/b"),
    ],
    ids=str,
)
def test_a_folder_that_cannot_be_listed_stops_no_other_and_is_tried_again_however_late(  # noqa: PLR0917
    tmp_path: Path, closed: set[Path], clock: Clock, keys: str, look_back: str, folder: str, key: str
) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    others = {"{degree}/{object}": ["a/a", "c/c"]}.get(keys, ["2026/02/28/00/a", "2026/04/01/00/c"])
    others = ["a/2026/03/a", "a/2026/03/c"] if "team" in keys else others
    clock.at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    drop, where = declared(source, keys, look_back), tmp_path / "drop" / folder
    put(source, others[0], 1)
    put(source, key, 2)
    put(source, others[1], 3)
    closed.add(where)
    [first], told = load(lake, drop)
    why = f"{where}: Permission denied; grant permission to list it, or repair it, and run again"
    assert (
        str(told) == f"1 folders could not be read; all others are landed, and the next load tries these again: {why}"
    )
    assert (first.landed, first.rejected, first.state["left"]) == (2, 0, 1)
    assert first.warnings == [f"1 folders could not be read and are tried again by the next load, such as '{folder}/'"]
    assert files.preview(lake, drop, None, None) == f"0 objects, 0 bytes stored; {first.warnings[0]}"
    made, again = load(lake, drop)
    assert (made, str(again)) == ([], str(told))
    clock.at += timedelta(days=60)
    new = "a/d" if "degree" in keys else "a/2026/05/d" if "team" in keys else "2026/05/30/11/d"
    put(source, new, 4)
    [second], told = load(lake, drop)
    assert (second.landed, second.state["left"], type(told)) == (1, 1, HeadwaterError)
    closed.clear()
    [third], told = load(lake, drop)
    assert (third.landed, third.state["left"], third.warnings, told) == (1, 0, [], None)
    assert ids_landed(lake) == [1, 3, 4, 2]
    assert load(lake, drop) == ([], None)


def test_a_folder_that_is_opened_again_is_taken_once_in_several_commits(
    tmp_path: Path, closed: set[Path], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    drop, folder = declared(source), tmp_path / "drop" / "2026" / "03"
    put(source, "2026/02/28/00/a", 1)
    for number in range(3):
        put(source, f"2026/03/01/0{number}/b", 10 + number)
    closed.add(folder)
    load(lake, drop)
    clock.at += timedelta(days=90)
    put(source, "2026/05/31/10/c", 2)
    load(lake, drop)
    closed.clear()
    closed.add(folder / "01" / "02")
    monkeypatch.setattr(files, "COMMIT_INPUTS", 1)
    stopped = next(files.load(lake, drop, None, None))  # and no more, as if killed between two commits
    assert (stopped.landed, stopped.state["left"], stopped.state["crawl"]["after"]) == (1, 1, "")
    [made], told = load(lake, drop)
    assert (made.landed, made.state["left"]) == (1, 1)
    assert "/2026/03/01/02: Permission denied" in str(told)
    closed.clear()
    [made], told = load(lake, drop)
    assert (made.landed, made.state["left"], told) == (1, 0, None)
    assert ids_landed(lake) == [1, 2, 10, 11, 12]
    assert load(lake, drop) == ([], None)


def test_a_period_leaves_a_folder_to_an_ordinary_load(tmp_path: Path, closed: set[Path]) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/02/14/a", 1)
    load(lake, declared(source))
    put(source, "2026/01/05/00/b", 2)
    closed.add(tmp_path / "drop/2026/01/05")
    [made], told = load(lake, declared(source), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert (made.landed, made.state["left"], type(told)) == (0, 1, HeadwaterError)
    closed.clear()
    assert [commit.landed for commit in load(lake, declared(source))[0]] == [1]
    assert ids_landed(lake) == [1, 2]


def test_a_first_load_of_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path, closed: set[Path]) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/02/14/a", 1)
    put(source, "README")
    closed.add(tmp_path / "drop/2026")
    made, told = load(lake, declared(source))
    assert (made, Log(lake, "shop", "orders").note("_seen")) == ([], None)
    assert "/drop/2026: Permission denied" in str(told)
    closed.clear()
    assert [commit.landed for commit in load(lake, declared(source))[0]] == [1]


def test_a_folder_that_can_hold_nothing_of_a_stream_is_a_warning(tmp_path: Path, closed: set[Path]) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/02/14/a", 1)
    put(source, "lost+found/b", 2)
    closed.add(tmp_path / "drop/lost+found")
    [made], told = load(lake, declared(source))
    assert (made.landed, told) == (1, None)
    assert made.warnings == [f"1 keys do not match {HOURLY}, such as 'lost+found/'"]
    assert load(lake, declared(source)) == ([], None)


def test_files_of_a_folder_that_may_be_listed_and_not_entered_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/02/13/a", 1)
    put(source, "2026/03/02/14/b", 2)
    real = os.scandir

    class Item:
        def __init__(self, item: os.DirEntry[str]) -> None:
            self.name, self.path, self.is_dir, self.is_symlink = item.name, item.path, item.is_dir, item.is_symlink

        def is_file(self) -> bool:
            return True

        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            raise PermissionError(13, "Permission denied", self.path)

    class Items:
        def __init__(self, path: Path) -> None:
            self.items = real(path)

        def __enter__(self) -> "Items":
            return self

        def __exit__(self, *_: object) -> None:
            self.items.close()

        def __iter__(self) -> Iterator[Item]:
            return map(Item, self.items)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", lambda path: (Items if str(path).endswith("/14") else real)(path))
        [made], told = load(lake, declared(source))
    assert (made.landed, made.state["left"]) == (1, 1)
    assert "/2026/03/02/14: Permission denied; grant permission to list it" in str(told)
    assert [commit.landed for commit in load(lake, declared(source))[0]] == [1]


@pytest.mark.parametrize("look_back", ["all", "26h"])
def test_hidden_names_and_names_of_folders_with_content_are_told_alike_everywhere(
    store: Store, source: Store, look_back: str
) -> None:
    put(source, "2026/03/02/14/a", 1)
    put(source, "2026/03/02/14/.a.Xq3f9", 2)  # as rsync calls what it is still copying
    [made], told = load(store, declared(source, look_back=look_back))
    assert (made.landed, told) == (1, None)
    assert made.warnings == [f"1 keys do not match {HOURLY}, such as '2026/03/02/14/.a.Xq3f9'"]
    dotted = declared(source, HOURLY.replace("{object}", ".{object}"), look_back, name="dotted")
    assert [commit.landed for commit in load(store, dotted)[0]] == [1]


def test_a_key_that_ends_with_a_slash_and_has_content_is_told(bucket: str) -> None:
    lake, source = open_store(f"s3://{bucket}/lake"), open_store(f"s3://{bucket}/drop")
    put(source, "2026/03/02/14/a", 1)
    put(source, "2026/03/02/14/b/", 2)
    source.put("2026/03/02/14/c/", b"")
    [made], told = load(lake, declared(source))
    assert (made.landed, told) == (1, None)
    assert made.warnings == [f"1 keys do not match {HOURLY}, such as '2026/03/02/14/b/'"]
