"""A drop from end to end: every version of every object is landed once, whatever happens in between."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loaders.errors import ConcurrentLoadError, ConfigurationError, NotFoundError
from loaders.lake import Denied, Entry, Store, open_store
from loaders.log import Commit, Log
from loaders.sources import files
from loaders.sources import look as look_module
from loaders.sources.drop import FileDrop

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ReadLog = Callable[..., list[list[dict[str, Any]]]]
Place = Callable[[str], str]
HOURLY = "{year}/{month}/{day}/{hour}/{object}"
TYPED = "type={type}/year={year}/month={month}/day={day}/hour={hour}/{object}"


class Clock:
    """What the loader takes for now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = self
        self.at = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)

        class Stopped(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return clock.at

        monkeypatch.setattr(files, "datetime", Stopped)
        monkeypatch.setattr(look_module, "datetime", Stopped)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def lake(store: Store) -> Store:
    return store


@pytest.fixture
def source(place: Place) -> Store:
    store = open_store(place("drop"))
    store.put("README", b"makes the directory; its name matches nothing")
    store.delete("README")
    return store


def declared(source: Store, keys: str = HOURLY, look_back: str = "26h", **options: Any) -> FileDrop:
    fields = {"source": "shop", "name": "orders", "loader": "files", "format": "json", "record_key": "id"}
    return FileDrop.model_validate({**fields, "location": source.url, "keys": keys, "look_back": look_back, **options})


def load(lake: Store, drop: FileDrop, since: datetime | None = None, until: datetime | None = None) -> list[Commit]:
    return list(files.load(lake, drop, since, until))


def day(number: int, month: int = 3) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def put(source: Store, key: str, *ids: int) -> None:
    source.put(key, b"".join(b'{"id":%d}' % number for number in ids))


def keys_loaded(commits: list[list[dict[str, Any]]]) -> list[list[str]]:
    return [[line["key"] for line in lines if line["kind"] == "input"] for lines in commits]


def ids_landed(lake: Store, stream: str = "orders") -> list[int]:
    lines = (
        json.loads(line)
        for entry in lake.entries(f"raw/shop/{stream}/")
        for line in gzip.decompress(b"".join(lake.chunks(entry.key))).splitlines()
    )
    return [line["value"]["id"] for line in lines]


def rejects(lake: Store) -> list[tuple[int, str]]:
    lines = (
        json.loads(line)
        for entry in lake.entries("rejects/")
        for line in gzip.decompress(b"".join(lake.chunks(entry.key))).splitlines()
    )
    return [(line["_input"], line["value"]["reason"]) for line in lines]


# --- what is new ----------------------------------------------------------------------------------------------------


def test_loads_take_what_is_new_and_nothing_else(lake: Store, source: Store, read_log: ReadLog, clock: Clock) -> None:
    drop = declared(source)
    put(source, "2026/03/02/13/a", 1, 2)
    put(source, "2026/03/02/14/b", 3)
    [first] = load(lake, drop)
    assert (first.load_seq, first.landed, first.rejected) == (1, 3, 0)
    assert first.state["watermark"] == "2026-03-02T14:00:00+00:00"
    assert first.state["listed_at"] == "2026-03-02T15:30:00+00:00"

    clock.at += timedelta(hours=1)
    assert load(lake, drop) == []
    assert len(read_log(lake)) == 1
    seen = Log(lake, "shop", "orders").note("_seen")
    assert seen is not None
    assert seen["warnings"] == []

    put(source, "2026/03/02/16/c", 4)
    put(source, "2026/03/01/13/late", 5)  # an hour older than a day before the newest
    [second] = load(lake, drop)
    assert (second.load_seq, second.landed, second.landed_total) == (2, 2, 5)
    assert ids_landed(lake) == [1, 2, 3, 5, 4]
    assert keys_loaded(read_log(lake)) == [
        ["2026/03/02/13/a", "2026/03/02/14/b"],
        ["2026/03/01/13/late", "2026/03/02/16/c"],
    ]
    assert json.loads(read_log(lake)[1][1]["params"]) == {
        "year": "2026",
        "month": "03",
        "day": "01",
        "hour": "13",
        "object": "late",
    }


def test_a_key_that_is_rewritten_is_a_new_version(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop = declared(source)
    put(source, "2026/03/02/13/a", 1)
    put(source, "2026/03/02/13/b", 2)
    load(lake, drop)
    put(source, "2026/03/02/13/a", 1, 3)
    [second] = load(lake, drop)
    assert second.landed == 2
    versions = [
        (line["key"], line["version"]) for commit in read_log(lake) for line in commit if line["kind"] == "input"
    ]
    assert [key for key, _ in versions] == ["2026/03/02/13/a", "2026/03/02/13/b", "2026/03/02/13/a"]
    assert len(set(versions)) == 3
    assert load(lake, drop) == []


def test_small_drops_are_compared_whole(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop = declared(source, "{degree}/{object}.json", "all")
    put(source, "physics/2019.json", 1)
    put(source, "physics/2020.json", 2)
    load(lake, drop)
    assert load(lake, drop) == []
    put(source, "physics/2019.json", 1, 3)
    put(source, "art/2001.json", 4)
    load(lake, drop)
    assert load(lake, drop) == []
    assert keys_loaded(read_log(lake)) == [
        ["physics/2019.json", "physics/2020.json"],
        ["art/2001.json", "physics/2019.json"],
    ]


def test_what_is_older_than_the_look_back_is_not_listed(s3: "S3Client", bucket: str, requests: list[str]) -> None:
    from moto.s3.models import s3_backends

    for number in range(10_000):
        key = f"drop/2025/{number // 1000 + 1:02}/01/00/{number:05}"
        s3_backends["123456789012"]["aws"].put_object(bucket, key, b'{"id":1}')
    lake, source = open_store(f"s3://{bucket}/lake"), open_store(f"s3://{bucket}/drop")
    put(source, "2026/03/02/13/a", 1)
    drop = declared(source)
    [first] = load(lake, drop, since=day(1))
    assert first.landed == 1
    put(source, "2026/03/02/14/b", 2)
    requests.clear()
    [second] = load(lake, drop)
    assert second.landed == 1
    listings = [request for request in requests if "list-type=2" in request]
    assert len(listings) == 3  # of the log, of the window, and of the folders before it
    assert "start-after=drop%2F2026%2F03%2F01%2F11" in listings[1]
    assert len(requests) == 11  # and identity, commit, checkpoint, object; data, checkpoint, manifest, commit
    s3.put_object(Bucket=bucket, Key="drop/2025/12/01/00/too-late", Body=b'{"id":3}')
    assert load(lake, drop) == []
    assert ids_landed(lake) == [1, 2]


def test_keys_with_folders_of_other_parts(lake: Store, source: Store, read_log: ReadLog, clock: Clock) -> None:
    drop = declared(source, TYPED)
    put(source, "type=track/year=2026/month=03/day=02/hour=14/a", 1)
    put(source, "type=identify/year=2026/month=03/day=02/hour=15/b", 2)
    put(source, "processing-failed/type=track/year=2026/month=03/day=02/hour=15/x", 9)
    [first] = load(lake, drop)
    assert first.state["watermark"] == "2026-03-02T15:00:00+00:00"
    clock.at += timedelta(days=3)
    put(source, "type=page/year=2026/month=03/day=05/hour=15/c", 3)
    put(source, "type=identify/year=2026/month=03/day=02/hour=14/late", 4)
    load(lake, drop)
    assert load(lake, drop) == []
    assert ids_landed(lake) == [2, 1, 4, 3]
    assert json.loads(read_log(lake)[0][1]["params"])["type"] == "identify"


def test_error_objects_go_to_their_own_stream(lake: Store, source: Store, read_log: ReadLog) -> None:
    errors = [
        "AmazonOpenSearchService-failed/2026/03/02/14/e4",
        "format-conversion-failed/2026/03/02/14/e2",
        "processing-failed/2026/03/02/14/e1",
        "rawprocessing-failed/2026/03/02/14/e3",
    ]
    for number, key in enumerate(errors):
        put(source, key, number)
    put(source, "2026/03/02/14/a", 10)
    put(source, "2026/03/02/14/not-failed", 11)
    error_keys = "{error_type}/{year}/{month}/{day}/{hour}/{object}"
    assert load(lake, declared(source))[0].warnings == []
    assert load(lake, declared(source, error_keys, name="errors", error_objects=True))[0].warnings == []
    assert keys_loaded(read_log(lake)) == [["2026/03/02/14/a", "2026/03/02/14/not-failed"]]
    assert keys_loaded(read_log(lake, "shop", "errors")) == [errors]
    inputs = [line for line in read_log(lake, "shop", "errors")[0] if line["kind"] == "input"]
    assert json.loads(inputs[-2]["params"])["error_type"] == "processing-failed"


def test_error_objects_below_other_folders_are_found(lake: Store, source: Store) -> None:
    put(source, "team-a/processing-failed/2026/03/02/14/e", 1)
    drop = declared(source, "{team}/{error_type}/{year}/{month}/{day}/{hour}/{object}", error_objects=True)
    assert [commit.landed for commit in load(lake, drop)] == [1]


# --- what does not fit ----------------------------------------------------------------------------------------------


def test_keys_that_do_not_match_are_told_also_when_nothing_is_new(lake: Store, source: Store) -> None:
    drop = declared(source)
    put(source, "2026/03/02/14/a", 1)
    put(source, "2026/03/02/14/deep/er", 2)
    put(source, "2026/03/02/14/deep/[bold]\x1b'é", 3)
    told = f'2 keys do not match {HOURLY}, such as "2026/03/02/14/deep/[bold]\\x1b\'é"'
    [first] = load(lake, drop)
    assert (first.landed, first.warnings) == (1, [told])
    assert load(lake, drop) == []
    seen = Log(lake, "shop", "orders").note("_seen")
    assert seen is not None
    assert seen["warnings"] == [told]
    assert files.preview(lake, drop, None, None) == f"0 objects, 0 bytes stored; {told}"


@pytest.mark.parametrize(
    "keys", [HOURLY, TYPED, "{object}", "raw/{year}/{object}", "{degree}/{year}/{object}"], ids=str
)
def test_a_location_that_is_missing_is_told(tmp_path: Path, keys: str) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "no-drop"))
    drop = declared(source, keys, "all" if keys == "{object}" else "26h")
    with pytest.raises(ConfigurationError, match=r"no-drop: no such directory; create it, name another in \.env"):
        load(lake, drop)


def test_objects_that_hold_no_record_are_rejects(lake: Store, source: Store) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("0f3f1c1e", '{"id":9}')
    source.put("2026/03/02/14/a", b"")
    source.put("2026/03/02/14/b", gzip.compress(b""))
    source.put("2026/03/02/14/c.zip", archive.getvalue())
    source.put("2026/03/02/14/d.snappy", b"\x82SNAPPY\0\0\0\0\1\0\0\0\1\0\0\0\x0b\x09\x20")
    source.put("2026/03/02/14/e", b" \n")
    put(source, "2026/03/02/14/f", 1)
    [made] = load(lake, declared(source))
    assert (made.landed, made.rejected) == (1, 5)
    assert rejects(lake) == [
        (0, "empty_input"),
        (1, "empty_input"),
        (2, "zip_compression"),
        (3, "snappy_compression"),
        (4, "empty_input"),
    ]
    assert load(lake, declared(source)) == []


def test_gzip_is_read_whatever_the_key(lake: Store, source: Store) -> None:
    source.put("2026/03/02/14/a.gz", gzip.compress(b'{"id":1}'))
    source.put("2026/03/02/14/b", gzip.compress(b'{"id":2}'))
    source.put("2026/03/02/14/c.gz", b'{"id":3}')
    assert [commit.landed for commit in load(lake, declared(source))] == [3]
    assert ids_landed(lake) == [1, 2, 3]


class Vanishing:
    """A drop whose objects go when they are about to be read."""

    def __init__(self, store: Store, *gone: str) -> None:
        self._store, self._gone = store, gone

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        if key in self._gone:
            self._store.delete(key)
        return self._store.chunks(key, expect)


def test_an_object_that_goes_before_it_is_read_is_told_and_taken_when_it_is_back(
    lake: Store, source: Store, read_log: ReadLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, told = declared(source), "'2026/03/02/14/a' has gone since it was listed; it is loaded if it comes back"
    put(source, "2026/03/02/14/a", 1)
    with monkeypatch.context() as patched:
        patched.setattr(files, "open_store", lambda _: Vanishing(source, "2026/03/02/14/a"))
        assert load(lake, drop) == []
        seen = Log(lake, "shop", "orders").note("_seen")
        assert seen is not None
        assert seen["warnings"] == [told]
        put(source, "2026/03/02/14/a", 1)
        put(source, "2026/03/02/14/b", 2)
        [made] = load(lake, drop)
    assert (made.landed, made.warnings) == (1, [told])
    put(source, "2026/03/02/14/a", 1)
    load(lake, drop)
    assert keys_loaded(read_log(lake)) == [["2026/03/02/14/b"], ["2026/03/02/14/a"]]


HOSTILE = [
    "a b",
    "a'b",
    'a"b',
    "a[bold]b",
    "ação 日本 \U0001f600",
    "a%2Fb",
    "a+b",
    "a\\b",
    "x" * 200,
    "{object}",
    "#?&",
]


def test_hostile_names_are_only_names(lake: Store, source: Store, read_log: ReadLog) -> None:
    for number, name in enumerate(HOSTILE):
        put(source, f"2026/03/02/14/{name}", number)
    [made] = load(lake, declared(source))
    assert made.landed == len(HOSTILE)
    assert keys_loaded(read_log(lake)) == [sorted(f"2026/03/02/14/{name}" for name in HOSTILE)]
    assert sorted(ids_landed(lake)) == list(range(len(HOSTILE)))
    assert load(lake, declared(source)) == []


def test_a_line_break_in_a_name_is_only_a_name(tmp_path: Path, read_log: ReadLog) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/02/14/a\nb\u2028\x85", 1)
    assert load(lake, declared(source))[0].landed == 1
    assert load(lake, declared(source)) == []
    assert keys_loaded(read_log(lake)) == [["2026/03/02/14/a\nb\u2028\x85"]]


def test_keys_that_climb_write_nowhere_else(bucket: str, s3: "S3Client") -> None:
    lake, source = open_store(f"s3://{bucket}/lake"), open_store(f"s3://{bucket}/drop")
    put(source, "2026/03/02/14/a", 1)
    put(source, "2026/03/02/14/..", 1)
    put(source, "2026/03/02/14/../../../../../lake/log/shop/orders/x", 2)
    [made] = load(lake, declared(source))
    assert made.landed == 1
    assert made.warnings[0].startswith("2 keys do not match")
    written = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix="lake/")["Contents"]]
    assert [key.rsplit("/", 2)[0] for key in written] == [
        "lake",  # its lake.json
        "lake/log/shop",
        "lake/manifests/shop/orders",
        "lake/raw/shop/orders",
        "lake/state/shop/orders",
    ]


# --- periods --------------------------------------------------------------------------------------------------------


def test_a_period_is_taken_once_and_moves_nothing(lake: Store, source: Store, read_log: ReadLog, clock: Clock) -> None:
    drop = declared(source)
    put(source, "2026/03/02/14/new", 1)
    [first] = load(lake, drop, since=day(2))
    for key in ("2026/01/31/23/a", "2026/02/01/00/b", "2026/02/02/23/c", "2026/02/03/00/d"):
        put(source, key, 2)
    clock.at += timedelta(hours=1)
    [period] = load(lake, drop, day(1, 2), day(3, 2))
    assert keys_loaded(read_log(lake))[1] == ["2026/02/01/00/b", "2026/02/02/23/c"]
    assert {**period.state, "known": ""} == {**first.state, "known": "", "known_from": period.state["known_from"]}
    assert load(lake, drop, day(1, 2), day(3, 2)) == []
    assert load(lake, drop) == []
    put(source, "2026/03/02/15/newer", 3)
    assert [commit.landed for commit in load(lake, drop)] == [1]
    assert load(lake, drop, day(1, 2), day(3, 2)) == []
    assert [commit.landed for commit in load(lake, drop, until=day(3, 2))] == [1]
    assert [commit.landed for commit in load(lake, drop, since=day(1, 2))] == [1]
    assert keys_loaded(read_log(lake))[3:] == [["2026/01/31/23/a"], ["2026/02/03/00/d"]]
    assert load(lake, drop, since=day(1, 1)) == []


def test_a_period_that_is_loaded_first_does_not_hide_the_rest(lake: Store, source: Store) -> None:
    drop = declared(source)
    for number, key in enumerate(("2025/12/01/00/a", "2026/01/15/00/b", "2026/03/02/14/c")):
        put(source, key, number)
    assert [commit.landed for commit in load(lake, drop, day(1, 1), day(1, 2))] == [1]
    assert [commit.landed for commit in load(lake, drop)] == [2]
    assert load(lake, drop) == []


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize(
    ("since", "until"), [(day(5, 1), day(20, 2)), (day(5, 1), None), (None, day(20, 2))], ids=["both", "since", "until"]
)
def test_a_period_that_is_stopped_is_listed_anew_and_loses_and_repeats_nothing(  # noqa: PLR0917
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_log: ReadLog,
    clock: Clock,
    is_first: bool,
    since: datetime | None,
    until: datetime | None,
) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    drop = declared(source)
    if not is_first:
        put(source, "2026/03/02/14/new", 0)
        load(lake, drop, since=day(2))
    asked = [f"2026/01/{number:02}/00/a" for number in range(6, 11)]
    for number, key in enumerate(("2026/01/01/00/before", *asked, "2026/03/02/13/after"), 1):
        put(source, key, number)
    monkeypatch.setattr(files, "COMMIT_INPUTS", 2)
    next(files.load(lake, drop, since, until))  # and no more, as if killed between two commits
    put(source, "2026/01/05/12/came-behind-it", 9)
    clock.at += timedelta(hours=1)
    load(lake, drop, since, until)
    keys = sorted(key for commit in keys_loaded(read_log(lake)) for key in commit)
    within = {*asked, "2026/01/05/12/came-behind-it"}
    within |= {"2026/01/01/00/before"} if since is None else set()
    within |= {"2026/03/02/13/after"} if until is None else set()
    assert keys == sorted({*within, *([] if is_first else ["2026/03/02/14/new"])})
    assert load(lake, drop, since, until) == []
    load(lake, drop)
    # what dates from before the period is behind a window, unless no load without a period has been
    everything = [*([] if is_first else [0]), *([1] if since is None or (is_first and until) else [])]
    assert sorted(ids_landed(lake)) == [*everything, 2, 3, 4, 5, 6, 7, 9]
    assert load(lake, drop) == []


# --- what a declaration, a clock or a hand has changed --------------------------------------------------------------


@pytest.mark.parametrize("look_back", ["40d", "all"])
def test_a_longer_look_back_repeats_nothing(tmp_path: Path, clock: Clock, look_back: str, read_log: ReadLog) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    for number in range(1, 29):
        put(source, f"2026/02/{number:02}/00/a", number)
        clock.at = datetime(2026, 2, number, 1, tzinfo=UTC)
        load(lake, declared(source))
    put(source, "2026/02/05/00/late", 99)
    assert load(lake, declared(source)) == []
    assert [commit.landed for commit in load(lake, declared(source, look_back=look_back))] == [1]
    assert load(lake, declared(source, look_back=look_back)) == []
    assert load(lake, declared(source)) == []


def test_a_clock_that_was_wrong_hides_nothing(tmp_path: Path, clock: Clock) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/01/00/a", 1)
    load(lake, declared(source))
    clock.at = datetime(2031, 1, 1, tzinfo=UTC)
    put(source, "2026/03/02/14/b", 2)
    assert len(load(lake, declared(source))) == 1
    clock.at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    for number in range(3, 10):
        put(source, f"2026/03/{number:02}/00/c", number)
    load(lake, declared(source))
    assert ids_landed(lake) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert load(lake, declared(source)) == []


def test_a_key_that_is_dated_ahead_waits_for_its_day(tmp_path: Path, clock: Clock) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    put(source, "2026/03/02/14/a", 1)
    put(source, "2026/03/03/14/tomorrow", 2)
    put(source, "2026/03/09/14/next-week", 3)
    load(lake, declared(source))
    assert ids_landed(lake) == [1, 2]
    for number in range(3, 10):
        clock.at = datetime(2026, 3, number, 15, tzinfo=UTC)
        load(lake, declared(source))
    assert ids_landed(lake) == [1, 2, 3]


@pytest.mark.parametrize(
    "damage", [None, b"", b"\x1f\x8bnonsense", gzip.compress(b"{", mtime=0)[:-1], gzip.compress(b"{", mtime=0)]
)
def test_a_checkpoint_that_is_gone_or_damaged_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    drop = declared(source)
    put(source, "2026/03/02/14/a", 1)
    [first] = load(lake, drop)
    lake.delete(first.state["known"])
    if damage is not None:
        lake.put(first.state["known"], damage)
    put(source, "2026/03/02/14/b", 2)
    [second] = load(lake, drop)
    assert second.landed == 1
    assert load(lake, drop) == []


# --- killed, resumed, at once ---------------------------------------------------------------------------------------


def test_a_long_look_commits_as_it_goes_and_goes_on(
    lake: Store, source: Store, read_log: ReadLog, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(files, "COMMIT_INPUTS", 3)
    drop = declared(source)
    for number in range(8):
        put(source, f"2026/03/02/{number:02}/a", number)
    first = next(files.load(lake, drop, None, None))  # and no more, as if killed between two commits
    assert first.state["crawl"] == {"began": "2026-03-02T15:30:00+00:00", "after": "2026/03/02/02/a"}
    put(source, "2026/03/02/00/late", 100)  # sorts before what is done
    clock.at += timedelta(hours=1)
    second, third = load(lake, drop)
    assert second.state["listed_at"] is None
    assert third.state["crawl"] is None
    assert third.state["listed_at"] == "2026-03-02T15:30:00+00:00"
    assert [commit.landed for commit in load(lake, drop)] == [1]
    assert ids_landed(lake) == [0, 1, 2, 3, 4, 5, 6, 7, 100]
    assert len(read_log(lake)) == 4


def test_a_look_whose_rest_has_gone_still_comes_to_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    monkeypatch.setattr(files, "COMMIT_INPUTS", 1)
    put(source, "2026/03/02/12/a", 1)
    put(source, "2026/03/02/13/b", 2)
    next(files.load(lake, declared(source), None, None))
    source.delete("2026/03/02/13/b")
    assert load(lake, declared(source)) == []
    clock.at += timedelta(days=5)
    put(source, "2026/03/07/13/c", 3)
    assert [commit.landed for commit in load(lake, declared(source))] == [1]
    assert load(lake, declared(source)) == []


def test_of_two_loads_at_once_one_wins_and_nothing_is_twice(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop = declared(source)
    put(source, "2026/03/02/14/a", 1)

    class Slow(Vanishing):
        def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
            assert len(load(lake, drop)) == 1  # another one, from beginning to end
            return self._store.chunks(key, expect)

    with pytest.MonkeyPatch.context() as patched:
        stores = iter([Slow(source)])
        patched.setattr(files, "open_store", lambda url: next(stores, None) or open_store(url))
        with pytest.raises(ConcurrentLoadError, match=r"shop\.orders: another load committed number 1 first"):
            load(lake, drop)
    assert keys_loaded(read_log(lake)) == [["2026/03/02/14/a"]]
    assert ids_landed(lake) == [1]
    assert load(lake, drop) == []


def test_killed_at_any_moment_it_goes_on_without_gap_or_repeat(tmp_path: Path, read_log: ReadLog) -> None:
    program = tmp_path / "killed.py"
    program.write_text(
        textwrap.dedent("""
            import os, signal, sys
            from loaders.lake import open_store
            from loaders.sources import files
            from loaders.sources.drop import FileDrop

            lake_url, drop_url, fatal = sys.argv[1], sys.argv[2], int(sys.argv[3])
            files.COMMIT_INPUTS = 2
            lake = open_store(lake_url)
            steps = 0

            def counted(real):
                def step(*arguments):
                    global steps
                    steps += 1
                    if steps == fatal:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return real(*arguments)
                return step

            os.link, os.replace, os.fsync = counted(os.link), counted(os.replace), counted(os.fsync)
            drop = FileDrop(source="shop", name="orders", loader="files", format="json", location=drop_url,
                            keys="{year}/{month}/{day}/{hour}/{object}", look_back="26h")
            list(files.load(lake, drop, None, None))
        """)
    )
    source, lake = open_store(str(tmp_path / "drop")), open_store(str(tmp_path / "lake"))
    ended = []
    for round_, fatal in enumerate([2, 7, 9, 10, 14, 0, 0]):
        put(source, f"2026/03/02/14/{round_}-a", round_ * 10)
        put(source, f"2026/03/02/14/{round_}-b", round_ * 10 + 1)
        done = subprocess.run(
            [sys.executable, program, lake.url, source.url, str(fatal)],
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path(files.__file__).parents[2])},
        )
        ended.append(done.returncode)
    assert ended == [-signal.SIGKILL] * 5 + [0, 0]
    _assert_each_version_once(lake, source, read_log(lake))


class Killed(BaseException):
    """What a test does instead of the kernel."""


class Memory:
    """A store in memory. fatal: the number of the write at which the process dies, and from which on it is dead."""

    def __init__(self, url: str, scratch: Path) -> None:
        self.url, self.scratch = url, scratch
        self.objects: dict[str, tuple[bytes, int]] = {}
        self.fatal, self.writes = -1, 0

    def entries(self, prefix: str = "", after: str = "", denied: Denied | None = None) -> Iterator[Entry]:
        for key in sorted(self.objects):
            if key.startswith(prefix) and key > after and key in self.objects:
                data, version = self.objects[key]
                yield Entry(key, len(data), str(version), datetime(2026, 12, 1, tzinfo=UTC))

    def first(self, prefix: str) -> str | None:
        return next((entry.key for entry in self.entries(prefix)), None)

    def folders(self, prefix: str) -> Iterator[str]:
        yield from (name for name in self.level(prefix) if name.endswith("/"))

    def level(self, prefix: str) -> Iterator[str]:
        rests = (key.removeprefix(prefix).partition("/") for key in self.objects if key.startswith(prefix))
        yield from sorted({prefix + name + slash for name, slash, _ in rests})

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        if key not in self.objects:
            raise NotFoundError(key)
        yield self.objects[key][0]

    def open(self, key: str) -> BytesIO:
        return BytesIO(self.objects[key][0])

    def prepare(self, prefix: str) -> None:
        pass

    def settle(self, prefix: str) -> None:
        pass

    def leftovers(self, before: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
        yield from ()

    def _step(self) -> None:
        self.writes += 1
        if 0 < self.fatal <= self.writes:
            raise Killed

    def put(self, key: str, data: bytes | Path) -> None:
        self._step()
        if isinstance(data, Path):
            content = data.read_bytes()
            data.unlink()
        else:
            content = data
        self.objects[key] = content, self.objects.get(key, (b"", 0))[1] + 1

    def create(self, key: str, data: bytes) -> bool:
        self._step()
        if key in self.objects:
            return False
        self.objects[key] = data, 1
        return True

    def delete(self, key: str) -> None:
        self._step()
        self.objects.pop(key, None)


def _assert_each_version_once(lake: Store, source: Store, commits: list[list[dict[str, Any]]]) -> None:
    lines = [line for commit in commits for line in commit]
    loaded = Counter((line["key"], line["version"]) for line in lines if line["kind"] == "input")
    assert loaded == Counter((entry.key, entry.version) for entry in source.entries())
    assert [commit[0]["load_seq"] for commit in commits] == list(range(1, len(commits) + 1))
    added = {line["object"]: line["rows"] for line in lines if line["kind"] == "added"}
    rows = {k: len(gzip.decompress(b"".join(lake.chunks(k))).splitlines()) for k in added}
    assert rows == added


@pytest.mark.parametrize("keys", [HOURLY, TYPED], ids=["hourly", "typed"])
@pytest.mark.parametrize("seed", range(12))
def test_any_history_of_arrivals_kills_and_periods_loads_each_version_once(  # noqa: PLR0917
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, read_log: ReadLog, keys: str, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    lake, source = Memory("lake", tmp_path), Memory("drop", tmp_path)
    monkeypatch.setattr(files, "open_store", lambda _: source)
    drop, killed = declared(source, keys), 0
    template = keys.replace("{object}", "{number}")

    def arrive(hours_late: int, number: int) -> None:
        at = clock.at - timedelta(hours=hours_late)
        parts = {"year": f"{at:%Y}", "month": f"{at:%m}", "day": f"{at:%d}", "hour": f"{at:%H}"}
        put(source, template.format(**parts, type=chance.choice("abc"), number=number), number)

    for number in range(20):
        arrive(chance.randrange(2_000), number)  # what was there before the first load
    for step in range(25):
        clock.at += timedelta(hours=chance.choice([1, 1, 2, 5, 80]))
        for number in range(chance.randrange(5)):
            arrive(chance.randrange(25), 1_000 * (step + 1) + number)
        monkeypatch.setattr(files, "COMMIT_INPUTS", chance.choice([1, 2, 3, 100]))
        lake.writes, lake.fatal = 0, chance.choice([-1, -1, 1, 2, 3, 4, 5, 6, 7, 8])
        since = until = None
        if (
            lake.first("log/shop/orders/9") and chance.random() < 0.3
        ):  # the first load of all, with a period, would begin there for good
            since = clock.at - timedelta(days=chance.randrange(60))
            until = chance.choice([None, since + timedelta(days=chance.randrange(20))])
        try:
            load(lake, drop, since, until)
        except Killed:
            killed += 1
    lake.fatal = -1
    load(lake, drop)
    load(lake, drop)
    assert load(lake, drop) == []
    assert killed > 3
    _assert_each_version_once(lake, source, read_log(lake))
