"""What lands is what came: the bytes of the objects, their counts, and nothing at all where a load did not commit."""

import errno
import gzip
import hashlib
import json
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from loaders import landing
from loaders.declarations import Stream
from loaders.errors import ConfigurationError
from loaders.lake import Store, open_store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.manifests import copied_size
from loaders.readers.json_documents import Document, Repaired
from loaders.readers.reject import Reject
from loaders.writers import hash_of

SHOP = Stream(source="shop", name="orders", loader="files", record_key="id")

HASH_OF_A2 = "cb720520f35a7a4dfa14b53390567962"  # of `{"a":2}`: b2sum -l 128
HASH_OF_VERBATIM = "6eb3941b33e1074ef2baeafb6e36f0ee"  # of `{"t":"\ud800"}`


def noise(seed: int) -> bytes:
    """Text that does not compress: the compressor holds back some hundred kB before it writes."""
    text = random.Random(seed).randbytes(300_000).hex().encode()  # noqa: S311
    return b'","more":"'.join(text[at : at + 60_000] for at in range(0, len(text), 60_000))


def repaired() -> Repaired:
    document = Repaired(b'{"t":"\\ufffd"}')
    document.verbatim = b'{"t":"\\ud800"}'
    return document


def loaded(store: Store, stream: Stream, *documents: Document) -> tuple[Load, Commit]:
    with begin(store, stream, Log(store, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land(list(documents))
        return load, load.commit({})


def content(store: Store, key: str) -> bytes:
    return b"".join(store.chunks(key))


def keys_of(store: Store) -> list[str]:
    return [entry.key for folder in ("log/", "raw/", "rejects/", "state/") for entry in store.entries(folder)]


def parts_of(store: Store, folder: str = "raw/") -> list[str]:
    return [entry.key for entry in store.entries(folder)]


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


# --- the bytes ------------------------------------------------------------------------------------------------------


def test_a_json_object_is_lines_of_documents_byte_for_byte(store: Store) -> None:
    with begin(store, SHOP, Log(store, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {"year": "2026"})
        load.land([b'{"id" : 1.50,\t"x":1e400}', memoryview('{"id":"é\u2028"}'.encode())])
        load.land([])
        load.land([b'{"a":2}'])
        load.begin_input("b", "1", {})
        load.land([b'{"id":3}', repaired()])
        load.commit({})
    [key] = parts_of(store)
    assert key == f"raw/shop/orders/load_seq=1/{load.load_id}-0001.json.gz"
    assert gzip.decompress(content(store, key)).decode() == (
        '{"_row":1,"_part":1,"_input":0,"value":{"id" : 1.50,\t"x":1e400}}\n'
        '{"_row":2,"_part":1,"_input":0,"value":{"id":"é\u2028"}}\n'
        f'{{"_row":3,"_hash":"{HASH_OF_A2}","_part":1,"_input":0,"value":{{"a":2}}}}\n'
        '{"_row":4,"_part":1,"_input":1,"value":{"id":3}}\n'
        f'{{"_row":5,"_hash":"{HASH_OF_VERBATIM}","_verbatim":"{{\\"t\\":\\"\\\\ud800\\"}}",'
        '"_part":1,"_input":1,"value":{"t":"\\ufffd"}}\n'
    )


def test_without_a_record_key_every_record_has_a_hash(lake: Store) -> None:
    loaded(lake, SHOP.model_copy(update={"record_key": None}), b'{"id":1}', b'{"a":2}')
    assert gzip.decompress(content(lake, parts_of(lake)[0])).decode() == (
        '{"_row":1,"_hash":"6dbc2ea685505a5de3248e0c8a59ab5c","_part":1,"_input":0,"value":{"id":1}}\n'
        f'{{"_row":2,"_hash":"{HASH_OF_A2}","_part":1,"_input":0,"value":{{"a":2}}}}\n'
    )


def test_a_record_key_may_hold_any_text(lake: Store) -> None:
    loaded(lake, SHOP.model_copy(update={"record_key": 'the "id"'}), b'{"the \\"id\\"":1}', b'{"the id":1}')
    lines = [json.loads(line) for line in gzip.decompress(content(lake, parts_of(lake)[0])).splitlines()]
    assert ["_hash" in line for line in lines] == [False, True]


@pytest.mark.parametrize("land_as", ["json", "parquet"])
def test_a_record_without_a_text_at_its_key_has_a_hash(tmp_path: Path, lake: Store, land_as: str) -> None:
    """Delivered twice it would be counted twice. What is a text to the models is one here."""
    keyed = [
        '"x"',
        '" x"',
        "17",
        "-1.5e3",
        "1e400",
        "123456789012345678901234567890",
        "true",
        "{}",
        "[null]",
        '"\\u00e9"',
    ]
    keyless = ["null", '""', '" \\t\\r\\n"', '"\\u0020"']
    documents = [f'{{"id":{value},"n":{{"id":"1"}}}}'.encode() for value in keyed + keyless]
    documents += [b'{"n":{"id":"1"}}', b'{"t":"\\"id\\":\\"1"}', b'{"a":"id"}', b"{}"]
    loaded(lake, SHOP.model_copy(update={"land_as": land_as}), *documents)
    [part] = parts_of(lake)
    if land_as == "json":
        rows = [json.loads(line) for line in gzip.decompress(content(lake, part)).splitlines()]
    else:
        rows = pq.read_table(tmp_path / "lake" / part, partitioning=None).to_pylist()
    assert [row["_row"] for row in rows if row.get("_hash") is None] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [row["_hash"] for row in rows[10:]] == [hash_of(document) for document in documents[10:]]


REPEATED = [
    b'{"id":"a","n":1,"id":"b"}',
    b'{"id":"a","id":"a"}',
    b'{"id":"","id":"a"}',
    b'{"id":null,"id":"a"}',
    b'{"id":"a","id":null}',
    b'{"id":[],"\\u0069d":{}}',
    b'{"id":1e400,"id":2}',
]
ONCE = [
    b'{"id":1,"n":{"id":2,"id":3}}',
    b'{"id":4,"n":1,"n":2}',
    b'{"id":5,"t":"\\"id\\":6"}',
    b'{"n":{"id":1},"n":{"id":2}}',
]


@pytest.mark.parametrize("record_key", ["id", '"id"'])
@pytest.mark.parametrize("land_as", ["json", "parquet"])
def test_a_record_that_repeats_its_key_is_a_reject(
    tmp_path: Path, lake: Store, read_log: Callable[..., list[list[dict[str, Any]]]], land_as: str, record_key: str
) -> None:
    """DuckDB takes the first value and others the last, so that one record would have two keys."""
    drop = SHOP.model_copy(update={"land_as": land_as, "record_key": record_key})
    name = json.dumps(record_key).encode()
    repeated, once = ([document.replace(b'"id"', name) for document in some] for some in (REPEATED, ONCE))
    if record_key != "id":
        repeated[5] = repeated[5].replace(b"\\u0069d", b'\\"\\u0069d\\"')
    _, commit = loaded(lake, drop, once[0], *repeated, memoryview(once[1]), *once[2:])
    assert (commit.landed, commit.rejected) == (4, 7)
    [[_, *lines]] = read_log(lake, "shop", "orders")
    assert [(line["rows"], line["rejects"], line["rejected_rows"]) for line in lines if line["kind"] == "input"] == [
        (4, 7, 7)
    ]
    [part] = parts_of(lake)
    if land_as == "json":
        rows = [json.loads(line) for line in gzip.decompress(content(lake, part)).splitlines()]
        assert [json.dumps(row["value"]) for row in rows] == [json.dumps(json.loads(document)) for document in once]
    else:
        rows = pq.read_table(tmp_path / "lake" / part, partitioning=None).to_pylist()
        assert [row["value"].encode() for row in rows] == once
    assert [(row["_row"], "_hash" in row and row["_hash"] is not None) for row in rows] == [
        (1, False),
        (2, False),
        (3, False),
        (4, True),
    ]
    [reject] = parts_of(lake, "rejects/")
    values = [json.loads(line)["value"] for line in gzip.decompress(content(lake, reject)).splitlines()]
    assert [value["raw"].encode() for value in values] == repeated
    told = f"the document has {record_key!r} more than once; expected it once, to tell records apart by"
    assert {(value["reason"], value["detail"], "position" in value) for value in values} == {
        ("repeated_key", told, False)
    }


def test_nothing_lands_of_records_that_all_repeat_their_key(lake: Store) -> None:
    _, commit = loaded(lake, SHOP, *REPEATED)
    assert (commit.landed, commit.rejected, parts_of(lake)) == (0, 7, [])
    assert list(lake.scratch.iterdir()) == []


@pytest.mark.parametrize("record_key", ["id", None])
def test_parquet_holds_what_json_lines_hold(tmp_path: Path, record_key: str | None) -> None:
    documents: list[Document] = [b'{"id":1}', memoryview(b'{"a":2}'), repaired(), b"{}", '{"id":"é"}'.encode()]
    told = []
    for land_as in ("json", "parquet"):
        lake = open_store(str(tmp_path / land_as))
        stream = SHOP.model_copy(update={"land_as": land_as, "record_key": record_key})
        with begin(lake, stream, Log(lake, "shop", "orders"), None) as load:
            for key in ("a", "b"):
                load.begin_input(key, "1", {})
                load.land(documents)
            load.commit({})
        [part] = parts_of(lake)
        if land_as == "json":
            names = ("_row", "_part", "_input", "_hash", "_verbatim")
            lines = gzip.decompress(content(lake, part)).decode().splitlines()
            rows = [{n: json.loads(li).get(n) for n in names} | {"value": li.split('"value":')[1][:-1]} for li in lines]
        else:
            assert part.endswith("-0001.parquet")
            rows = pq.read_table(tmp_path / land_as / part, partitioning=None).to_pylist()
        told.append(rows)
    assert told[0] == told[1]
    assert len(told[1]) == 10
    assert told[1][6] == {
        "_row": 7,
        "_part": 1,
        "_input": 1,
        "_hash": HASH_OF_A2,
        "_verbatim": None,
        "value": '{"a":2}',
    }
    assert told[1][2]["_verbatim"] == '{"t":"\\ud800"}'


def test_parquet_in_several_row_groups_goes_on_counting(
    lake: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from loaders.writers import ParquetWriter

    monkeypatch.setattr(ParquetWriter, "_ROW_GROUP", 30)
    with begin(lake, SHOP.model_copy(update={"land_as": "parquet"}), Log(lake, "shop", "orders"), None) as load:
        for number in range(9):
            load.begin_input(str(number), "1", {})
            load.land([b'{"id":%d}' % number])
        load.commit({})
    table = pq.read_table(tmp_path / "lake" / parts_of(lake)[0], partitioning=None)
    assert table.column("_row").to_pylist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert table.column("_input").to_pylist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert table.column("value").to_pylist() == [f'{{"id":{n}}}' for n in range(9)]


def test_rejects_are_described_with_their_bytes(store: Store) -> None:
    with begin(store, SHOP, Log(store, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.reject(Reject(7, "not_json", 'Not "JSON".', 'née\n"x"'.encode(), 9))
        load.begin_input("b", "1", {})
        load.reject(Reject(0, "invalid_utf8", "No text.", b"\xff\x00", 2, rows=7))
        made = load.commit({})
    assert parts_of(store) == []
    [key] = parts_of(store, "rejects/")
    assert key == f"rejects/shop/orders/load_seq=1/{load.load_id}-0001.json.gz"
    assert gzip.decompress(content(store, key)).decode() == (
        '{"_row":1,"_part":1,"_input":0,"value":{"reason":"not_json","detail":"Not \\"JSON\\".","position":7,"size":9,'
        '"rows":1,"encoding":"utf-8","raw":"née\\n\\"x\\""}}\n'
        '{"_row":2,"_part":1,"_input":1,"value":{"reason":"invalid_utf8","detail":"No text.","position":0,"size":2,'
        '"rows":7,"encoding":"base64","raw":"/wA="}}\n'
    )
    assert (made.landed, made.rejected) == (0, 2)
    assert [(i.rejects, i.rejected_rows) for i in load.inputs] == [(1, 1), (1, 7)]


# --- the commit tells what is there ---------------------------------------------------------------------------------


@pytest.mark.parametrize("land_as", ["json", "parquet"])
def test_the_commit_describes_its_objects_and_inputs(
    store: Store, read_log: Callable[..., list[list[dict[str, Any]]]], land_as: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "OBJECT_BYTES", 1)
    monkeypatch.setattr(landing, "MAX_TEXT", 10_000_000)
    monkeypatch.setattr("loaders.writers.ParquetWriter._ROW_GROUP", 1)
    stream, size = SHOP.model_copy(update={"land_as": land_as}), 390_000
    with begin(store, stream, Log(store, "shop", "orders"), None) as load:
        for key, count in (("a", 2), ("b", 0), ("c", 3)):
            load.begin_input(key, f"version-{key}", {"part": key})
            load.land([b'{"id":"%s"}' % noise(at)[:size] for at in range(count)])
        load.reject(Reject(0, "not_json", "d", b"x", 1))
        load.reject(Reject(1, "not_json", "d", b"y", 1))
        load.commit({})
    [[head, *lines]] = read_log(store)
    assert (head["landed"], head["rejected"]) == (5, 2)
    inputs = [line for line in lines if line["kind"] == "input"]
    assert [tuple(line.values()) for line in inputs] == [
        ("input", 1, 0, "a", "version-a", '{"part":"a"}', 2, 0, 0, 0, 0, 0, 0),
        ("input", 1, 1, "b", "version-b", '{"part":"b"}', 0, 0, 0, 0, 0, 0, 0),
        ("input", 1, 2, "c", "version-c", '{"part":"c"}', 3, 2, 0, 0, 0, 0, 2),
    ]
    added = [line for line in lines if line["kind"] == "added" and line["content"] != "manifest"]
    suffix = {"json": ".json.gz", "parquet": ".parquet"}[land_as]
    assert [
        (line["object"][-len(suffix) - 5 :], line["content"], line["part"], line["rows"], line["input"])
        for line in added
    ] == [
        ("-0001" + suffix, "records", 1, 2, None),
        ("-0002" + suffix, "records", 2, 3, None),
        ("-0001.json.gz"[-len(suffix) - 5 :], "rejects", 1, 2, None),
    ]
    for line in added:
        stored = content(store, line["object"])
        assert (line["bytes"], line["sha256"]) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert {line["object"] for line in added} == {*parts_of(store), *parts_of(store, "rejects/")}
    longest = {"json": [390_050, 390_050], "parquet": [390_009, 390_009]}[land_as]
    assert [line["longest_line"] for line in added if line["content"] == "records"] == longest


def test_objects_are_closed_when_they_are_full(lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "OBJECT_BYTES", 500_000)
    texts = [noise(seed) for seed in range(7)]
    with begin(lake, SHOP, Log(lake, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        for text in texts:
            load.land([b'{"id":"%s"}' % text])
        load.commit({})
    parts = [[json.loads(line) for line in gzip.decompress(content(lake, k)).splitlines()] for k in parts_of(lake)]
    assert [key[-12:] for key in parts_of(lake)] == ["0001.json.gz", "0002.json.gz", "0003.json.gz", "0004.json.gz"]
    assert [[line["_row"] for line in part] for part in parts] == [[1, 2], [1, 2], [1, 2], [1]]
    assert [line["value"]["id"].encode() for part in parts for line in part] == [text[:60_000] for text in texts]


def test_a_checkpoint_is_stored_beside_the_data(store: Store) -> None:
    with begin(store, SHOP, Log(store, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        key = load.checkpoint({"é": "1"})
        load.commit({"known": key})
    assert key == f"state/shop/orders/load_seq=1/{load.load_id}.json.gz"
    assert json.loads(gzip.decompress(content(store, key))) == {"é": "1"}


def test_the_bytes_of_an_input_are_kept_as_a_file_that_no_warehouse_reads(
    store: Store, read_log: Callable[..., list[list[dict[str, Any]]]]
) -> None:
    with begin(store, SHOP, Log(store, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        load.begin_input("b", "1", {})
        load.keep(b"id\r\n2\xe9", ".csv")
        load.land([b'{"id":2}'])
        load.commit({})
    [[head, *lines]] = read_log(store)
    key = f"files/shop/orders/load_seq=1/{load.load_id}-0001.csv"
    assert content(store, key) == b"id\r\n2\xe9"
    [file] = [line for line in lines if line["kind"] == "added" and line["content"] == "file"]
    digest = "028a7e14c710435fbede53e2ba3e2df95c2e9202065f41cf491d719008da108e"
    assert (file["object"], file["input"], file["rows"], file["bytes"]) == (key, 1, 0, 6)
    assert (file["sha256"], head["landed"]) == (digest, 2)
    assert parts_of(store, "files/") == [key]
    manifests = [line["object"] for line in lines if line.get("content") == "manifest"]
    assert manifests == [f"manifests/{key[6:-9]}-records.json.gz.manifest"] * store.url.startswith("s3://")


def test_a_file_of_a_load_that_is_broken_off_is_not_left(store: Store) -> None:
    with begin(store, SHOP, Log(store, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.keep(b"id", ".csv")
        assert len(parts_of(store, "files/")) == 1
    assert parts_of(store, "") == []


def test_a_load_that_follows_another_takes_the_next_number(lake: Store) -> None:
    _, first = loaded(lake, SHOP, b'{"id":1}')
    with begin(lake, SHOP, Log(lake, "shop", "orders"), first) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":2}'])
        assert load.commit({}).load_seq == 2
    assert parts_of(lake)[1] == f"raw/shop/orders/load_seq=2/{load.load_id}-0001.json.gz"


# --- what a warehouse may be unable to hold ---------------------------------------------------------------------------


@pytest.mark.parametrize("land_as", ["json", "parquet"])
def test_long_records_have_objects_of_their_own(
    lake: Store, read_log: Callable[..., list[list[dict[str, Any]]]], land_as: str
) -> None:
    def texts(size: int, *, each: int = 9_990) -> bytes:
        """A document of so many bytes, made of texts of so many."""
        whole = b",".join([b'"%s"' % (b"x" * each)] * (size // (each + 3)))
        return b'{"id":[%s,"%s"]}' % (whole, b"x" * (size - len(whole) - 12))

    documents = [texts(size) for size in (10_100, 64_000, 66_000, 3_998_000, 4_000_000)]
    documents += [b'{"id":"%s"}' % (b"x" * 65_535), b'{"id":"%s"}' % ("é" * 32_768).encode()]
    documents += [b'{"id":"%s"}' % (b"\\u00e9" * 32_767), b'{"id":"%s"}' % (b"\\u00e9" * 32_768)]
    with begin(lake, SHOP.model_copy(update={"land_as": land_as}), Log(lake, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":0}'])
        load.begin_input("b", "1", {})
        load.land(documents)
        load.reject(Reject(0, "not_json", "d", b"x" * 65_535, 65_535))
        load.reject(Reject(1, "not_json", "d", b"x" * 65_536, 65_536))
        load.commit({})
    [[_, *lines]] = read_log(lake)
    told = ("rows", "longest_line", "longest_text", "input")
    found = {
        f"{line['object'].split('/')[0]}-{line['object'].split('-')[-1]}": tuple(line[name] for name in told)
        for line in lines
        if line["kind"] == "added"
    }
    # the envelope takes 40 bytes, and one more for the line's end; all objects but one are shared
    alone = {"0002": (1, 4_000_041, 0, 1), "0003": (1, 65_586, 65_536, 1), "0004": (1, 196_658, 65_536, 1)}
    assert found == {
        "rejects-0001.json.gz": (1, 65_673, 0, None),
        "rejects-0002.json.gz": (1, 65_674, 65_536, 1),
        **{
            "json": {"raw-0001.json.gz": (7, 3_998_041, 0, None)}
            | {f"raw-{name}.json.gz": told for name, told in alone.items()},
            "parquet": {"raw-0001.parquet": (3, 64_000, 0, None), "raw-0005.json.gz": (4, 3_998_041, 0, None)}
            | {f"raw-{name}.json.gz": told for name, told in alone.items()},
        }[land_as],
    }


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        ([], 0),
        ([b"|" * 1_000_000], 1_000_000),
        ([b"|" * 1_000_001], 2_000_002),
        ([b"x" * 3_999_999 + b"|"], 4_000_001),
        ([b"|" * 4_000_001], 4_000_001),
        ([b"x" * 3_000_000, b"|" * 2_000_000, b"x"], 4_000_000),
    ],
)
def test_copy_counts_pipes_twice(lines: list[bytes], size: int) -> None:
    assert copied_size(lines) == size


@pytest.mark.parametrize("land_as", ["json", "parquet"])
def test_a_record_that_is_too_long_by_its_pipes_takes_no_neighbor_along(
    lake: Store, read_log: Callable[..., list[list[dict[str, Any]]]], land_as: str
) -> None:
    document = b'{"id":[%b]}' % b",".join([b'"%b"' % (b"|" * 9_997)] * 210)
    assert (len(document), document.count(b"|")) == (2_100_008, 2_099_370)
    with begin(lake, SHOP.model_copy(update={"land_as": land_as}), Log(lake, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":0}', memoryview(document), b'{"id":1}'])
        load.commit({})
    [[_, *lines]] = read_log(lake)
    found = [(line["rows"], line["longest_line"]) for line in lines if line["kind"] == "added"]
    # its bytes, its pipes once more, and the envelope
    assert sorted(found) == [(1, 2_100_008 + 2_099_370 + 41), (2, {"json": 49, "parquet": 8}[land_as])]


def test_a_repaired_record_is_as_long_as_its_line(lake: Store, read_log: Callable[..., list[list[Any]]]) -> None:
    long = Repaired(b'{"id":"%s"}' % (b"x" * 2_000_000))
    long.verbatim = b'{"id":"%s"}' % (b"\\" * 2_000_000)
    with begin(lake, SHOP, Log(lake, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([long, b'{"id":1}'])
        load.commit({})
    [[_, *lines]] = read_log(lake)
    assert [(line["rows"], line["longest_line"] > 6_000_000) for line in lines if line["kind"] == "added"] == [
        (1, True),
        (1, False),
    ]


def test_a_lake_in_s3_lists_its_objects_for_copy(
    bucket: str, read_log: Callable[..., list[list[dict[str, Any]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "OBJECT_BYTES", 1)
    lake = open_store(f"s3://{bucket}/lake")
    with begin(lake, SHOP, Log(lake, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":"%s"}' % noise(1)])
        load.land([b'{"id":"%s"}' % noise(2)])
        load.land([b'{"id":"%s"}' % (b"x" * 65_536)])
        load.reject(Reject(0, "not_json", "d", b"x", 1))
        load.commit({})
    place = f"shop/orders/load_seq=1/{load.load_id}"
    [[_, *lines]] = read_log(lake)
    size = {line["object"]: line["bytes"] for line in lines if line["kind"] == "added"}
    assert [key for key in size if key.startswith("manifests/")] == [
        f"manifests/{place}-records.json.gz.manifest",
        f"manifests/{place}-rejects.json.gz.manifest",
    ]
    told = {key: json.loads(content(lake, key)) for key in size if key.startswith("manifests/")}
    url = f"s3://{bucket}/lake"
    raw, rejects = f"raw/{place}", f"rejects/{place}"
    assert [*told.values()] == [
        {
            "entries": [
                {"url": f"{url}/{key}", "mandatory": True, "meta": {"content_length": size[key]}}
                for key in (f"{raw}-0001.json.gz", f"{raw}-0002.json.gz")
            ]
        },
        {
            "entries": [
                {
                    "url": f"{url}/{rejects}-0001.json.gz",
                    "mandatory": True,
                    "meta": {"content_length": size[f"{rejects}-0001.json.gz"]},
                }
            ]
        },
    ]


# --- nothing is left of what did not commit -------------------------------------------------------------------------


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("land_as", ["json", "parquet"])
def test_a_load_that_is_broken_off_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], land_as: str
) -> None:
    monkeypatch.setattr(landing, "OBJECT_BYTES", 1)
    monkeypatch.setattr("loaders.writers.ParquetWriter._ROW_GROUP", 1)
    stream = SHOP.model_copy(update={"land_as": land_as})
    with pytest.raises(error), begin(store, stream, Log(store, "shop", "orders"), None) as load:  # noqa: PT012
        load.begin_input("a", "1", {})
        load.land([b'{"id":"%s"}' % noise(1)])
        assert len(parts_of(store)) == 1
        load.land([b'{"id":1}'])
        load.reject(Reject(0, "not_json", "d", b"x", 1))
        load.checkpoint({})
        raise error
    assert keys_of(store) == []
    assert list(store.scratch.iterdir()) == []


def test_a_load_that_never_commits_leaves_nothing(lake: Store) -> None:
    with begin(lake, SHOP, Log(lake, "shop", "orders"), None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
    assert keys_of(lake) == []
    assert list(lake.scratch.iterdir()) == []


def no_space(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("land_as", ["json", "parquet"])
@pytest.mark.parametrize("step", ["write", "close", "put"])
def test_a_full_disk_is_told_and_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str, land_as: str
) -> None:
    def failing_put(key: str, data: bytes | Path) -> None:
        raise ConfigurationError(f"{store.scratch}: No space left on device; free space there and run again")

    stream = SHOP.model_copy(update={"land_as": land_as})
    before = sorted(store.scratch.iterdir())
    log = Log(store, "shop", "orders")
    with pytest.raises(ConfigurationError) as caught, begin(store, stream, log, None) as load:  # noqa: PT012
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        load.reject(Reject(0, "not_json", "d", b"x", 1))
        if step == "put":
            monkeypatch.setattr(store, "put", failing_put)
        else:
            monkeypatch.setattr(load._parts["records"].writer, step, no_space)
        load.land([b'{"id":2}'])
        load.commit({})
    assert str(caught.value) == f"{store.scratch}: No space left on device; free space there and run again"
    assert keys_of(store) == []
    assert sorted(store.scratch.iterdir()) == before


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_scratch_directory_that_takes_nothing_needs_another_permission(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def denied(*_: Any) -> None:
        raise OSError(number, "no", f"{store.scratch}/1")

    log = Log(store, "shop", "orders")
    with pytest.raises(ConfigurationError) as caught, begin(store, SHOP, log, None) as load:  # noqa: PT012
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        monkeypatch.setattr(load._parts["records"].writer, "write", denied)
        load.land([b'{"id":2}'])
    assert str(caught.value) == f"{store.scratch}/1: no; change its permission and run again"


def test_a_scratch_disk_that_is_really_full_is_told(tmp_path: Path) -> None:
    lake = open_store(str(tmp_path / "lake"))
    told = r"lake/\.scratch: No space left on device; free space"
    log = Log(lake, "shop", "orders")
    with pytest.raises(ConfigurationError, match=told) as caught, begin(lake, SHOP, log, None) as load:  # noqa: PT012
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        writer: Any = load._parts["records"].writer
        writer._file.close()
        writer._file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115
        load.commit({})
    writer._file.close()
    assert "\n" not in str(caught.value)
    assert keys_of(lake) == []
    assert list(lake.scratch.iterdir()) == []


def test_memory_does_not_follow_the_input(tmp_path: Path) -> None:
    peaks = []
    for land_as in ("json", "parquet"):
        lake = open_store(str(tmp_path / land_as))
        stream = SHOP.model_copy(update={"land_as": land_as})
        with begin(lake, stream, Log(lake, "shop", "orders"), None) as load:
            load.begin_input("a", "1", {})
            tracemalloc.start()
            for _ in range(60):  # 60 MB
                load.land([b'{"id":1,"text":"%s"}' % (b"x" * 10_000)] * 100)
            peaks.append(tracemalloc.get_traced_memory()[1] >> 20)
            tracemalloc.stop()
            load.commit({})
    assert peaks[0] < 12
    assert peaks[1] < 40  # a row group of 16 MB and its copies
