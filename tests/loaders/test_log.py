"""The commit log: dense numbers, one winner, and what a corrupt or foreign object in it leads to."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loaders.declarations import Stream
from loaders.errors import (
    ConcurrentLoadError,
    ConfigurationError,
    DamagedCommitError,
    ExpiredLoadError,
    UnavailableError,
)
from loaders.identity import identify
from loaders.lake import Store, open_store
from loaders.landing import begin
from loaders.log import Added, Commit, Input, Log, heartbeats, read_commit
from loaders.sources import files

NOW = datetime.now(UTC)
SHOP = Stream(source="shop", name="orders", loader="files", record_key="id")
FOLDER = "log/shop/orders/"


def records(rows: int) -> Added:
    return Added("raw/shop/orders/a.json.gz", "records", 1, rows, 10, 9, 0, "ab")


def commit(log: Log, after: Commit | None, load_id: str = "one", **options: Any) -> Commit:
    return log.commit(
        **{
            "after": after,
            "load_id": load_id,
            "started_at": NOW,
            "inputs": [],
            "added": [records(1)],
            "state": {},
            **options,
        }
    )


def keys_of(store: Store) -> list[str]:
    return [entry.key for folder in ("log/", "raw/", "rejects/", "state/") for entry in store.entries(folder)]


def test_numbers_are_dense_and_the_newest_sorts_first(store: Store) -> None:
    log, after = Log(store, "shop", "orders"), None
    assert log.newest() is None
    for number in (1, 2, 3):
        after = commit(log, after, f"load-{number}")
        assert (after.load_seq, log.newest()) == (number, after)
    assert keys_of(store) == [f"{FOLDER}999999999996.json", f"{FOLDER}999999999997.json", f"{FOLDER}999999999998.json"]


def test_the_newest_of_a_long_log_is_one_listing_and_one_read(bucket: str, requests: list[str]) -> None:
    log, after = Log(open_store(f"s3://{bucket}/lake"), "shop", "orders"), None
    for number in range(1, 15):
        after = commit(log, after, f"load-{number}")
    log.seen()
    log.failed(ValueError("x"))
    requests.clear()
    assert log.newest() == after
    assert [request.split("?")[0].replace(bucket, "") for request in (r.split("/", 3)[3] for r in requests)] == [
        "",
        "/lake/log/shop/orders/999999999985.json",
    ]


def test_a_commit_is_json_lines(store: Store) -> None:
    log = Log(store, "shop", "orders")
    made = commit(
        log,
        None,
        "20260302T140509Z-0f3f1c1e",
        started_at=NOW,
        inputs=[Input(0, "2026/é 'x'", "v1", {"year": "2026"}, 2, 1, 0, 3, 1, 4, 5)],
        added=[records(2), Added("rejects/r.json.gz", "rejects", 1, 1, 5, 8, 7, "cd", 0)],
        removed=["raw/old.json.gz"],
        resolved=["rejects/old.json.gz#7"],
        state={"known": "state/k"},
        warnings=["hear this"],
    )
    assert b"".join(store.chunks(f"{FOLDER}999999999998.json")).decode() == (
        '{"kind": "load", "load_seq": 1, "source": "shop", "stream": "orders", '
        f'"load_id": "20260302T140509Z-0f3f1c1e", "started_at": "{NOW.isoformat()}", '
        f'"committed_at": "{made.committed_at}", "landed": 2, "rejected": 1, "landed_total": 2, "rejected_total": 1, '
        '"state": {"known": "state/k"}, "warnings": "[\\"hear this\\"]", "lines": 7}\n'
        '{"kind": "input", "load_seq": 1, "input": 0, "key": "2026/é \'x\'", "version": "v1", "params": '
        '"{\\"year\\":\\"2026\\"}", "rows": 2, "rejects": 1, "replays": 0, "documents": 3, "empties": 1, "unread": 4, '
        '"rejected_rows": 5}\n'
        '{"kind": "added", "load_seq": 1, "object": "raw/shop/orders/a.json.gz", "content": "records", "part": 1, '
        '"rows": 2, "bytes": 10, "longest_line": 9, "longest_text": 0, "sha256": "ab", "input": null}\n'
        '{"kind": "added", "load_seq": 1, "object": "rejects/r.json.gz", "content": "rejects", "part": 1, '
        '"rows": 1, "bytes": 5, "longest_line": 8, "longest_text": 7, "sha256": "cd", "input": 0}\n'
        '{"kind": "removed", "load_seq": 1, "object": "raw/old.json.gz"}\n'
        '{"kind": "resolved", "load_seq": 1, "record": "rejects/old.json.gz#7"}\n'
        '{"kind": "end", "load_seq": 1, "lines": 7}\n'
    )
    assert abs(datetime.fromisoformat(made.committed_at) - datetime.now(UTC)) < timedelta(minutes=1)
    assert log.newest() == made


def test_warnings_fit_into_a_text(store: Store) -> None:
    log = Log(store, "shop", "orders")
    made = commit(log, None, warnings=['"é' * 249] * 100)
    assert (len(made.warnings), made.warnings[-1]) == (61, "and 40 more")
    assert commit(log, made, warnings=["a", "b"]).warnings == ["a", "b"]


def test_totals_run_over_all_loads(store: Store) -> None:
    log, after, told = Log(store, "shop", "orders"), None, []
    for landed, rejected in ((5, 0), (0, 2), (3, 1)):
        added = [records(landed), Added("rejects/r", "rejects", 1, rejected, 1, 1, 0, "cd")]
        after = commit(log, after, added=added)
        told.append((after.landed, after.rejected, after.landed_total, after.rejected_total))
    assert told == [(5, 0, 5, 0), (0, 2, 5, 2), (3, 1, 8, 3)]


def test_the_loser_of_a_race_changes_nothing(store: Store) -> None:
    log = Log(store, "shop", "orders")
    first = commit(log, None)
    with begin(store, SHOP, log, first) as winner, pytest.raises(ConcurrentLoadError) as caught:  # noqa: PT012
        winner.begin_input("a", "1", {})
        winner.land([b'{"id":1}'])
        with begin(store, SHOP, Log(store, "shop", "orders"), first) as loser:
            loser.begin_input("a", "1", {})
            loser.land([b'{"id":1}'])
            loser.checkpoint({"a": "1"})
            won, before = winner.commit({"by": "winner"}), keys_of(store)
            before.remove(next(key for key in before if key.startswith("state/")))
            loser.commit({"by": "loser"})
    assert str(caught.value) == (
        "shop.orders: another load committed number 2 first; this one changed nothing; run `headwater load shop` again"
    )
    assert keys_of(store) == before
    assert log.newest() == won
    assert list(store.scratch.iterdir()) == []


class LosesAnswers:
    """A store whose create succeeds, but is taken for refused: the answer was lost, and its retry found the key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def create(self, key: str, data: bytes) -> bool:
        self._store.create(key, data)
        return False


def test_a_create_whose_answer_was_lost_is_ours(store: Store) -> None:
    lossy: Any = LosesAnswers(store)
    log = Log(lossy, "shop", "orders")
    with begin(lossy, SHOP, log, None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        made = load.commit({})
    assert log.newest() == made
    assert [key for key in keys_of(store) if key.startswith("raw/")] == [
        f"raw/shop/orders/load_seq=1/{load.load_id}-0001.json.gz"
    ]
    with pytest.raises(ConcurrentLoadError):
        commit(log, None, "another")


class BreaksAfter(LosesAnswers):
    """A store that fails when its create is done: a time-out, or a disk that breaks at the last fsync."""

    def create(self, key: str, data: bytes) -> bool:
        self._store.create(key, data)
        raise ConfigurationError("no answer")


def test_objects_of_a_commit_that_may_stand_are_never_removed(store: Store) -> None:
    identify(store)  # what breaks is the commit
    breaking: Any = BreaksAfter(store)
    with (  # noqa: PT012
        pytest.raises(UnavailableError, match=r"load 1 was not confirmed .* nothing was removed: no answer; then run"),
        begin(breaking, SHOP, Log(breaking, "shop", "orders"), None) as load,
    ):
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        load.checkpoint({})
        load.commit({})
    newest = Log(store, "shop", "orders").newest()
    assert newest is not None
    assert newest.load_id == load.load_id
    assert keys_of(store) == [
        f"{FOLDER}999999999998.json",
        f"raw/shop/orders/load_seq=1/{load.load_id}-0001.json.gz",
        f"state/shop/orders/load_seq=1/{load.load_id}.json.gz",
    ]


@pytest.mark.parametrize("there", [None, b'{"kind": "load", "load_'], ids=["nothing", "half a commit"])
def test_a_refusal_that_does_not_read_back_as_anothers_removes_nothing(store: Store, there: bytes | None) -> None:
    key = f"{FOLDER}999999999998.json"

    class Refuses(LosesAnswers):
        def create(self, key: str, data: bytes) -> bool:
            if there is not None:
                self._store.put(key, there)
            return False

    refusing: Any = Refuses(store)
    with (  # noqa: PT012
        pytest.raises(UnavailableError, match=r"^shop.orders: the commit of load 1 was not conf") as caught,
        begin(refusing, SHOP, Log(refusing, "shop", "orders"), None) as load,
    ):
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        load.checkpoint({})
        load.commit({})
    assert str(caught.value).endswith("; then run `headwater load shop` again")
    assert [k for k in keys_of(store) if k != key] == [
        f"raw/shop/orders/load_seq=1/{load.load_id}-0001.json.gz",
        f"state/shop/orders/load_seq=1/{load.load_id}.json.gz",
    ]


def test_a_load_over_twelve_hours_old_may_not_commit(store: Store) -> None:
    log = Log(store, "shop", "orders")
    young, old = NOW - timedelta(hours=11), datetime.now(UTC) - timedelta(hours=12, seconds=1)
    with pytest.raises(ExpiredLoadError, match=r"shop.orders: the load began .* UTC, over 12:00:00 ago, .*`headwater"):
        commit(log, None, started_at=old)
    assert keys_of(store) == []
    with pytest.raises(ExpiredLoadError), begin(store, SHOP, log, None) as load:  # noqa: PT012
        load.started_at = old
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        load.commit({})
    assert keys_of(store) == []
    assert commit(log, None, started_at=young).load_seq == 1


def test_heartbeat_and_failure_are_notes_beside_the_commits(store: Store) -> None:
    log = Log(store, "shop", "orders")
    assert (log.note("_seen"), log.note("_failed")) == (None, None)
    log.seen(["3 keys do not match"])
    log.failed(ConfigurationError("s3://x: no such bucket"))
    assert log.newest() is None
    assert log.inputs() == {}
    seen, failed = log.note("_seen"), log.note("_failed")
    assert seen is not None
    assert failed is not None
    assert abs(datetime.fromisoformat(seen.pop("at")) - datetime.now(UTC)) < timedelta(minutes=1)
    assert seen == {"warnings": ["3 keys do not match"]}
    del failed["at"]
    assert failed == {"error": "ConfigurationError", "message": "s3://x: no such bucket"}
    made = commit(log, None)
    log.seen()
    assert log.newest() == made
    store.put(f"{FOLDER}_seen.json", b'{"at": "2026-')
    assert log.note("_seen") is None


def test_heartbeats_are_told_by_stream(store: Store) -> None:
    streams = [Stream(source="shop", name=name, loader="files") for name in ("orders", "returns", "visits")]
    assert heartbeats(store, streams) == {}
    store.put(f"{FOLDER}_seen.json", b'{"at": "2026-03-02T15:30:00.250000+00:00", "warnings": []}')
    Log(store, "shop", "visits").failed(ConfigurationError("s3://x: no such bucket"))
    commit(Log(store, "shop", "returns"), None)
    assert heartbeats(store, streams) == {"shop.orders": "2026-03-02T15:30:00.250000+00:00"}


def test_logs_of_streams_whose_names_begin_alike_are_apart(store: Store) -> None:
    long = commit(Log(store, "shop", "orders_archive"), None)
    assert Log(store, "shop", "orders").newest() is None
    short = commit(Log(store, "shop", "orders"), None)
    assert Log(store, "shop", "orders_archive").newest() == long
    assert Log(store, "shop", "orders").newest() == short


def test_inputs_are_known_by_their_newest_version(store: Store) -> None:
    log = Log(store, "shop", "orders")
    first = commit(log, None, inputs=[Input(0, "a", "1", {}, 1, 0), Input(1, "b", "1", {}, 1, 0)])
    commit(log, first, inputs=[Input(0, "a", "2", {}, 1, 0)])
    log.seen()
    assert log.inputs() == {"a": "2", "b": "1"}


def test_a_version_that_cannot_be_read_supersedes_nothing(store: Store) -> None:
    log, after = Log(store, "shop", "orders"), None
    loads: list[list[tuple[str, str, int, int, int]]] = [  # key, version, rows, rejects, replays
        [
            ("bad", "1", 9, 0, 0),
            ("empty", "1", 9, 0, 0),
            ("mended", "1", 9, 0, 0),
            ("good", "1", 9, 0, 0),
            ("only", "1", 0, 1, 0),
        ],
        [
            ("bad", "2", 0, 1, 0),
            ("empty", "2", 0, 0, 0),
            ("mended", "2", 0, 1, 0),
            ("good", "2", 0, 1, 0),
            ("only", "2", 0, 1, 0),
        ],
        [("bad", "3", 0, 1, 0), ("bad", "1", 1, 0, 1), ("mended", "2", 9, 0, 1), ("good", "3", 8, 1, 0)],
    ]
    for number, inputs in enumerate(loads):
        told = [Input(n, key, version, {}, *counts) for n, (key, version, *counts) in enumerate(inputs)]
        after = commit(log, after, f"load-{number}", inputs=told)
    assert log.current_versions() == {
        "bad": {"1", "3"},
        "empty": {"2"},
        "mended": {"2"},
        "good": {"3"},
        "only": {"2"},
    }


def test_commits_of_older_loaders_are_read(store: Store) -> None:
    log = Log(store, "shop", "orders")
    commit(log, None, inputs=[Input(0, "a", "1", {}, 1, 0)])
    [key] = [entry.key for entry in store.entries(FOLDER)]
    written = b"".join(store.chunks(key))
    store.put(key, written.replace(b', "replays": 0', b"").replace(b', "lines": 4}', b"}").rsplit(b"\n", 2)[0])
    assert b'"end"' in written
    assert b'"end"' not in b"".join(store.chunks(key))
    assert b"replays" in written
    assert b"replays" not in b"".join(store.chunks(key))
    assert log.inputs() == {"a": "1"}


@pytest.mark.parametrize(
    ("written", "instead", "why"),
    [
        (
            b'\n{"kind": "end", "load_seq": 1, "lines": 6}\n',
            b"\n",
            "written with 6 lines, a closing one the last, and has 5",
        ),
        (b'"rows": 3, "bytes"', b'"rows": 2, "bytes"', "it counts 3 records, and its objects 2"),
        (b'"rejected": 1,', b'"rejected": 0,', "it counts 0 rejects, and its objects 1"),
        (
            b'"load", "load_seq": 1',
            b'"load", "load_seq": 2',
            "it is load 2 of log/shop/orders/, and its key that of another",
        ),
        (
            b'"stream": "orders"',
            b'"stream": "returns"',
            "it is load 1 of log/shop/returns/, and its key that of another",
        ),
        (b'"added", "load_seq": 1', b'"added", "load_seq": 2', "a line of it is not of load 1"),
        (b'"state": {}', b'"state": null', "Expected `object`, got `null` - at `$.state`"),
        (b'"landed": 3', b'"landed": "3"', "Expected `int`, got `str` - at `$.landed`"),
        (b'"object": "rejects/r"', b'"object": null', "Expected `str`, got `null` - at `$.object`"),
        (b'"key": "a"', b'"key": 7', "Expected `str`, got `int` - at `$.key`"),
        (b'"kind": "removed"', b'"kind": "remove"', "'remove'"),
        (b'"committed_at": "2', b'"committed_at": "x', "Invalid isoformat string"),
    ],
    ids=str,
)
def test_a_commit_that_is_cut_or_contradicts_itself_is_refused(
    tmp_path: Path, written: bytes, instead: bytes, why: str
) -> None:
    store = open_store(str(tmp_path / "lake"))
    log = Log(store, "shop", "orders")
    added = [records(3), Added("rejects/r", "rejects", 1, 1, 5, 8, 7, "cd", 0)]
    commit(log, None, inputs=[Input(0, "a", "1", {}, 3, 1)], added=added, removed=["raw/old"])
    content = b"".join(store.chunks(f"{FOLDER}999999999998.json"))
    assert written in content
    store.put(f"{FOLDER}999999999998.json", content.replace(written, instead))
    with pytest.raises(DamagedCommitError) as caught:
        log.newest()
    assert str(caught.value).startswith(f"{store.url}/{FOLDER}999999999998.json: not a commit (")
    assert why in str(caught.value)


def test_a_state_of_another_shape_names_its_commit(tmp_path: Path) -> None:
    log = Log(open_store(str(tmp_path / "lake")), "shop", "orders")
    made = commit(log, None, state={"watermark": 7, "known": "k"})
    assert log.state(None, files.State) == {}
    with pytest.raises(DamagedCommitError, match=r"999999999998.json: not a commit \(its state: Expected `datetime`"):
        log.state(made, files.State)


def test_a_gap_in_the_numbers_is_named(tmp_path: Path) -> None:
    store, after = open_store(str(tmp_path / "lake")), None
    log = Log(store, "shop", "orders")
    for _ in range(3):
        after = commit(log, after)
    log.check()
    store.delete(f"{FOLDER}999999999997.json")
    with pytest.raises(
        DamagedCommitError, match=r"999999999997.json: not a commit \(it is missing, and later ones exist"
    ):
        log.check()


@pytest.mark.parametrize("note", [b"null", b"[]", b'{"at": 7}', b'{"at": "soon"}', b"{}"])
def test_a_damaged_note_is_none(tmp_path: Path, note: bytes) -> None:
    store = open_store(str(tmp_path / "lake"))
    store.put(f"{FOLDER}_seen.json", note)
    assert Log(store, "shop", "orders").note("_seen") is None


@pytest.mark.parametrize(
    "damaged",
    [b"", b"\n", b"{", b"[]", b"null\n", b'{"kind": "load"}', b"\xff\xfe", b'{"kind": "load", "surprise": 1}', b"7"],
)
def test_a_corrupt_commit_is_told(tmp_path_factory: pytest.TempPathFactory, damaged: bytes) -> None:
    store = open_store(str(tmp_path_factory.mktemp("lake")))
    store.put(f"{FOLDER}999999999998.json", damaged)
    with pytest.raises(ConfigurationError) as caught:
        Log(store, "shop", "orders").newest()
    message = str(caught.value)
    assert message.startswith(f"{store.url}/{FOLDER}999999999998.json: not a commit (")
    assert message.endswith("; restore it as it was written; without it the stream cannot go on")
    assert "\n" not in message


def test_a_commit_reads_back_as_it_was_written(
    store: Store, read_log: Callable[..., list[list[dict[str, Any]]]]
) -> None:
    log = Log(store, "shop", "orders")
    made = commit(log, None, inputs=[Input(0, "line\nbreak \u2028 \x85 \x0b", "1", {}, 1, 0)])
    loaded, lines = read_commit(store, f"{FOLDER}999999999998.json")
    assert loaded == made
    assert lines[0]["key"] == "line\nbreak \u2028 \x85 \x0b"
    assert [line["kind"] for line in read_log(store)[0]] == ["load", "input", "added", "end"]
    assert replace(loaded, state={"x": 1}) != made
    assert json.loads(json.dumps(made.state)) == made.state
