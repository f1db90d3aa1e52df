"""Rejects that go out to be mended and come back: whole, once, and never at the cost of anything else."""

import gzip
import io
import json
import subprocess
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from loaders import rejects
from loaders.errors import ConcurrentLoadError, ConfigurationError
from loaders.lake import Store, open_store
from loaders.landing import begin
from loaders.log import Commit, Log
from loaders.readers.reject import Reject
from loaders.rejects import withdrawn_inputs
from loaders.sources import files
from loaders.sources.drop import FileDrop

ReadLog = Callable[..., list[list[dict[str, Any]]]]
Place = Callable[[str], str]
Headwater = Callable[..., Result]

JANUARY, FEBRUARY = "art/2019/1/ratings.csv", "art/2019/2/ratings.csv"
SOURCES = """\
sources:
  - name: learning
    tables:
      - name: ratings
        config: {meta: {loader: files, location: drop/, format: csv, keys: "{degree}/{year}/{month}/ratings.csv"}}
  - name: shop
    tables:
      - name: orders
        config: {meta: {loader: files, location: drop/, format: json, keys: "orders/{object}", record_key: id}}
"""


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


@pytest.fixture
def source(tmp_path: Path) -> Store:
    (tmp_path / "drop").mkdir()
    return open_store(str(tmp_path / "drop"))


def ratings(at: Store, **options: Any) -> FileDrop:
    fields = {"source": "learning", "name": "ratings", "loader": "files", "format": "csv", "location": at.url}
    keys = "{degree}/{year}/{month}/ratings.csv"
    return FileDrop.model_validate({**fields, "keys": keys, "record_key": "user_id", **options})


def orders(at: Store) -> FileDrop:
    return ratings(at, source="shop", name="orders", format="json", keys="orders/{object}", record_key="id")


def load(lake: Store, drop: FileDrop) -> list[Commit]:
    return list(files.load(lake, drop, None, None))


def content(store: Store, key: str) -> bytes:
    return b"".join(store.chunks(key))


def envelopes(lake: Store, folder: str) -> dict[str, Any]:
    """The values below a folder by the name of their record: JSON as it is parsed, Parquet as text."""
    found = {}
    for key in (entry.key for entry in lake.entries(folder)):
        data = content(lake, key)
        if key.endswith(".parquet"):
            lines = pq.read_table(io.BytesIO(data)).to_pylist()
        else:
            lines = [json.loads(line) for line in gzip.decompress(data).splitlines()]
        found.update({f"{key}#{line['_row']}": line["value"] for line in lines})
    return found


def told(record: str, **more: Any) -> dict[str, Any]:
    """A reject as the warehouse tells of it."""
    stream = ".".join(record.split("/")[1:3])
    why = {"reason": "cast_failed", "expected": "something else"}
    return {"stream": stream, "record": record, "input": JANUARY, "line": None, "field": None, **why, **more}


def export(lake: Store, *records: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in rejects.export(lake, map(told, records))]


def replay(lake: Store, drop: FileDrop, *lines: dict[str, Any]) -> tuple[Commit | None, list[str]]:
    """What is committed, and what is refused, as `<record>: <why>`."""
    refused: list[str] = []
    mended = rejects.read_mended("\n".join(map(json.dumps, lines)).encode(), "mended")
    return rejects.replay(lake, drop, mended, refused.append).commit, refused


def loaded(lake: Store, source: Store, *rows: bytes, **options: Any) -> tuple[FileDrop, list[dict[str, Any]]]:
    """Loads a file of these rows; gives its stream and the lines for what was rejected."""
    drop = ratings(source, **options)
    source.put(JANUARY, b"\n".join([b"user_id,rating", *rows, b""]))
    load(lake, drop)
    return drop, export(lake, *envelopes(lake, "rejects/learning/"))


def values(lake: Store, load_seq: int) -> list[Any]:
    return [v for folder in ("learning/ratings", "shop/orders") for v in of_load(lake, folder, load_seq)]


def of_load(lake: Store, stream: str, load_seq: int) -> list[Any]:
    return list(envelopes(lake, f"raw/{stream}/load_seq={load_seq}/").values())


def lines_of(commit: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in commit if line["kind"] == kind]


# --- out ------------------------------------------------------------------------------------------------------------


def test_records_go_out_whole(store: Store, place: Place) -> None:
    source = open_store(place("drop"))
    source.put(JANUARY, b'user_id,"rating"\n1,5\n2\n3,"4"\n\xff\x00,1\n')
    source.put(
        "orders/a", b'{"id" : 1.50,"x":12345678901234567890123,"e":1e400}\n{"id":7,"t":"\\u00e9"}{"id":2,\n"x":tru}'
    )
    load(store, ratings(source))
    load(store, orders(source))
    [row, other] = envelopes(store, "raw/learning/")
    [document, second] = envelopes(store, "raw/shop/")
    [short, binary] = envelopes(store, "rejects/learning/")
    [broken] = envelopes(store, "rejects/shop/")
    asked = [told(binary, reason="invalid_encoding", line=5, expected=None), told(second), told(short), told(document)]
    asked += [told(other, field="rating"), told(row, field="user_id"), told(broken)]
    lines = list(rejects.export(store, asked))
    assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in lines)
    found = [json.loads(line) for line in lines]
    # in the order of the warehouse by object, and within an object as they lie there
    assert [line["record"] for line in found] == [short, binary, document, second, row, other, broken]
    assert found[1] == {
        "stream": "learning.ratings",
        "record": binary,
        "input": JANUARY,
        "line": 5,
        "reason": "invalid_encoding",
        "header": 'user_id,"rating"',
        "raw": "\ufffd\0,1",
    }
    assert (found[0]["header"], found[0]["raw"]) == ('user_id,"rating"', "2")
    assert found[4]["value"] == {"user_id": "1", "rating": "5"}
    assert (found[4]["field"], found[4]["expected"], "raw" in found[4]) == ("user_id", "something else", False)
    assert (found[6]["raw"], "header" in found[6], "value" in found[6]) == ('{"id":2,\n"x":tru}', False, False)
    assert lines[2].endswith(b',"value":{"id" : 1.50,"x":12345678901234567890123,"e":1e400}}\n')
    assert lines[3].endswith(b',"value":{"id":7,"t":"\\u00e9"}}\n')


def test_a_record_that_is_wrong_twice_goes_out_once(lake: Store, source: Store) -> None:
    loaded(lake, source, b"1,5")
    [record] = envelopes(lake, "raw/")
    found = list(rejects.export(lake, [told(record, field="user_id"), told(record, field="rating")]))
    assert len(found) == 1


def test_records_that_are_gone_do_not_go_out(lake: Store, source: Store) -> None:
    drop, _ = loaded(lake, source, b"1,5", b"2")
    source.put(FEBRUARY, b"user_id,rating\n3,5\n4\n")
    load(lake, drop)
    rows, unread = list(envelopes(lake, "raw/")), list(envelopes(lake, "rejects/"))
    beyond = [f"{record.partition('#')[0]}#2" for record in (rows[0], unread[0])]
    for record in (rows[1], unread[1]):
        lake.delete(record.partition("#")[0])
    assert [line["record"] for line in export(lake, *rows, *unread, *beyond)] == [rows[0], unread[0]]
    assert export(lake, *beyond) == []
    assert export(lake) == []


# --- and back -------------------------------------------------------------------------------------------------------


def test_what_was_mended_lands_under_the_input_it_came_from(store: Store, place: Place, read_log: ReadLog) -> None:
    source = open_store(place("drop"))
    drop = ratings(source)
    source.put(JANUARY, b"user_id,rating\n1,5\n2\n3,4\n4,4,4\n")
    source.put(FEBRUARY, b"user_id,rating\n5,bad\n6\n")
    [first] = load(store, drop)
    one, two, three = export(store, *envelopes(store, "rejects/"))
    cast = export(store, *(record for record, value in envelopes(store, "raw/").items() if "bad" in value))[0]
    lines = [{**one, "raw": "2,3"}, {**cast, "value": {"user_id": "5", "rating": "1"}}, {**two, "raw": '4,"4"'}]
    made, refused = replay(store, drop, *lines, {**three, "raw": "6,2\n7,2"})
    assert refused == []
    assert made is not None
    assert (made.load_seq, made.landed, made.rejected, made.landed_total, made.rejected_total) == (2, 5, 0, 8, 3)
    assert values(store, 2) == [
        '{"user_id":"2","rating":"3"}',
        '{"user_id":"4","rating":"4"}',
        '{"user_id": "5", "rating": "1"}',
        '{"user_id":"6","rating":"2"}',
        '{"user_id":"7","rating":"2"}',
    ]
    loads = read_log(store, "learning", "ratings")
    before, after = (lines_of(commit, "input") for commit in loads)
    assert after == [
        {**before[0], "load_seq": 2, "rows": 2, "rejects": 0, "replays": 2, "rejected_rows": 0},
        {**before[1], "load_seq": 2, "rows": 3, "rejects": 0, "replays": 2, "rejected_rows": 0},
    ]
    assert after[0]["key"] == JANUARY
    assert after[0]["params"] == '{"degree":"art","year":"2019","month":"1"}'
    assert [line["record"] for line in lines_of(loads[1], "resolved")] == [
        *(line["record"] for line in (one, two, cast, three))
    ]
    assert lines_of(loads[0], "resolved") == []
    assert [line["kind"] for line in loads[1] if line["kind"] in {"removed", "load"}] == ["load"]
    # and it is as if there had been no replay to all that is new
    assert made.state == first.state
    assert load(store, drop) == []
    source.put("art/2019/3/ratings.csv", b"user_id,rating\n8,1\n")
    source.put(JANUARY, b"user_id,rating\n1,5\n2,2\n3,4\n4,4\n")
    [third] = load(store, drop)
    assert (third.load_seq, third.landed, third.landed_total) == (3, 5, 13)
    assert load(store, drop) == []


def test_a_value_lands_as_it_is_spelled(lake: Store, source: Store) -> None:
    drop = orders(source)
    source.put("orders/a", b'{"id":1,"price":"?"}{"id":2')
    load(lake, drop)
    [record], [unread] = envelopes(lake, "raw/"), envelopes(lake, "rejects/")
    text = '{"id":12345678901234567890123,"price":1.50,"e":-1E400, "t" : "\\u00e9\\/é","e":0}'
    start = json.dumps({"stream": "shop.orders", "record": record})[:-1]
    data = f'{start}, "value" : {text} }}\n'.encode()
    data += json.dumps({"stream": "shop.orders", "record": unread, "raw": '{"id": 2}{"id":3}'}).encode()
    made = rejects.replay(lake, drop, rejects.read_mended(data, "mended"), pytest.fail).commit
    assert made is not None
    assert made.landed == 3
    [key] = [entry.key for entry in lake.entries("raw/shop/orders/load_seq=2/")]
    assert gzip.decompress(content(lake, key)).decode().splitlines() == [
        f'{{"_row":1,"_part":1,"_input":0,"value":{text}}}',
        '{"_row":2,"_part":1,"_input":0,"value":{"id": 2}}',
        '{"_row":3,"_part":1,"_input":0,"value":{"id":3}}',
    ]


def test_a_file_that_was_refused_as_a_whole_comes_back_as_a_whole(lake: Store, source: Store) -> None:
    drop = ratings(source, required_columns=["user_id", "rating"])
    source.put(JANUARY, b"1,5\r\n2,4\r\n")
    source.put(FEBRUARY, b"")
    load(lake, drop)
    no_header, empty = export(lake, *envelopes(lake, "rejects/"))
    assert (no_header["raw"], empty["raw"]) == ("1,5\r\n2,4\r\n", "")
    made, refused = replay(lake, drop, {**no_header, "raw": f"user_id,rating\r\n{no_header['raw']}"}, empty)
    assert values(lake, 2) == ['{"user_id":"1","rating":"5"}', '{"user_id":"2","rating":"4"}']
    assert refused == []  # the other is as it was
    assert made is not None
    assert made.landed == 2
    assert [line["record"] for line in Log(lake, "learning", "ratings").lines("resolved")] == [no_header["record"]]


def test_what_still_cannot_be_read_is_refused_and_the_others_land(
    lake: Store, source: Store, read_log: ReadLog
) -> None:
    drop, (one, two, three, four) = loaded(lake, source, b"1", b"2", b"3", b"4")
    lines = [{**one, "raw": "1 "}, {**two, "raw": "2,4"}, {**three, "raw": "3,3\n3"}, {**four, "raw": "\n"}]
    made, refused = replay(lake, drop, *lines)
    assert made is not None
    assert values(lake, 2) == ['{"user_id":"2","rating":"4"}']
    assert refused == [
        f"{one['record']}: it still cannot be read: wrong_column_count, 1 cells, expected 2",
        f"{three['record']}: it still cannot be read: wrong_column_count, 1 cells, expected 2",
        f"{four['record']}: it holds no record",
    ]
    assert replay(lake, drop, one) == (None, [])
    assert len(read_log(lake, "learning", "ratings")) == 2
    made, refused = replay(lake, drop, {**one, "raw": "1,1"}, two, {**three, "raw": "3,3"})
    assert made is not None
    assert (made.load_seq, values(lake, 3)) == (3, ['{"user_id":"1","rating":"1"}', '{"user_id":"3","rating":"3"}'])
    assert refused == [f"{two['record']}: it is resolved by an earlier replay"]


def test_what_nobody_changed_stays_a_reject(lake: Store, source: Store) -> None:
    """Not even where it could be read now: values, rows, bytes that are no text, a NUL, a file refused whole."""
    drop = orders(source)
    source.put("orders/a", b'{"id":1,"price":"?"}{"id":2,"price":"!"}\n{"id":"\xff"}\0{"id":3,')
    load(lake, drop)
    lines = export(lake, *envelopes(lake, "raw/"), *envelopes(lake, "rejects/"))
    assert len(lines) == 5
    mended = rejects.read_mended("\n".join(map(json.dumps, lines)).encode(), "mended")
    done = rejects.replay(lake, drop, mended, pytest.fail)
    assert (done.commit, done.mended, done.unchanged) == (None, 0, 5)
    lines[1]["value"] = {"id": 2, "price": "3"}
    mended = rejects.read_mended("\n".join(map(json.dumps, lines)).encode(), "mended")
    done = rejects.replay(lake, drop, mended, pytest.fail)
    assert (done.mended, done.unchanged, values(lake, 2)) == (1, 4, [{"id": 2, "price": "3"}])


def test_bytes_that_are_no_text_never_land_as_a_mark(lake: Store, source: Store) -> None:
    drop = orders(source)
    source.put("orders/a", '{"id":"caf\ufffd '.encode() + b'\xe9"}')
    load(lake, drop)
    [line] = export(lake, *envelopes(lake, "rejects/"))
    assert line["raw"] == '{"id":"caf\ufffd \ufffd"}'
    why = "it still has \ufffd for bytes that are no text; write what should stand there"
    assert replay(lake, drop, {**line, "raw": line["raw"] + " "}) == (None, [f"{line['record']}: {why}"])
    made, refused = replay(lake, drop, {**line, "raw": '{"id":"caf\ufffd \u00e9"}'})
    assert (made is not None, refused, values(lake, 2)) == (True, [], [{"id": "caf\ufffd \u00e9"}])


def test_one_record_of_a_large_object_takes_little_memory(lake: Store, source: Store) -> None:
    """The object has 64 MB, unpacked, in either format."""
    text = "x" * 16_000
    source.put("orders/a", b"\n".join(b'{"id":%d,"t":"%b"}' % (n, text.encode()) for n in range(4000)))
    source.put(JANUARY, b"user_id,rating\n" + b"".join(b"%d,%b\n" % (n, text.encode()) for n in range(4000)))
    for drop in (orders(source), ratings(source)):
        load(lake, drop)
    keys = [entry.key for entry in lake.entries("raw/")]
    records = [f"{key}#{row}" for key in keys for row in (1, 7)]
    tracemalloc.start()
    lines = export(lake, *records)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(lines) == 4
    assert peak < 16 << 20


@pytest.mark.parametrize("value", [7, "text", "[]", [], [1], False])
def test_a_value_that_is_no_document_is_refused(lake: Store, source: Store, value: object) -> None:
    drop, _ = loaded(lake, source, b"1,5")
    [record] = envelopes(lake, "raw/")
    made, [why] = replay(lake, drop, {**told(record), "value": value})
    assert made is None
    assert why.startswith(f"{record}: it still cannot be read: not_json, ") or why == f"{record}: it holds no record"


def test_a_record_comes_back_once(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop, [one, two] = loaded(lake, source, b"1", b"2")
    told_so = "it is resolved by an earlier replay"
    line = {**one, "raw": "1,5"}
    made, refused = replay(lake, drop, line, {**one, "raw": "1,4"})
    assert made is not None
    assert (made.landed, refused) == (1, [f"{one['record']}: {told_so}"])
    assert replay(lake, drop, line) == (None, [f"{one['record']}: {told_so}"])
    made, refused = replay(lake, drop, line, {**two, "raw": "2,5"})
    assert made is not None
    assert (made.landed, refused) == (1, [f"{one['record']}: {told_so}"])
    assert replay(lake, drop, {**two, "raw": "2,5"}) == (None, [f"{two['record']}: {told_so}"])
    assert len(read_log(lake, "learning", "ratings")) == 3


def test_what_came_back_can_be_mended_again(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop, [one] = loaded(lake, source, b"1")
    replay(lake, drop, {**one, "raw": "1,five"})
    [record] = envelopes(lake, "raw/learning/ratings/load_seq=2/")
    [line] = export(lake, record)
    assert line["value"] == {"user_id": "1", "rating": "five"}
    made, refused = replay(lake, drop, {**line, "value": {"user_id": "1", "rating": "5"}})
    assert refused == []
    assert made is not None
    inputs = [line for commit in read_log(lake, "learning", "ratings") for line in lines_of(commit, "input")]
    assert len({(line["key"], line["version"], line["params"]) for line in inputs}) == 1
    assert [line["replays"] for line in inputs] == [0, 1, 1]


def test_a_record_that_repeats_its_key_can_be_mended(lake: Store, source: Store) -> None:
    drop = orders(source)
    source.put("orders/a", b'{"id":1,"id":2}')
    load(lake, drop)
    [one] = export(lake, *envelopes(lake, "rejects/"))
    assert one["raw"] == '{"id":1,"id":2}'
    made, refused = replay(lake, drop, {**one, "raw": '{"id":1,"id":3}'})
    told = "it still cannot be read: repeated_key, the document has 'id' more than once"
    assert (made, refused) == (None, [f"{one['record']}: {told}; expected it once, to tell records apart by"])
    made, refused = replay(lake, drop, {**one, "raw": '{"id":3}'})
    assert (refused, values(lake, 2)) == ([], [{"id": 3}])


def test_what_is_withdrawn_is_as_if_it_had_not_come(lake: Store, source: Store, tmp_path: Path) -> None:
    """A version that is taken back is not mended, and that before it can be again."""
    drop, [one] = loaded(lake, source, b"1")
    source.put(JANUARY, b"user_id,rating\n1,5\n3\n")
    load(lake, drop)
    two = export(lake, *envelopes(lake, "rejects/learning/ratings/load_seq=2/"))[0]
    seed = tmp_path / "withdrawn_inputs.csv"
    lines = [f"learning.ratings,{JANUARY},2,another's", f"learning.others,{JANUARY},1,another stream"]
    seed.write_text("\n".join(["stream,input_key,load_seq,reason", *lines]))
    withdrawn = withdrawn_inputs(seed, drop)
    assert withdrawn == {(JANUARY, 2)}
    refused: list[str] = []
    mended = [json.dumps({**told, "raw": raw}) for told, raw in ((one, "1,1"), (two, "3,3"))]
    read = rejects.read_mended("\n".join(mended).encode(), "mended")
    done = rejects.replay(lake, drop, read, refused.append, withdrawn)
    assert (done.mended, values(lake, 3)) == (1, ['{"user_id":"1","rating":"1"}'])
    assert [told.partition(":")[0] for told in refused] == [two["record"]]
    seed.write_text("stream,key\na,b\n")
    with pytest.raises(ConfigurationError, match="expected the header stream,input_key,load_seq,reason"):
        withdrawn_inputs(seed, drop)
    seed.write_text(f"stream,input_key,load_seq,reason\nlearning.ratings,{JANUARY},two,another's\n")
    with pytest.raises(ConfigurationError, match=r"load_seq 'two' of .*; expected the number of a load"):
        withdrawn_inputs(seed, drop)


def test_an_input_that_came_again_since_is_left_alone(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop, [one] = loaded(lake, source, b"1")
    source.put(FEBRUARY, b"user_id,rating\n2\n")
    load(lake, drop)
    two = export(lake, *envelopes(lake, "rejects/learning/ratings/load_seq=2/"))[0]
    source.put(JANUARY, b"user_id,rating\n1,5\n3\n")
    load(lake, drop)
    made, refused = replay(lake, drop, {**one, "raw": "1,1"}, {**two, "raw": "2,2"})
    assert made is not None
    assert values(lake, 4) == ['{"user_id":"2","rating":"2"}']
    assert refused == [
        f"{one['record']}: '{JANUARY}' has come again since, as a whole, or is withdrawn; see what `headwater rejects` "
        "lists of that"
    ]
    # what is wrong with it now can be mended
    three = export(lake, *envelopes(lake, "rejects/learning/ratings/load_seq=3/"))[0]
    made, refused = replay(lake, drop, {**three, "raw": "3,3"})
    assert made is not None
    assert (made.landed, refused) == (1, [])


NAMES = [
    "",
    "#",
    "#1",
    "../x#1",
    "raw/a/b/c/d#x",
    "raw/a/b/c/d#1",
    "raw/learning/ratings/load_seq=x/a.parquet#1",
    "raw/learning/ratings/load_seq=99/a.parquet#1",
    "raw/learning/ratings/load_seq=999999999999/a.json.gz#1",
    "raw/learning/ratings/load_seq=" + "9" * 5000 + "/a.json.gz#1",
    "raw/learning/ratings/load_seq=1/\0#1",
    "raw/learning/ratings/load_seq=1/..#1",
    "raw/../load_seq=1/../secret.json.gz#1",
    "raw/learning/ratings/load_seq=1/left.json.gz#1",
    "state/learning/ratings/load_seq=1/a.json.gz#1",
    "log/learning/ratings/999999999998.json#1",
    "{record}#1",
    "{record}\n",
    " {record}",
    "{object}",
    "{object}#",
    "{object}#0",
    "{object}#-1",
    "{object}#01",
    "{object}#1.0",
    "{object}#\N{ARABIC-INDIC DIGIT ONE}",
    "{object}#2",
    "{object}#999999999999999999",
    "{object}#" + "9" * 5000,
    "{row_object}#3",
    "{row_object}#999999999999999999",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:50].encode("unicode_escape").decode())
def test_a_record_that_there_is_not_is_refused(lake: Store, source: Store, read_log: ReadLog, name: str) -> None:
    drop, [one] = loaded(lake, source, b"1,5", b"2", b"3,5")
    # which no commit lists, or which lies elsewhere
    lake.put("raw/learning/ratings/load_seq=1/left.json.gz", gzip.compress(b'{"_row":1,"_input":0,"value":{}}'))
    open_store(lake.url + "/..").put("secret.json.gz", gzip.compress(b'{"_row":1,"_input":0,"value":{}}'))
    row, *_ = envelopes(lake, "raw/learning/ratings/load_seq=1/")
    parts = {"record": one["record"], "object": one["record"][:-2], "row_object": row[:-2]}
    record = name.format(**parts)
    made, refused = replay(lake, drop, {**one, "record": record, "raw": "2,5"})
    assert made is None
    assert refused == [f"{record}: learning.ratings has no such record; expected one that `headwater rejects` lists"]
    assert len(read_log(lake, "learning", "ratings")) == 1


def test_a_record_of_another_stream_is_refused(lake: Store, source: Store, read_log: ReadLog) -> None:
    _, [one] = loaded(lake, source, b"1")
    load(lake, ratings(source, name="copies"))  # the very same input
    made, refused = replay(lake, ratings(source, name="copies"), {**one, "raw": "1,5"})
    assert made is None
    assert refused == [
        f"{one['record']}: learning.copies has no such record; expected one that `headwater rejects` lists"
    ]
    assert len(read_log(lake, "learning", "copies")) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"",
        b"[]",
        b"7",
        b'"text"',
        b"{",
        b'{"stream":"a.b","record":"c"} {}',
        b'{"record":"c","raw":"d"}',
        b'{"stream":"a.b","raw":"d"}',
        b'{"stream":"a.b","record":"c"}',
        b'{"stream":"a.b","record":"c","raw":null,"value":null}',
        b'{"stream":"a.b","record":"c","raw":"d","value":{}}',
        b'{"stream":"a.b","record":"c","raw":7}',
        b'{"stream":"a.b","record":7,"raw":"d"}',
        b'{"stream":"a.b","record":"c","raw":"d","header":["a"]}',
        b'{"stream":"a.b","record":"c","raw":"\xff"}',
        b'{"stream":"a.b","record":"c","value":{"x":NaN}}',
        b'{"stream":"a.b","record":"c","value":' + b"[" * 100_000,
    ],
    ids=lambda line: line[:60].decode("ascii", "replace"),
)
def test_a_line_that_is_none_is_told_with_its_place(line: bytes) -> None:
    good = b'{"stream":"a.b","record":"c","raw":"","note":"of mine"}\r\n'
    with pytest.raises(ConfigurationError) as caught:
        rejects.read_mended(good + line + b"\n" + good, "dir/mended.ndjson")
    message = str(caught.value)
    assert message.startswith("dir/mended.ndjson, line 2: ")
    assert message.endswith(
        "; expected an object with stream, record, and raw or value, as `headwater rejects --export` writes it"
    )
    assert "\n" not in message


def test_lines_may_end_as_an_editor_ends_them() -> None:
    lines = [
        b'{"stream":"a.b","record":"c","raw":"d\xe2\x80\xa8"}',
        b' {"raw":null,"value":{},"stream":"a","record":"e"} ',
    ]
    for data in (b"\n".join(lines), b"\r\n".join([*lines, b""])):
        one, two = rejects.read_mended(data, "mended")
        assert (one.record, one.raw, two.stream, bytes(two.value)) == ("c", "d\u2028", "a", b"{}")
    assert rejects.read_mended(b"", "mended") == []


def test_a_row_comes_back_in_the_encoding_of_people(lake: Store, source: Store) -> None:
    drop = ratings(source, encoding="windows-1252", delimiter=";")
    source.put(JANUARY, b"user_id;caf\xe9\n1;\x80\n2;\x81\n")
    load(lake, drop)
    [one] = export(lake, *envelopes(lake, "rejects/"))
    assert one["header"] == "user_id;café"
    assert one["raw"].startswith("2;\ufffd")
    made, refused = replay(lake, drop, {**one, "raw": "2;é€日本\U0001f600"})
    assert refused == []
    assert made is not None
    assert values(lake, 1) + values(lake, 2) == [
        '{"user_id":"1","café":"€"}',
        '{"user_id":"2","café":"é€日本\U0001f600"}',
    ]


def test_of_a_record_that_was_cut_the_rest_is_not_lost(lake: Store, source: Store) -> None:
    drops = ratings(source), orders(source)
    for drop in drops:
        with begin(lake, drop, Log(lake, drop.source, drop.name), None) as landing:
            landing.begin_input("a", "1", {})
            landing.reject(Reject(0, "no_header", "no header", b"1,5\n2,4", 20_000_000, 1))
            landing.reject(Reject(9, "too_large", "too large", b"\xff\xff,5", 20_000_000, 1))
            landing.reject(Reject(9, "invalid_utf8", "bytes", b"\xff\xff", 2))
            landing.commit({})
    header, binary, whole = export(lake, *envelopes(lake, "rejects/learning/"))
    mended = "user_id,rating\n1,5\n2,4"
    made, refused = replay(lake, drops[0], *({**line, "raw": mended} for line in (header, binary, whole)))
    assert made is not None
    assert made.landed == 2  # of the one that the lake has
    why = "the lake has only its beginning; correct 'a' itself, and load it again"
    assert refused == [f"{header['record']}: {why}", f"{binary['record']}: {why}"]
    document, *_ = export(lake, *envelopes(lake, "rejects/shop/"))
    made, refused = replay(lake, drops[1], {**document, "raw": '{"id":1,"text":"shortened"}'})
    assert refused == []
    assert made is not None


class Overtaken:
    """Has something else be done just before a function runs for the first time."""

    def __init__(self, patched: pytest.MonkeyPatch, owner: Any, name: str, first: Callable[[], object]) -> None:
        function = getattr(owner, name)

        def run(*arguments: Any, **named: Any) -> Any:
            patched.undo()
            first()
            return function(*arguments, **named)

        patched.setattr(owner, name, run)


MOMENTS = [(Log, "newest"), (Log, "current_versions"), (Log, "lines"), (Log, "commit_lines"), (rejects, "read_input")]


@pytest.mark.parametrize(("owner", "name"), MOMENTS[1:])
def test_a_replay_that_a_load_overtakes_changes_nothing(
    lake: Store, source: Store, read_log: ReadLog, owner: Any, name: str
) -> None:
    drop, [one] = loaded(lake, source, b"1")
    line = {**one, "raw": "1,5"}
    source.put(FEBRUARY, b"user_id,rating\n2,4\n")
    with pytest.MonkeyPatch.context() as patched:
        Overtaken(patched, owner, name, lambda: load(lake, drop))
        with pytest.raises(
            ConcurrentLoadError, match=r"learning\.ratings: another load committed number 2 first; this"
        ):
            replay(lake, drop, line)
    assert len(read_log(lake, "learning", "ratings")) == 2
    assert values(lake, 2) == ['{"user_id":"2","rating":"4"}']
    made, refused = replay(lake, drop, line)
    assert made is not None
    assert (made.load_seq, made.landed, refused) == (3, 1, [])
    assert load(lake, drop) == []


@pytest.mark.parametrize(("owner", "name"), MOMENTS)
def test_of_two_replays_at_once_one_lands(lake: Store, source: Store, read_log: ReadLog, owner: Any, name: str) -> None:
    drop, [one] = loaded(lake, source, b"1")
    line = {**one, "raw": "1,5"}
    with pytest.MonkeyPatch.context() as patched, suppress(ConcurrentLoadError):
        Overtaken(patched, owner, name, lambda: replay(lake, drop, line))
        assert replay(lake, drop, line)[0] is None
    assert len(read_log(lake, "learning", "ratings")) == 2
    assert list(envelopes(lake, "raw/").values()) == ['{"user_id":"1","rating":"5"}']


def test_a_lake_says_nothing_of_where_the_drop_is(lake: Store, source: Store, tmp_path: Path) -> None:
    drop, [one] = loaded(lake, source, b"1")
    replay(lake, drop, {**one, "raw": "1,5"})
    every = {entry.key: content(lake, entry.key) for entry in lake.entries()}
    assert len(every) == 6  # two commits, rows, rejects, a checkpoint and which lake it is
    for key, data in every.items():
        plain = gzip.decompress(data) if key.endswith(".gz") else data
        assert str(tmp_path).encode() not in plain
        assert str(tmp_path) not in key


# --- the commands ---------------------------------------------------------------------------------------------------


class Dbt:
    """Stands in for dbt: tells these rows, and keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[dict[str, Any]] = []
        self.asked: list[list[str]] = []
        self.status = 0
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.asked.append(command)
        told = {"node": "inline_query", "show": self.rows}
        return subprocess.CompletedProcess(
            command, self.status, "a fault\n" if self.status else json.dumps(told, indent=2)
        )


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> Dbt:
    return Dbt(monkeypatch)


@pytest.fixture
def learning(project: Path, headwater: Headwater) -> Store:
    """The lake of a project that loaded a file of ratings with two faulty rows, and an order that is cut."""
    (project / "models" / "_shop__sources.yml").write_text(SOURCES)
    source = open_store(str(project / "drop"))
    source.put(JANUARY, b"user_id,rating\n1,5\n2\n3\n")
    source.put("orders/a", b'{"id":1}{"id":2')
    headwater("load")
    return open_store(str(project / "lake"))


def in_warehouse(record: str, **more: Any) -> dict[str, Any]:
    kind = "cast" if record.startswith("raw/") else "landing"
    return {**told(record), "kind": kind, "key": None, "path": None, "raw_text": "2", "row_count": 1, **more}


def test_rejects_are_shown(learning: Store, headwater: Headwater, dbt: Dbt) -> None:
    one, _ = envelopes(learning, "rejects/learning/")
    [row] = envelopes(learning, "raw/learning/")
    dbt.rows = [
        in_warehouse(one, line=3, reason="wrong_column_count", expected="1 cells, expected 2", row_count="1200"),
        in_warehouse(row, field="rating", path="rating", raw_text=" \x1b[31mfive\nstars" + "x" * 1000, key='["1"]'),
        in_warehouse(row, field="user_id", raw_text=None),
    ]
    result = headwater("rejects", "--limit", "2")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"learning.ratings  1 wrong_column_count, 1,200 records  {JANUARY}",
        f"learning.ratings  1 cast_failed (rating)  {JANUARY}",
        f"learning.ratings  1 cast_failed (user_id)  {JANUARY}",
        "",
        f"learning.ratings  wrong_column_count  {JANUARY}, line 3",
        "  2",
        "  1 cells, expected 2",
        f"  record {one}",
        "",
        f"learning.ratings  cast_failed  {JANUARY}, line 2",
        "  rating: [31mfive stars" + "x" * 478 + " … 1,022 characters",
        "  expected something else",
        f"  record {row}",
        '  or ["1"]',
        "",
        "2 open rejects, 3 errors, the newest 2 shown",
        "mend a value in seeds/corrections.csv, or records with --export FILE and `headwater replay FILE`",
    ]
    assert headwater("rejects").stdout.splitlines()[-8:-1] == [
        f"learning.ratings  cast_failed  {JANUARY}, line 2",
        "  user_id",
        '  {"user_id":"1","rating":"5"}',
        "  expected something else",
        f"  record {row}",
        "",
        "2 open rejects, 3 errors",
    ]
    dbt.rows = []
    assert headwater("rejects").stdout == "0 open rejects\n"


def test_the_query_is_of_streams_that_are_declared(learning: Store, headwater: Headwater, dbt: Dbt) -> None:
    for names, told_of in (
        ((), "('learning.ratings', 'shop.orders')"),
        (("shop",), "('shop.orders')"),
        (("learning.ratings",), "('learning.ratings')"),
    ):
        assert headwater("rejects", *names, "--target", "snowflake").exit_code == 0
        executable, *arguments = dbt.asked.pop()
        query = arguments.pop(2)
        assert executable.endswith("/dbt")
        assert arguments == [
            "show",
            "--inline",
            "--limit",
            "-1",
            "--output",
            "json",
            "--quiet",
            "--no-use-colors",
            "--target",
            "snowflake",
        ]
        assert f"where state = 'open'\n and source || '.' || stream in {told_of} order by load_seq desc, " in query
        assert "{{ ref('rejects') }}" in query
    for name in ("o'rders", "shop.orders'--", "shop.other"):
        result = headwater("rejects", name)
        assert result.stderr.startswith(f"Error: no source or stream {name}; there are: learning, learning.ratings, ")
        assert result.exit_code == 1
    assert dbt.asked == []


def test_what_dbt_says_when_it_fails_is_shown(learning: Store, headwater: Headwater, dbt: Dbt) -> None:
    dbt.status = 2
    result = headwater("rejects")
    assert result.exit_code == 1
    assert result.stderr == "a fault\nError: dbt show ended with status 2; see its messages above\n"


@pytest.mark.parametrize("spelled", [str.lower, str.upper])
def test_rejects_go_out_are_mended_and_come_back(
    learning: Store, project: Path, headwater: Headwater, dbt: Dbt, spelled: Callable[[str], str]
) -> None:
    one, two = envelopes(learning, "rejects/learning/")
    [cut] = envelopes(learning, "rejects/shop/")
    told_of = [in_warehouse(one, line=3), in_warehouse(two, line=4), in_warehouse(cut, input="orders/a")]
    dbt.rows = [{spelled(name): value for name, value in row.items()} for row in told_of]
    result = headwater("rejects", "--export", "out.ndjson")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == ("3 records in out.ndjson; mend `raw` or `value`, then `headwater replay out.ndjson`\n")
    lines = [json.loads(line) for line in (project / "out.ndjson").read_text().splitlines()]
    assert [(line["stream"], line["record"], line.get("line"), line["raw"]) for line in lines] == [
        ("learning.ratings", one, 3, "2"),
        ("learning.ratings", two, 4, "3"),
        ("shop.orders", cut, None, '{"id":2'),
    ]
    mended = (
        (project / "out.ndjson").read_text().replace('"raw":"2"', '"raw":"2,5"').replace('\\"id\\":2', '\\"id\\":2}')
    )
    (project / "out.ndjson").write_text(mended, newline="\r\n")
    result = headwater("replay", "out.ndjson")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "learning.ratings: load 2: 1 records landed",
        "shop.orders: load 2: 1 records landed",
        "2 of 3 mended and replayed, 1 unchanged",
    ]
    assert values(learning, 2) == ['{"user_id":"2","rating":"5"}', {"id": 2}]
    assert headwater("load").stdout == "learning.ratings: nothing new\nshop.orders: nothing new\n"
    assert [status["landed_total"] for status in json.loads(headwater("status", "--json").stdout)] == [2, 2]


def test_an_empty_file_is_told_and_is_no_mistake(
    learning: Store, project: Path, headwater: Headwater, dbt: Dbt, read_log: ReadLog
) -> None:
    assert headwater("rejects", "--export", "out.ndjson").stdout.startswith("0 records in out.ndjson; ")
    assert (project / "out.ndjson").read_bytes() == b""
    result = headwater("replay", "out.ndjson")
    assert result.exit_code == 0
    assert result.stdout == (
        "out.ndjson holds no records; `headwater rejects --export out.ndjson` writes those there are\n"
    )
    assert len(read_log(learning, "learning", "ratings")) == 1
    assert headwater("replay", "missing.ndjson").exit_code == 2


def test_a_line_of_a_file_that_is_wrong_stops_all_of_it(learning: Store, project: Path, headwater: Headwater) -> None:
    one, _ = envelopes(learning, "rejects/learning/")
    good = json.dumps({"stream": "learning.ratings", "record": one, "raw": "2,5"})
    (project / "mended").write_text(f"{good}\n{{}}\n")
    result = headwater("replay", "mended")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "Error: mended, line 2: Object missing required field `stream`; expected an object "
    )
    (project / "mended").write_text(good + "\n" + good.replace("learning.ratings", "learning.rating"))
    result = headwater("replay", "mended")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: no source or stream learning.rating; there are: learning, learning.ratings, shop, shop.orders\n"
    )
    assert values(learning, 2) == []


def test_a_source_is_no_stream(learning: Store, project: Path, headwater: Headwater) -> None:
    one, two = envelopes(learning, "rejects/learning/")
    lines = [{"stream": "learning", "record": one, "raw": "2,5"}, {"stream": "shop.orders", "record": two, "raw": "{}"}]
    (project / "mended").write_text("\n".join(map(json.dumps, lines)))
    result = headwater("replay", "mended")
    assert (result.exit_code, result.stdout) == (1, "0 of 2 mended and replayed\n")
    assert result.stderr.splitlines() == [
        f"Error: {one}: 'learning' is no stream; expected the one that it came from",
        f"Error: {two}: shop.orders has no such record; expected one that `headwater rejects` lists",
        "Error: 2 were changed and not replayed; mend them and replay the file again",
    ]


def test_a_stream_that_is_overtaken_does_not_stop_the_others(
    learning: Store, project: Path, headwater: Headwater
) -> None:
    one, two = envelopes(learning, "rejects/learning/")
    [cut] = envelopes(learning, "rejects/shop/")
    lines = [
        {"stream": "learning.ratings", "record": one, "raw": "2,5", "header": "user_id,rating"},
        {"stream": "learning.ratings", "record": two, "raw": "3,1", "header": "user_id,rating"},
        {"stream": "shop.orders", "record": cut, "raw": '{"id":2}'},
    ]
    (project / "mended").write_text("\n".join(map(json.dumps, lines)))
    open_store(str(project / "drop")).put(FEBRUARY, b"user_id,rating\n9,9\n")
    with pytest.MonkeyPatch.context() as patched:
        Overtaken(patched, rejects, "read_input", lambda: headwater("load", "learning"))
        result = headwater("replay", "mended")
    assert result.exit_code == 1
    assert result.stdout == "shop.orders: load 2: 1 records landed\n1 of 3 mended and replayed\n"
    assert result.stderr.splitlines() == [
        f"Error: {one}: another load of learning.ratings was committed meanwhile",
        f"Error: {two}: another load of learning.ratings was committed meanwhile",
        "Error: 2 were changed and not replayed; mend them and replay the file again",
    ]
    assert of_load(learning, "learning/ratings", 2) == ['{"user_id":"9","rating":"9"}']


def test_what_was_expected_is_said_once(
    headwater: Callable[..., Result], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = {
        "stream": "shop.orders",
        "record": "x#1",
        "key": None,
        "input": "a.csv",
        "line": 3,
        "path": None,
        "row_count": 1,
    }
    landing = {"field": None, "raw_text": "1,2,3", "reason": "wrong_column_count", "expected": "3 cells, expected 6"}
    cast = {"field": "rating", "raw_text": "7", "reason": "not_accepted", "expected": "one of 1, 2, 3"}
    found = [{**common, **landing, "kind": "landing"}, {**common, **cast, "kind": "cast"}]
    monkeypatch.setattr("loaders.warehouse.rows", lambda *_: found)
    (project / "models" / "_shop__sources.yml").write_text(
        "sources: [{name: shop, tables: [{name: orders, config: {meta: {loader: files, location: drop/, format: csv, "
        "keys: '{object}'}}}]}]"
    )
    result = headwater("rejects", "--limit", "2")
    assert [line for line in result.output.splitlines() if "expected" in line] == [
        "  3 cells, expected 6",
        "  expected one of 1, 2, 3",
    ]
