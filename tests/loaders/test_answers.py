"""Saved answers of APIs: every element of the lists that were asked for is a record, judged as if it stood alone."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from loaders import rejects
from loaders.lake import Store, open_store
from loaders.log import Log
from loaders.readers.answers import Answers, split_answer
from loaders.readers.json_documents import Repaired, read_documents
from loaders.readers.json_values import MAX_DEPTH
from loaders.readers.reject import RAW_LIMIT, Reject
from loaders.sources import files
from loaders.sources.drop import FileDrop, introduce

Headwater = Callable[..., Result]
ReadLog = Callable[..., list[list[dict[str, Any]]]]

POSTS = ("data", "includes.tweets", "statuses", ".")
USERS = ("includes.users",)

SEARCH_V1 = b"""{
  "statuses": [
    {"id": 1, "id_str": "1", "user": {"id": 70}},
    {
      "id": 2,
      "id_str": "2"
    }
  ],
  "search_metadata": {"count": 2}
}
"""
PAGE_V2 = (
    b'{"data":[{"id":"3","text":"a ] } b"},{"id":"4"}],"includes":{"users":[{"id":"71"},{"id":"72"}],'
    b'"tweets":[{"id":"5"}]},"errors":[{"title":"gone"}],"meta":{"result_count":2}}'
)
ARRAY = b'[\n{"id":"6"},\n{"id":"7"}\n]\n'
LINES = b'{"id":"8","entities":{"data":[1]}}\n{"id":"9"}\n'


def read(data: bytes, *paths: str) -> tuple[list[bytes], list[Reject]]:
    found: list[Reject] = []
    batches = read_documents([data], found.append, Answers(paths) if paths else None)
    return [bytes(document) for batch in batches for document in batch], found


def refuse(reject: Reject) -> None:
    pytest.fail(str(reject))


def told(data: bytes, *paths: str) -> tuple[list[bytes], list[tuple[int, str, str | None, bytes]]]:
    """The records, and of each reject its place, reason, list and bytes."""
    records, found = read(data, *paths)
    return records, [(one.position, one.reason, one.path, one.raw) for one in found]


def elements(body: bytes, *paths: str) -> list[tuple[str, list[bytes]]]:
    return [(path, [bytes(element) for element in found]) for path, found in split_answer(body, Answers(paths))[1]]


# --- which documents are answers


def test_elements_come_in_the_order_of_the_paths() -> None:
    assert elements(PAGE_V2, "includes.tweets", "statuses", "data", "includes.users") == [
        ("includes.tweets", [b'{"id":"5"}']),
        ("data", [b'{"id":"3","text":"a ] } b"}', b'{"id":"4"}']),
        ("includes.users", [b'{"id":"71"}', b'{"id":"72"}']),
    ]
    assert elements(SEARCH_V1, "statuses")[0][1][1] == b'{\n      "id": 2,\n      "id_str": "2"\n    }'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"{}", []),
        (b'{"data":null}', []),
        (b'{"data":{"id":"1"}}', [("data", [b'{"id":"1"}'])]),
        (b'{"data":"[1]"}', [("data", [b'"[1]"'])]),
        (b'{"data":{"data":[1]},"a":{"c":[2]}}', [("data", [b'{"data":[1]}'])]),
        (b'{"a":[{"b":[1]}]}', []),
        (b'{"data":[]}', [("data", [])]),
        (b'{"data":[],"a":{"b":[7]}}', [("data", []), ("a.b", [b"7"])]),
        (b'{"data":[1],"data":[2]}', [("data", [b"1", b"2"])]),
        (b'{"data":[1],"data":null}', [("data", [b"1"])]),
        (b'{"a":{"b":[1]},"a":{"b":[2,3]}}', [("a.b", [b"1", b"2", b"3"])]),
        (b' { "d\\u0061ta" : [ 1 ,\r\n"x" , {"a":[ ] } ] } ', [("data", [b"1", b'"x"', b'{"a":[ ] }'])]),
        (b'{"\xff":1,"data":["\xff"]}', [("data", [b'"\xff"'])]),
        (b'{"x":["\\ud83d"],"data":["\\ud83d","\\u0000",2]}', [("data", [b'"\\ud83d"', b'"\\u0000"', b"2"])]),
    ],
)
def test_an_answer_has_records_at_a_path(body: bytes, found: list[tuple[str, list[bytes]]]) -> None:
    assert elements(body, "data", "a.b") == found


def test_a_path_may_lead_through_another() -> None:
    assert elements(b'{"a":{"b":[1]}}', "a", "a.b") == [("a.b", [b"1"])]
    assert elements(b'{"a":[2]}', "a", "a.b") == [("a", [b"2"])]


@pytest.mark.parametrize("body", [b"", b"[1]", b"7", b'{"data":[1]', b'{"data":[1]}{"data":[2]}', b"<html>"])
def test_a_body_that_is_no_object_is_no_answer(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        split_answer(body, Answers(["data"]))


# --- which documents are records


def test_documents_that_are_no_answers_are_records_only_if_that_is_said() -> None:
    bare = b'{"id":"1","includes":{"users":null},"data":null}'
    assert told(bare, *POSTS) == ([bare], [])
    assert told(bare, *USERS) == ([], [(0, "not_declared", None, bare)])
    assert told(bare) == ([bare], [])
    assert told(bare, ".") == ([bare], [])
    assert told(PAGE_V2, ".") == ([PAGE_V2], [])
    assert told(PAGE_V2) == ([PAGE_V2], [])


def test_an_answer_is_no_record_itself_even_if_its_lists_are_empty() -> None:
    assert told(b'{"data":[],"meta":{"result_count":0}}', *POSTS) == ([], [])


SIGNS = ("[]", "data=null", "meta.result_count=0", "errors")


@pytest.mark.parametrize(
    ("data", "records", "rejected", "counts", "unread"),
    [
        # every line of a filtered stream, and every single look-up
        (b'{"data":{"id":"1"},"includes":{"tweets":[{"id":"2"}]}}', ["1", "2"], [], (1, 0), {}),
        (b'{"data":{"id":"1"}}\n{"data":{"id":"2"},"foo":[]}', ["1", "2"], [], (2, 0), {}),
        # what found nothing
        (b'{"data":[]}', [], [], (1, 1), {}),
        (b'{"meta":{"result_count":0}}', [], [], (1, 1), {}),
        (b'{"data":null,"errors":[{"title":"gone"}]}', [], [], (1, 1), {}),
        (b'{"errors":[{"title":"gone"}]}', [], [], (1, 1), {}),
        (b'[]\n[ ]\n[[]]', [], [], (3, 3), {}),
        (b'[{"data":[]},{"id":"1"}][]', ["1"], [], (3, 2), {}),
        # what is not all of it
        (b'{"data":[],"errors":[{"title":"gone"}],"foo":{"x":1}}', [], [], (1, 1), {"foo": 1}),
        (
            b'{"data":[{"id":"1"}],"includes":{"media":[{}],"polls":[7],"n":null},"meta":{"a":1},"x":0}{"data":[],"x":2}',
            ["1"], [], (2, 1), {"includes.polls": 1, "x": 2},
        ),
        (b'{"data":"text","meta":{"result_count":0}}', [], ["not_json"], (1, 0), {}),
        # other streams' documents, and records that stand alone
        (b'{"includes":{"users":[{"id":"71"}]}}', [], [], (0, 0), {}),
        (b'{"errors":[{"title":"gone"}],"id":"1"}', ["1"], [], (1, 0), {}),
    ],
)  # fmt: skip
def test_every_document_gives_records_says_that_there_are_none_or_is_counted(
    data: bytes, records: list[str], rejected: list[str], counts: tuple[int, int], unread: dict[str, int]
) -> None:
    for size in (len(data), 3):
        answers, found = Answers(POSTS, SIGNS, ("includes.media", "meta"), USERS), list[Reject]()
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("loaders.readers.json_documents.BLOCK", size)
            batches = list(read_documents(pieces, found.append, answers))
        assert [json.loads(bytes(one))["id"] for batch in batches for one in batch] == records
        assert [one.reason for one in found] == rejected
        assert ((answers.documents, answers.empties), answers.unread) == (counts, unread)


@pytest.mark.parametrize(
    "data",
    [b'{"error":{"code":"500"}}', b'{"Value":[{"id":"1"}]}', b'[{"id":"1"}]', b'{"value":null}', b"[]", b"{}"],
)
def test_a_document_that_is_not_as_declared_is_a_reject(data: bytes) -> None:
    """It would be an institution that charges nothing."""
    answers = Answers(("value",), leave=("@odata.context",))
    found: list[Reject] = []
    assert list(read_documents([data], found.append, answers)) == [[]]
    assert [(one.reason, one.raw, one.rows) for one in found] == [("not_declared", data.strip(b"[]") or data, 1)]
    assert (answers.documents, answers.empties) == (1, 0)
    assert list(read_documents([b'{"@odata.context":"x","value":[]}'], refuse, answers)) == [[]]
    assert (answers.documents, answers.empties) == (2, 1)


def test_all_shapes_may_stand_in_one_object() -> None:
    data = PAGE_V2 + LINES + SEARCH_V1 + ARRAY + b"[" + PAGE_V2 + b"," + PAGE_V2 + b"]"
    page = [b'{"id":"3","text":"a ] } b"}', b'{"id":"4"}', b'{"id":"5"}']
    statuses = [
        b'{"id": 1, "id_str": "1", "user": {"id": 70}}',
        b'{      "id": 2,      "id_str": "2"    }',
    ]
    bare = [b'{"id":"8","entities":{"data":[1]}}', b'{"id":"9"}']
    assert told(data, *POSTS) == ([*page, *bare, *statuses, b'{"id":"6"}', b'{"id":"7"}', *page, *page], [])
    answers, found = Answers(USERS, others=POSTS, owns=False), list[Reject]()
    batches = read_documents([data], found.append, answers)
    assert [bytes(one) for batch in batches for one in batch] == [b'{"id":"71"}', b'{"id":"72"}'] * 3
    assert (found, answers.documents, answers.empties, answers.unread) == ([], 0, 0, {})


# --- what is wrong with one record


@pytest.mark.parametrize("value", [b"1", b"-1.5e3", b'"text"', b"null", b"true", b"[]", b'[{"id":"x"}]', b'"\\ud800"'])
def test_an_element_that_is_no_object_is_a_reject(value: bytes) -> None:
    data = b'\n{"data":[{"id":"1"}, %b ,{"id":"2"}]}' % value
    assert told(data, "data") == ([b'{"id":"1"}', b'{"id":"2"}'], [(22, "not_json", "data", value)])
    assert read(data, "data")[1][0].detail == "these bytes belong to no document; expected objects"


def test_bytes_that_are_no_text_cost_their_element_alone() -> None:
    data = b'{"x":"\xff","data":[{"id":"1"},{"id":"\xe9"},{"id":"\xc3\xa9"}],"y":"\xff"}'
    rejected = [(28, "invalid_utf8", "data", b'{"id":"\xe9"}')]
    assert told(data, "data") == ([b'{"id":"1"}', b'{"id":"\xc3\xa9"}'], rejected)


def test_an_answer_in_another_encoding_is_not_lost_in_silence() -> None:
    data = '{"data":[{"id":"1"}]}'.encode("utf-16")
    records, [reject] = read(data, "data")
    assert (records, reject.reason, reject.raw) == ([], "not_json", data)


@pytest.mark.parametrize(
    ("text", "mended"),
    [(rb"a\ud83d!", rb"a\ufffd!"), (rb"\u0000", rb"\ufffd"), (rb"\\\udc00\u0000", rb"\\\ufffd\ufffd")],
)
def test_escapes_that_are_no_text_are_repaired_in_their_element_alone(text: bytes, mended: bytes) -> None:
    # of the two that are the same once they are repaired, each keeps its own original
    data = b'{"a":"%b","data":[{"id":"1"},{"id":"2",\n"t":"%b"},{"id":"3","t":"\\ud83d\\ude00"},{"t":"%b"}]}'
    batches = list(read_documents([data % (text, text, mended)], refuse, Answers(("data",))))
    [[one, two, three, four]] = batches
    assert [bytes(record) for record in (one, two, three, four)] == [
        b'{"id":"1"}',
        b'{"id":"2","t":"%b"}' % mended,
        b'{"id":"3","t":"\\ud83d\\ude00"}',
        b'{"t":"%b"}' % mended,
    ]
    assert [type(record) is Repaired for record in (one, two, three, four)] == [False, True, False, False]
    assert getattr(two, "verbatim", b"") == b'{"id":"2","t":"%b"}' % text


def test_lists_that_are_alike_are_told_apart() -> None:
    data = rb'{"old":[{"t":"\ufffd"}],"data":[{"t":"\ud800"}],"more":[{"t":"\ufffd"}]}'
    [[old, record, more]] = list(read_documents([data], refuse, Answers(("old", "data", "more"))))
    assert bytes(old) == bytes(record) == bytes(more) == rb'{"t":"\ufffd"}'
    assert [getattr(one, "verbatim", None) for one in (old, record, more)] == [None, rb'{"t":"\ud800"}', None]


def test_carriage_returns_are_no_part_of_a_record() -> None:
    data = SEARCH_V1.replace(b"\n", b"\r\n")
    assert told(data, "statuses") == (told(SEARCH_V1, "statuses")[0], [])
    assert len(told(data, "statuses")[0]) == 2


def test_an_element_that_is_too_deep_costs_itself_alone() -> None:
    deep, fine = (b'{"a":' + b"[" * n + b"]" * n + b"}" for n in (MAX_DEPTH, MAX_DEPTH - 1))
    data = b'{"data":[{"id":"1"},%b,%b],"x":%b}' % (deep, fine, deep)
    assert told(data, "data") == ([b'{"id":"1"}', fine], [(20, "too_deep", "data", deep)])


@pytest.mark.parametrize("depth", range(900, 1000, 3))
def test_an_answer_that_is_deeper_than_can_be_read_is_a_reject(depth: int) -> None:
    data = b'{"data":[{"id":"1"}],"x":' + b"[" * depth + b"]" * depth + b"}"
    records, found = told(data + b'{"data":[{"id":"2"}]}', "data")
    if found:
        assert (records, found) == ([b'{"id":"2"}'], [(0, "too_deep", None, data)])
    else:
        assert records == [b'{"id":"1"}', b'{"id":"2"}']


def test_an_answer_may_be_of_any_size() -> None:
    """Its elements are read one by one, each judged alone."""
    event = b'{"id":%d,"t":"%b"}'
    lines = [event % (n, b"x" * 300) for n in range(56_000)]
    lines[7] = b'{"id":7,"t":NaN}'
    lines[50_000] = b'{"id":50000,"t":"5" disk"}'
    data = b'{"meta":{"a":[1]},"more":[%b],"Records":[\n%b],"x":{"y":1}}' % (
        b",".join([A_USER] * 9),
        b",\n".join(lines),
    )
    assert len(data) > RAW_LIMIT
    answers, found = Answers(("Records",), leave=("meta",), others=("more",)), list[Reject]()
    pieces = [data[at : at + 1_000_000] for at in range(0, len(data), 1_000_000)]
    batches = read_documents([*pieces, PAGE_V2, b'{"Records":[{"id":1}]}'], found.append, answers)
    records = [bytes(record) for batch in batches for record in batch]
    assert records == [*(line for n, line in enumerate(lines) if n not in {7, 50_000}), b'{"id":1}']
    assert [(one.reason, one.path, one.raw) for one in found] == [
        ("not_finite_number", "Records", lines[7]),
        ("malformed_json", "Records", lines[50_000]),
        ("not_declared", None, PAGE_V2),
    ]
    assert (answers.documents, answers.empties) == (3, 0)
    assert answers.unread == {"x": 1, "data": 1, "errors": 1, "includes": 1}


A_USER = b'{"id":"71","m":[{"a":"]}"}]}'


@pytest.mark.parametrize(
    ("data", "records", "rejected"),
    [
        # damaged in one element, at each end, and where another stream reads
        (b'{"data":[{"id":1},{"id":tru},{"id":3}]}', [1, 3], [("malformed_json", "data", b'{"id":tru}')]),
        (b'{"data":[{"id":"5" x"},{"id":3}],"meta":[]}', [3], [("malformed_json", "data", b'{"id":"5" x"}')]),
        (b'{"data":[{"id":1},{"id":NaN}]}', [1], [("not_finite_number", "data", b'{"id":NaN}')]),
        (b'{"users":[{"id":NaN},{"id":7}],"data":[{"id":1}]}', [1], []),
        (b'{"data":{"id":1},"more":{"data":[{"id":2},NaN,{"id":3}]}}', [1, 2, 3], [("not_json", "more.data", b"NaN")]),
        # damaged elsewhere
        (b'{"data":[{"id":1}],"x":tru}', [1], [("not_json", None, b'"x":tru}')]),
        # cut
        (b'{"data":[{"id":1},{"id":', [1], [("truncated", "data", b'{"id":')]),
        (b'{"data":[{"id":1},', [1], [("truncated", None, b"")]),
        (b'{"data":[{"id":1}],"x":', [1], [("not_json", None, b'"x":')]),
        (b'{"data":[{"id":1},{"id":"x\n{"data":[{"id":2}]}', [1, 2], [("malformed_json", "data", b'{"id":"x')]),
        (b'{"data":[{"id":1}\n{"data":[{"id":2}]}', [1, 2], []),
        # without any record before the fault it is as it was
        (b'{"x":tru,"data":[{"id":1}]}', [], [("malformed_json", None, b'{"x":tru,"data":[{"id":1}]}')]),
    ],
)
def test_a_fault_in_an_answer_costs_itself_alone(
    data: bytes, records: list[int], rejected: list[tuple[str, str | None, bytes]]
) -> None:
    for size in (len(data), 1, 7):
        answers, found = Answers(("data", "more.data"), others=("users",)), list[Reject]()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("loaders.readers.json_documents.BLOCK", size)
            pieces = [data[at : at + size] for at in range(0, len(data), size)]
            batches = list(read_documents(pieces, found.append, answers))
        assert [json.loads(bytes(one))["id"] for batch in batches for one in batch] == records
        assert [(one.reason, one.path, one.raw.strip()) for one in found] == rejected


WRONG = b'{"data":[{"id":"1"},7,{"t":"\\ud800"},{"t":"\xff"}]}'


@given(
    st.lists(st.sampled_from([PAGE_V2, SEARCH_V1, ARRAY, LINES, WRONG, b'{"data":[', b"7\n"]), max_size=5),
    st.integers(1, 40),
    st.sampled_from([POSTS, USERS, ("data",)]),
)
def test_it_makes_no_difference_in_what_pieces_an_input_comes(
    parts: list[bytes], size: int, paths: tuple[str, ...]
) -> None:
    data = b"".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        whole = told(data, *paths)
        patch.setattr("loaders.readers.json_documents.BLOCK", size)
        found: list[Reject] = []
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        batches = list(read_documents(pieces, found.append, Answers(paths) if paths else None))
    records = [bytes(record) for batch in batches for record in batch]
    assert (records, [(one.position, one.reason, one.path, one.raw) for one in found]) == whole


# --- a drop of them


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


@pytest.fixture
def source(tmp_path: Path) -> Store:
    (tmp_path / "drop").mkdir()
    return open_store(str(tmp_path / "drop"))


def declared(at: Store, name: str, *paths: str) -> FileDrop:
    keys = "{format}/{fetched_date}/{object}"
    fields = {"source": "shop", "name": name, "loader": "files", "format": "json", "location": at.url, "keys": keys}
    return FileDrop.model_validate({**fields, "records": paths, "record_key": "id"})


def lines(lake: Store, folder: str) -> list[dict[str, Any]]:
    keys = [entry.key for entry in lake.entries(folder)]
    read = (gzip.decompress(b"".join(lake.chunks(key))).splitlines() for key in keys)
    return [{"key": key, **json.loads(line)} for key, found in zip(keys, read, strict=True) for line in found]


def ids(lake: Store, stream: str, load_seq: int = 1) -> list[tuple[int, Any]]:
    """Of the records of a load: the input they came from, and their id."""
    return [(line["_input"], line["value"]["id"]) for line in lines(lake, f"raw/shop/{stream}/load_seq={load_seq}/")]


SHAPES = {
    "cleansed/2021-11-03/rows.jsonl": LINES,
    "v1.1/2021-11-02/search.json": SEARCH_V1,
    "v2/2021-11-03/page.json": PAGE_V2,
    "v2/2021-11-04/posts.json.gz": gzip.compress(ARRAY),
}
SOURCES = """\
sources:
  - name: shop
    tables:
      - name: posts
        config:
          meta: &archive
            loader: files
            location: drop/
            format: json
            keys: "{format}/{fetched_date}/{object}"
            records: [data, includes.tweets, statuses, "."]
            record_key: id
      - name: users
        config: {meta: {<<: *archive, records: [includes.users]}}
"""


def test_two_streams_read_what_is_theirs_in_one_drop(project: Path, headwater: Headwater, read_log: ReadLog) -> None:
    (project / "models" / "_shop__sources.yml").write_text(SOURCES)
    for key, data in SHAPES.items():
        (project / "drop" / key).parent.mkdir(parents=True, exist_ok=True)
        (project / "drop" / key).write_bytes(data)
    done = headwater("load")
    assert done.exit_code == 0
    lake = open_store(str(project / "lake"))
    assert ids(lake, "posts") == [
        (0, "8"), (0, "9"), (1, 1), (1, 2), (2, "3"), (2, "4"), (2, "5"), (3, "6"), (3, "7"),
    ]  # fmt: skip
    assert ids(lake, "users") == [(2, "71"), (2, "72")]
    assert lines(lake, "rejects/") == []
    [commit] = read_log(lake, "shop", "users")
    inputs = [line for line in commit if line["kind"] == "input"]
    assert [(line["key"], line["rows"], line["rejects"]) for line in inputs] == [
        ("cleansed/2021-11-03/rows.jsonl", 0, 0),
        ("v1.1/2021-11-02/search.json", 0, 0),
        ("v2/2021-11-03/page.json", 2, 0),
        ("v2/2021-11-04/posts.json.gz", 0, 0),
    ]
    assert json.loads(inputs[2]["params"]) == {"format": "v2", "fetched_date": "2021-11-03", "object": "page.json"}
    assert commit[0]["warnings"] == "[]"
    before = [(entry.key, entry.version) for entry in lake.entries() if "/_seen" not in entry.key]
    assert headwater("load").exit_code == 0
    assert [(entry.key, entry.version) for entry in lake.entries() if "/_seen" not in entry.key] == before


def test_a_file_without_a_document_is_a_reject_still(lake: Store, source: Store) -> None:
    for number, data in enumerate([b"", b" [ ]\n", b'{"data":[]}', b'{"id":"1"}', b'{"includes":{"users":[]}}', b"7"]):
        source.put(f"v2/2021-11-03/{number}", data)
    [made] = files.load(lake, declared(source, "users", *USERS), None, None)
    assert (made.landed, made.rejected) == (0, 5)
    assert [(line["_input"], line["value"]["reason"]) for line in lines(lake, "rejects/")] == [
        (0, "empty_input"),
        (1, "not_declared"),
        (2, "not_declared"),
        (3, "not_declared"),
        (5, "not_json"),
    ]
    assert [line["value"]["rows"] for line in lines(lake, "rejects/")] == [0, 1, 1, 1, 1]
    posts, users = declared(source, "posts", *POSTS), declared(source, "users", *USERS)
    introduce([posts, users])
    [made] = files.load(lake, posts, None, None)
    assert (made.landed, made.rejected) == (1, 3)
    # the first stream has them
    users = users.model_copy(update={"source": "again"})
    [made] = files.load(lake, users, None, None)
    assert (made.landed, made.rejected) == (0, 0)


def test_what_is_not_read_of_a_drop_is_counted_and_told(lake: Store, source: Store, read_log: ReadLog) -> None:
    source.put("v2/2021-11-03/a", PAGE_V2 + b'{"data":[]}')
    source.put("v2/2021-11-03/b", PAGE_V2 + b'{"data":[],"a\u001b[0m":[1]}[]')
    list(files.load(lake, declared(source, "posts", *POSTS), None, None))
    [[load, *after]] = read_log(lake, "shop", "posts")
    counts = ("rows", "rejects", "documents", "empties", "unread", "rejected_rows")
    assert [tuple(line[name] for name in counts) for line in after if line["kind"] == "input"] == [
        (3, 0, 2, 1, 3, 0),
        (3, 1, 3, 1, 4, 1),
    ]
    assert json.loads(load["warnings"]) == [
        "values were not read at paths that are not declared: 'includes.users' (2), 'errors' (2), 'meta' (2), "
        "'a\\x1b[0m' (1); name them in `leave` of the stream's declaration if they are not wanted; a drop's `records` "
        "has those that are"
    ]


# --- and what was mended


def export(lake: Store, stream: str) -> list[dict[str, Any]]:
    names = [f"{line['key']}#{line['_row']}" for line in lines(lake, f"rejects/shop/{stream}/")]
    exported = rejects.export(lake, ({"stream": f"shop.{stream}", "record": name} for name in names))
    return [json.loads(line) for line in exported]


def replay(lake: Store, drop: FileDrop, *mended: dict[str, Any]) -> tuple[Any, list[str]]:
    refused: list[str] = []
    read = rejects.read_mended("\n".join(map(json.dumps, mended)).encode(), "mended")
    return rejects.replay(lake, drop, read, refused.append).commit, refused


def test_a_reject_says_in_which_list_it_was(lake: Store, source: Store) -> None:
    source.put("v2/2021-11-03/a", b'{"data":[7]}\n7')
    list(files.load(lake, declared(source, "posts", *POSTS), None, None))
    element, bare = (line["value"] for line in lines(lake, "rejects/"))
    assert (element["path"], element["raw"], element["position"]) == ("data", "7", 9)
    assert (bare["raw"], "path" in bare) == ("7", False)


@pytest.mark.parametrize("paths", [("data",), ("data", ".")], ids=["answers only", "bare records too"])
def test_an_element_comes_back_as_the_record_that_it_is(
    lake: Store, source: Store, read_log: ReadLog, paths: tuple[str, ...]
) -> None:
    source.put("v2/2021-11-03/a", b'{"data":[{"id":"1"},{"id":"\xe9"},"3",{"id":"4","t":"\xff"}]}')
    drop = declared(source, "posts", *paths)
    list(files.load(lake, drop, None, None))
    two, three, four = export(lake, "posts")
    assert (two["raw"], three["raw"]) == ('{"id":"\ufffd"}', '"3"')
    nested = {**four, "raw": '{"id":"4","data":[{"id":"no record"}]}'}
    made, refused = replay(lake, drop, {**two, "raw": '{"id":"2"}'}, {**three, "raw": '{"id":"3"}'}, nested)
    assert (made.landed, refused) == (3, [])
    assert ids(lake, "posts", 2) == [(0, "2"), (0, "3"), (0, "4")]
    [line] = [line for line in read_log(lake, "shop", "posts")[1] if line["kind"] == "input"]
    assert (line["key"], line["replays"]) == ("v2/2021-11-03/a", 3)


def test_a_record_that_did_not_cast_comes_back_as_itself(lake: Store, source: Store) -> None:
    source.put("v2/2021-11-03/a", b'{"data":[{"id":"1"}]}')
    drop = declared(source, "posts", "data")
    list(files.load(lake, drop, None, None))
    [record] = [f"{line['key']}#1" for line in lines(lake, "raw/")]
    line = {"stream": "shop.posts", "record": record, "value": {"id": "2", "data": [{"id": "no record"}]}}
    made, refused = replay(lake, drop, line)
    assert (made.landed, refused) == (1, [])
    assert ids(lake, "posts", 2) == [(0, "2")]


def test_a_whole_answer_comes_back_as_an_answer(lake: Store, source: Store) -> None:
    source.put("v2/2021-11-03/a", b'{"dat":tru,"data":[{"id":"1"},{"id":')
    source.put("v2/2021-11-03/b", b'{"id":tru}\n')
    posts, users = declared(source, "posts", *POSTS), declared(source, "users", *USERS)
    for drop in (posts, users):
        [made] = files.load(lake, drop, None, None)
        assert (made.landed, made.rejected) == (0, 2)
    introduce([posts])
    users = FileDrop.model_validate({**users.model_dump(), "records": (*USERS, ".")})
    raws = ['{"data":[{"id":"1"},{"id":"2"}],"includes":{"users":[{"id":"71"}]}}', '{"id":"3"}']
    for drop, found in ((posts, [(0, "1"), (0, "2"), (1, "3")]), (users, [(0, "71"), (1, "3")])):
        mended = [{**one, "raw": raw} for one, raw in zip(export(lake, drop.name), raws, strict=True)]
        made, refused = replay(lake, drop, *mended)
        assert (refused, ids(lake, drop.name, 2)) == ([], found)
        # a document of another stream gives this one nothing, and is a reject no more
        assert len(list(Log(lake, "shop", drop.name).lines("resolved"))) == 2


def test_a_replay_loses_no_record_of_another_stream(lake: Store, source: Store) -> None:
    source.put("v2/2021-11-03/a", b'{"x":tru,"data":[{"id":"1"}]}')
    posts, users = declared(source, "posts", *POSTS), declared(source, "users", *USERS)
    introduce([posts, users])
    list(files.load(lake, posts, None, None))
    [one] = export(lake, "posts")
    whole = {**one, "raw": '{"data":[{"id":"1"}],"includes":{"users":[{"id":"71"}]}}'}
    made, refused = replay(lake, posts, whole)
    assert made is None
    assert "it has records of other streams, at includes.users, that a replay would lose; replay what is" in refused[0]
    made, refused = replay(lake, posts, {**one, "raw": '{"data":[{"id":"1"}]}'})
    assert (made.landed, refused) == (1, [])


def test_what_is_mended_to_nothing_is_refused(lake: Store, source: Store) -> None:
    source.put("v2/2021-11-03/a", b'{"data":["x"]}{"data":[')
    drop = declared(source, "posts", "data")
    list(files.load(lake, drop, None, None))
    element, answer = export(lake, "posts")
    made, refused = replay(lake, drop, {**element, "raw": "[]"}, {**answer, "raw": '{"data":["x"]}'})
    assert made is None
    why = "it still cannot be read: not_json, these bytes belong to no document; expected objects"
    assert refused == [f"{element['record']}: it holds no record", f"{answer['record']}: {why}"]
