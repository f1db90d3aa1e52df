"""Every record comes out byte for byte, and a fault takes nothing but itself along."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loaders.readers import json_documents, json_values
from loaders.readers.compression import UnreadableInput
from loaders.readers.json_documents import Repaired, read_documents
from loaders.readers.reject import RAW_LIMIT, Reject

A, B, C = b'{"a":1}', b'{"b":2}', b'{"c":3}'
Outcome = tuple[list[bytes], list[tuple[int, str, bytes]]]


def read(chunks: Iterable[bytes]) -> tuple[list[bytes], list[Reject]]:
    rejects: list[Reject] = []
    batches = read_documents(chunks, rejects.append)
    return [bytes(getattr(document, "verbatim", document)) for batch in batches for document in batch], rejects


def listed(text: bytes) -> list[bytes]:
    return re.split(rb" \| |\n", text.strip())


def refuse(reject: Reject) -> None:
    pytest.fail(str(reject))


def outcome(data: bytes) -> Outcome:
    """The documents and what was rejected: where, why, and its bytes."""
    documents, rejects = read([data])
    assert all(reject.size == len(reject.raw) for reject in rejects)
    assert all(data[reject.position :].startswith(reject.raw) for reject in rejects)
    return documents, [(reject.position, reject.reason, reject.raw) for reject in rejects]


# --- Framing


@pytest.mark.parametrize(
    ("data", "documents"),
    [
        (b"", []),
        (b" \r\n\t\n", []),
        (b"\\n", []),
        (b"\xef\xbb\xbf", []),
        (A, [A]),
        (A + B + C, [A, B, C]),
        (A + b"\n" + B + b"\r\n\r\n \t" + C + b"\n", [A, B, C]),
        (A + b"\\n" + B + b"\\n\\n\n \\n" + C + b"\\n", [A, B, C]),
        (b"\n" + A + B + b"\n" + C + b"\\n" + A, [A, B, C, A]),
        (b"\xef\xbb\xbf" + A, [A]),
        (b"{}{}", [b"{}", b"{}"]),
        (b"[]", []),
        (b"[" + A + b", " + B + b"\n]", [A, B]),
        (b"[" + A + b"][" + B + b"]" + C + b"\n[ ]" + A, [A, B, C, A]),
        (A + b"[" + B + b"," + C + b"]" + A, [A, B, C, A]),
    ],
)
def test_framing(data: bytes, documents: list[bytes]) -> None:
    assert outcome(data) == (documents, [])


def test_a_pretty_printed_document_becomes_one_line_and_changes_nothing_else() -> None:
    pretty = b'{\r\n  "a" : [\n\t1 ,\n 2.50\n ] , "b":"x\\n\\ry"\r}'
    line = b'{  "a" : [\t1 , 2.50 ] , "b":"x\\n\\ry"}'
    assert outcome(pretty + b"\n" + pretty + A + b"[" + pretty + b"]") == ([line, line, A, line], [])


VERBATIM = listed(rb"""
{"n":123456789012345678901234567890} | {"n":-1.50E+007,"m":1e999} | {"a":1,"a":2} | { "a" : [ ] } | {"text":"}{"}
{"text":"}\n{"} | {"text":"{\"a\":1}{\"a\":2}"} | {"text":"\\"} | {"text":"\\\"}{\\"} | {"}{":[{"}\\":"{"}]}
{"text":"\\u0000"} | {"":{"":{}}} | {"a":[[],[{}],{"b":null}],"c":true} | {"text":"\\ud800 \\\\ude00"}
""")


@pytest.mark.parametrize(
    "document", [*VERBATIM, '{"text":"\u2028 \U0001f600 é"}'.encode(), b'{"text":"\\ud83d\\ude00 \\uD83D\\uDE00"}']
)
def test_a_document_is_verbatim(document: bytes) -> None:
    for separator in (b"", b"\n", b"\\n"):
        data = separator.join([A, document, document, B])
        assert outcome(data) == ([A, document, document, B], [])
    assert outcome(b"[" + b",".join([A, document, document, B]) + b"]") == ([A, document, document, B], [])


# --- Lone surrogates


@pytest.mark.parametrize(
    ("verbatim", "repaired"),
    [
        (b'{"a":"\\ud83d"}', b'{"a":"\\ufffd"}'),
        (b'{"a":"\\uDE00"}', b'{"a":"\\ufffd"}'),
        (b'{"a":"\\ud83dx\\ude00"}', b'{"a":"\\ufffdx\\ufffd"}'),
        (b'{"a":"\\ude00\\ud83d"}', b'{"a":"\\ufffd\\ufffd"}'),
        (b'{"a":"\\ud83d\\ud83d\\ude00"}', b'{"a":"\\ufffd\\ud83d\\ude00"}'),
        (b'{"a":"\\\\\\ud83d\\n"}', b'{"a":"\\\\\\ufffd\\n"}'),
        (b'{"a":"\\\\ud800\\ud800"}', b'{"a":"\\\\ud800\\ufffd"}'),
        (b'{"\\udc00":"}{"}', b'{"\\ufffd":"}{"}'),
        (b'{"a":"\\u0000\\\\u0000\\ud800"}', b'{"a":"\\ufffd\\\\u0000\\ufffd"}'),
    ],
)
def test_what_is_no_text_is_repaired_and_kept(verbatim: bytes, repaired: bytes) -> None:
    assert json.loads(verbatim) != json.loads(repaired)
    for data in (A + verbatim + B + verbatim, b"[" + verbatim + b"]" + verbatim + b"\n"):
        documents = [document for batch in read_documents([data], refuse) for document in batch]
        found = [document for document in documents if isinstance(document, Repaired)]
        assert [(bytes(document), document.verbatim) for document in found] == [(repaired, verbatim)] * 2
        assert {bytes(document) for document in documents} - {repaired} <= {A, B}


def test_a_repaired_document_is_one_line() -> None:
    [[document]] = list(read_documents([b'{\n"a":"\\ud800"\r\n}'], refuse))
    assert isinstance(document, Repaired)
    assert (bytes(document), document.verbatim) == (b'{"a":"\\ufffd"}', b'{"a":"\\ud800"}')


# --- What is no record


MALFORMED = listed(rb"""
{"a":1,} | {"a":[1,]} | {"a":01} | {"a":1.} | {"a":"\x"} | {'a':{'b':1},'c':[{'d':1}]} | {a:{b:1}} | {"a" 1}
{"a":1 "b":{"c":1}} | {"a":"say "hi" now","b":{"c":1}} | {"a":1 {"b":1}} | {"a":{"b":1}{"b":2},"c":{"d":1}}
{"a":[{"b":1} {"b":2}]} | {"a" {"b":1}} | {"a":1,,"text":"x{}y"} | {"a":{"b":1}"c":2}
""")
MALFORMED += [b'{"a":"tab\there"}', b'{"a":"nul\0here"}', b'{"a":"line\nhere"}']


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (b'{"a":NaN}', "not_finite_number"),
        (b'{"a":Infinity,"b":{"c":1}}', "not_finite_number"),
        (b'{"a":[-Infinity]}', "not_finite_number"),
        *((fault, "malformed_json") for fault in MALFORMED),
        (b'{"a":"\xff"}', "invalid_utf8"),
        (b'{"a":"\xed\xa0\x80"}', "invalid_utf8"),
        (b'{"a":"\xc3"}', "invalid_utf8"),
        (b'{"a":[{"b":NaN},{"b":1}]}', "not_finite_number"),
    ],
)
def test_a_broken_document_is_rejected_alone(fault: bytes, reason: str) -> None:
    for separator in (b"", b"\n", b"\\n", b" \r\n\n"):
        data = separator.join([A, fault, B, C])
        at = len(A + separator)
        assert outcome(data) == ([A, B, C], [(at, reason, fault)])
        assert outcome(separator.join([A, fault])) == ([A], [(at, reason, fault)])
    assert outcome(b"[" + b",".join([A, fault, B, C]) + b"]") == ([A, B, C], [(len(A) + 2, reason, fault)])


@pytest.mark.parametrize(
    "garbage",
    [b"\0", b"\0\0\0", b";", b"xyz", b"}", b"}}", b'"', b":", b"\\", b"\xff\xfe", b"\xef\xbb\xbf", b"NaN", b"INFO: "],
)
def test_garbage_is_rejected_alone(garbage: bytes) -> None:
    at = len(A)
    assert outcome(A + garbage + B + C) == ([A, B, C], [(at, "not_json", garbage.strip())])
    assert outcome(A + garbage) == ([A], [(at, "not_json", garbage.strip())])
    assert outcome(garbage + b"\n" + A)[0] == [A]
    if garbage != b":":  # before a second one, an object looks like the value of a key
        documents, rejects = outcome(garbage.join([A, B, C, A]))
        assert documents == [A, B, C, A]
        assert [raw for _, _, raw in rejects] == [garbage.strip()] * 3


@pytest.mark.parametrize("value", [b"1", b"-2.5e3", b'"text"', b"true", b"null"])
def test_a_scalar_is_no_record(value: bytes) -> None:
    assert outcome(A + b"\n" + value + b"\n" + B) == ([A, B], [(8, "not_json", value)])
    assert outcome(A + value + B) == ([A, B], [(7, "not_json", value)])
    assert outcome(value) == ([], [(0, "not_json", value)])
    documents, rejects = outcome(b"[" + value + b"," + A + b"," + B + b"," + value + b"]")
    assert documents == [A, B]
    assert [raw.strip(b",]") for _, _, raw in rejects] == [value, value]


CUT_OFF = listed(rb"""
{ | {"a | {"a":{"b":1} | {"a":{"b":1}, | {"a":{"b":[1 | {"a":"x | {"a":"x, | {"a":"x: | {"a":"x\ | {"a":"x\u12
{"a":- | {"a":tr | {"a":[1,2} | {"a":[{"b":1],"c":{"d":1}} | "a":{"b":1},"c":[{"d":1},{"d":2}]}
""")


@pytest.mark.parametrize(
    ("fault", "next_documents"),
    [
        # cut off, and the next document follows at once
        *((fault, [A, B]) for fault in CUT_OFF),
        (b'{"a"', [B, C]),
        (b'{"a":"x\\ud83d', [A, B]),
        (b'{"a":{"b":"x', [b'{ "k" : { "l" : 1 } }', B]),
        # cut off where a value may follow: the next record is told by its first key
        (b'{"a":', [b'{"a":2}', B]),
        (b'{"a":[', [b'{"a":2}', B]),
        (b'{"a":[1,', [b'{"a":2}', B]),
        # a bracket is missing
        (b'{"a":{"b":1}', [b'{"a":{"b":1}}', b'{"a":{"b":1}}']),
    ],
)
def test_a_part_of_a_document_is_rejected_alone(fault: bytes, next_documents: list[bytes]) -> None:
    for separator in (b"", b"\n", b"\\n"):
        documents, rejects = outcome(b"{}" + fault + separator + separator.join(next_documents))
        assert documents == [b"{}", *next_documents]
        assert [(at, raw.removesuffix(b"\\n")) for at, _, raw in rejects] == [(2, fault)]


def test_what_records_have_in_common_tells_a_record_from_a_part() -> None:
    one, two = b'{"id":1,"actor":{"id":7,"login":"x"}}', b'{"id":2,"actor":{"id":8,"login":"y"}}'
    nested = b'{"id":3,"actor":{"id":9,"login":"z"}'
    assert outcome(one + nested + two) == ([one, two], [(len(one), "malformed_json", nested)])
    cut = b'{"id":3,"actor":'
    assert outcome(one + cut + two + one) == ([one, two, one], [(len(one), "malformed_json", cut)])


@pytest.mark.parametrize("cut", range(1, 58))
def test_a_document_may_be_cut_anywhere_before_the_next(cut: int) -> None:
    event = b'{"channel":"web","context":{"page":{"n":[1,{"x":"}{"}]}}}'
    assert len(event) == 57
    for separator in (b"", b"\n"):
        documents, rejects = outcome(event + event[:cut] + separator + event + separator + event)
        assert documents == [event] * (3 + (cut == 57))
        assert [raw for _, _, raw in rejects] == [event[:cut]] * (cut < 57)


def test_the_end_of_the_input_cuts_a_document() -> None:
    for cut in range(1, len(B)):
        assert outcome(A + B[:cut]) == ([A], [(7, "truncated", B[:cut])])
        assert outcome(b"[" + A + b"," + B[:cut]) == ([A], [(9, "truncated", B[:cut])])


def test_a_part_behind_a_fault_is_no_record_though_no_brace_follows_it() -> None:
    fault = b'{"a":NaN,"b":{"c":1}'
    assert outcome(A + fault + B + C) == ([A, B, C], [(7, "not_finite_number", fault)])


def test_a_document_that_is_cut_before_the_last_is_not_cut_by_the_end() -> None:
    assert outcome(b'{"a":' + A) == ([A], [(0, "malformed_json", b'{"a":')])


def test_arrays_are_not_validated() -> None:
    assert outcome(b"[" + A + b",,[[" + B + b"]],," + C + b"\n,]]") == ([A, B, C], [])


def test_an_array_that_is_cut_is_told() -> None:
    for data in (b"[" + A + b"," + B + b",", b"[" + A + b"," + B, b"[[" + A + b"]" + B + b"\n", A + b"[" + B):
        documents, rejects = outcome(data)
        assert documents == [A, B]
        assert rejects == [(len(data), "truncated", b"")]
    assert outcome(b"[") == ([], [(1, "truncated", b"")])
    # once is enough
    assert outcome(b"[" + A + b',{"b":') == ([A], [(9, "truncated", b'{"b":')])


GOOD = [b'{"id":0}', b'{"id":2,"m":[{"id":7}]}', b'{"id":3}']


@pytest.mark.parametrize(
    "fault",
    [
        b'{"id":1,"t":"5" disk"}',
        b'{"id":1,"t":5" disk"}',
        b'{"id":1,"t":"5" disk","m":[{"id":7},{"id":8}]}',
        b'{"id":1,"t":"a" b" c" d"}',
        b'{"id":1,"t":"5 disk}',
        b'{"id":1,"t":5 disk"}',
        b'{"id":1,"t":NaN,"m":{"id":8}}',
        b'{"id":1,"m":{"id":8}',
        b"{'id':1}",
        b'{"id":1,}',
        b'{"id":1 "t":[{"id":8}]}',
    ],
)
@pytest.mark.parametrize("between", [b",", b",\n", b"\n,\n  ", b" ,\r\n"])
def test_a_broken_element_takes_no_neighbour_along(fault: bytes, between: bytes) -> None:
    one, *others = GOOD
    documents, rejects = outcome(b"[\n" + between.join([one, fault, *others, fault, *others]) + b"\n]\n")
    assert documents == [*GOOD, *others]
    assert [(reason, raw.rstrip(b", \r\n")) for _, reason, raw in rejects] == [
        ("not_finite_number" if b"NaN" in fault else "malformed_json", fault)
    ] * 2


@pytest.mark.parametrize(
    "fault", [b'{"id":1,"t":"5" disk"}', b'{"id":1,"t":NaN}', b"{'a': 'b'}", b'{"id":1,"t":"5 disk}', b'{"id":1 "x":2}']
)
@pytest.mark.parametrize("form", ["array", "lines"])
def test_the_work_for_faults_is_linear(fault: bytes, form: str) -> None:
    """Counted in bytes that were looked at, whatever the machine."""
    work = {}
    for count in (400, 1600):
        lines = [fault if n % 4 == 0 else b'{"id":%d}' % n for n in range(count)]
        data = b"[" + b",".join(lines) + b"]" if form == "array" else b"\n".join(lines)
        with pytest.MonkeyPatch.context() as patch:
            spent = spend(patch)
            documents, rejects = read([data])
        assert (len(documents), len(rejects)) == (count * 3 // 4, count // 4)
        work[len(data)] = spent.total()
    (small, little), (large, much) = work.items()
    assert much < 1.2 * little * large / small
    assert much < 60 * large


def spend(patch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the bytes that parsing, the search for objects and the following of braces pass over."""
    spent = Counter[str]()

    def parse(data: bytes, start: int, stop: int) -> tuple[int, str]:
        end, problem = json_values_parse(data, start, stop)
        spent["parse"] += end - start
        return end, problem

    def balance(data: bytes, at: int, stop: int, state: tuple[int, bytes]) -> tuple[int | None, tuple[int, bytes]]:
        end, state = json_values_balance(data, at, stop, state)
        spent["balance"] += (end or stop) - at
        return end, state

    class Objects:
        def finditer(self, data: bytes, at: int, stop: int) -> Iterator[re.Match[bytes]]:
            for found in json_values_objects.finditer(data, at, stop):
                spent["objects"] += found.start() - at
                at = found.start()
                yield found
            spent["objects"] += stop - at

    json_values_parse, json_values_balance = json_values.parse, json_values.balance
    json_values_objects = json_values._OBJECT
    for module in (json_values, json_documents):
        patch.setattr(module, "parse", parse)
        patch.setattr(module, "balance", balance)
    patch.setattr(json_values, "_OBJECT", Objects())
    return spent


# --- Limits


def nested(levels: int) -> bytes:
    """An object of so many levels, with brackets in strings that do not count."""
    return b'{"[{[{":' + b"[" * (levels - 1) + b'"[[[\\"{{{"' + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize("separator", [b"", b"\n"])
def test_500_levels_are_read_and_501_are_not(separator: bytes) -> None:
    wide = b'{"a":[' + b",".join([b'{"b":[]}'] * 600) + b"]}"
    data = separator.join([A, nested(500), nested(501), wide, B])
    at = len(A + nested(500) + separator * 2)
    assert outcome(data) == ([A, nested(500), wide, B], [(at, "too_deep", nested(501))])


@pytest.mark.parametrize("levels", [600, 2000, 100_000])
def test_a_document_beyond_all_depth_ends_where_it_ends(levels: int) -> None:
    deep = b'{"a":' * levels + b"1" + b"}" * levels
    assert outcome(A + deep + B + deep) == ([A, B], [(7, "too_deep", deep), (14 + len(deep), "too_deep", deep)])


def test_a_document_of_the_limit_is_read_and_a_longer_one_is_not() -> None:
    fits = b'{"a":"' + b"x" * (RAW_LIMIT - 8) + b'"}'
    assert len(fits) == RAW_LIMIT
    documents, rejects = read([A + fits + B])
    assert documents == [A, fits, B]
    assert rejects == []
    documents, rejects = read([A + fits[:-2] + b'x"}' + B])
    assert documents == [A, B]
    assert [(reject.position, reject.reason, reject.raw, reject.size, reject.rows) for reject in rejects] == [
        (7, "too_large", fits[:-2] + b'x"}', RAW_LIMIT + 1, 1)
    ]
    longer = fits[:-2] + b"x" * RAW_LIMIT + b'"}'
    documents, rejects = read([A + longer[:-9], longer[-9:] + B])
    assert documents == [A, B]
    assert [(reject.position, reject.reason, reject.size, reject.rows) for reject in rejects] == [
        (7, "too_large", RAW_LIMIT, 1),
        (7 + RAW_LIMIT, "too_large", RAW_LIMIT, 0),
    ]
    assert b"".join(reject.raw for reject in rejects) == longer


def run_bounded(script: str) -> list[str]:
    """Run a script in a process of its own, within a minute and 1 GB; give the words it prints."""
    limits = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
    done = subprocess.run(
        [sys.executable, "-"], input=limits + script, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


MEASURED = """
import re
from pathlib import Path
from loaders.readers.json_documents import read_documents

def chunks():
    yield START
    for _ in range(64):
        yield FILLER * (2**20 // len(FILLER))
    yield END

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

def reject(one):
    assert one.size == len(one.raw) <= 2**24 + 1
    if one.reason == "too_large" and one.rows == 0:
        rejects[-1][1] += one.size
    else:
        rejects.append([one.reason, one.size])

before = peak()
rejects, documents = [], 0
for batch in read_documents(chunks(), reject):
    documents += len(batch)
    last = bytes(batch[-1])
print(documents, last.decode(), *[f"{reason}:{size}" for reason, size in rejects], (peak() - before) // 1024)
"""


@pytest.mark.parametrize(
    ("start", "filler", "end", "expected"),
    [
        (A + b'{"big":"', b"x", b'"}' + B + C, ["3", '{"c":3}', f"too_large:{2**26 + 10}"]),
        (A + b'{"big":"', "\u00e9\U0001f600\u00e9".encode(), b'"}' + C, ["2", '{"c":3}', f"too_large:{2**26 + 10}"]),
        (b"[" + B + b',{"big":"', b"{", b'"},' + B + b"," + C + b"]", ["3", '{"c":3}', f"too_large:{2**26 + 10}"]),
        (A + b'{"big":"', b"\\ud800\\n", b'"}' + C, ["2", '{"c":3}', f"too_large:{2**26 + 10}"]),
        (A, b"\0", B + C, ["3", '{"c":3}', *3 * [f"not_json:{2**24 + 1}"], f"not_json:{2**24 - 3}"]),
        (A + b'{"a":1', b" ", b"}" + B, ["2", '{"b":2}', f"too_large:{2**26 + 7}"]),
        (b"[", b'{"a":"' + b"x" * 1015 + b'"},', A + b"]", [str(2**16 + 1), '{"a":1}']),
    ],
)
def test_memory_is_bounded(start: bytes, filler: bytes, end: bytes, expected: list[str]) -> None:
    values = {"START": start, "FILLER": filler, "END": end}
    *told, megabytes = run_bounded("".join(f"{name} = {value!r}\n" for name, value in values.items()) + MEASURED)
    assert told == expected
    assert int(megabytes) < 90  # 2 x RAW_LIMIT, as much again for copies on their way, and some room


def test_hostile_input_is_read_in_bounded_time() -> None:
    """A quadratic reader would take hours for these."""
    script = """
from loaders.readers.json_documents import read_documents
for pattern in (b'{"a":', b'{"', b'{', b'[', b'}{', b'{"a":1}', b'{"a":"x', b'"', b'{"a":[', b']['):
    for prefix in (b'', b'{"x":"', b'{"a":[NaN,'):
        for batch in read_documents([prefix, pattern * (2**17 // len(pattern))], lambda reject: None):
            pass
print("done")
"""
    assert run_bounded(script) == ["done"]


# --- The input in pieces


HOSTILE = [A, b"{}", b'{"text":"}{","n":[1,{"m":"\\""}]}', b'{\n"a" : -1.5e3\r\n}']
HOSTILE += [b'{"\xc3\xa9":"\\ud83d\\ude00 \\ud83d \xf0\x9f\x98\x80"}']
FAULTY = [b'{"a":NaN,"b":[{"c":1}]}', b'{"a":"\xff"}', b'{"a":{"b":"x', b'{"a":"x{"', b'"a":1}', b"\0\0", b",", b"12"]
FAULTY += [b'"text"', b'[{"a":1},[2],{"b":', b'[{"a":1}]', b"]", b"\\", b"\xef\xbb\xbf"]


@settings(max_examples=100, deadline=None)
@given(
    parts=st.lists(st.sampled_from([*HOSTILE, *FAULTY, b"\n", b"\\n", b" "]), max_size=9),
    size=st.integers(1, 40),
    block=st.integers(4, 70),
)
def test_the_size_of_the_pieces_does_not_matter(parts: list[bytes], size: int, block: int) -> None:
    data = b"".join(parts)
    expected = read([data])
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert read(pieces) == expected
    with pytest.MonkeyPatch.context() as patch:  # nor does that of the windows, for what is told
        patch.setattr(json_documents, "BLOCK", block)
        documents, rejects = read(pieces)
    assert documents == expected[0]
    assert [(reject.position, reject.raw) for reject in rejects] == [
        (reject.position, reject.raw) for reject in expected[1]
    ]


# --- Any documents, any separators, any fault


def dumps(value: object, compact: bool, ascii_only: bool) -> bytes:
    separators = (",", ":") if compact else (", ", ": ")
    return json.dumps(value, separators=separators, ensure_ascii=ascii_only).encode()


texts = st.one_of(
    st.sampled_from(
        ["}{", "}\n{", '{"a":1}', '"}{"', "\\", '{"', '",{"a":', "[{", "},{", "\u2028", "\U0001f600", "\\ud800", "NaN"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=8),
)
values = st.recursive(
    st.one_of(texts, st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
records = st.builds(
    dumps,
    st.builds(
        lambda number, kind, rest: {"messageId": number, "type": kind, **rest},
        st.integers(0),
        texts,
        st.dictionaries(texts, values, max_size=3),
    ),
    st.booleans(),
    st.booleans(),
)
separators = st.sampled_from([b"", b"", b"\n", b"\r\n", b" \n\n\t", b"\\n"])


def joined(documents: list[bytes], between: list[bytes]) -> bytes:
    return b"".join(part for pair in zip(documents, between, strict=False) for part in pair)


@settings(max_examples=100, deadline=None)
@given(
    documents=st.lists(records, max_size=8),
    between=st.lists(separators, min_size=8, max_size=8),
    size=st.integers(1, 400),
)
def test_all_documents_come_out_as_they_went_in(documents: list[bytes], between: list[bytes], size: int) -> None:
    data = joined(documents, between)
    assert read(data[at : at + size] for at in range(0, len(data), size)) == (documents, [])
    assert read([b"[" + b" ,\n".join(documents) + b"]"]) == (documents, [])


def begins_with_value(data: bytes) -> bool:
    """Tell whether what should be broken is sound up to some point, as is `{"a":"}` with a quote taken out."""
    try:
        json.JSONDecoder(strict=True, parse_constant=int).raw_decode(data.decode(errors="replace"))
    except ValueError:
        return False
    return True


def cut(record: bytes, at: int) -> bytes:
    return record[:at]


def with_nan(record: bytes, at: int) -> bytes:
    return record.replace(b'"type":', b'"type":NaN,"x":[{"y":1},{"z":[2]}],"type":', 1)


def with_garbage(record: bytes, at: int) -> bytes:
    return record + [b"\0", b"}", b'"', b"xyz", b"\xff", b"\0\0,"][at % 6]


def with_control(record: bytes, at: int) -> bytes:
    return record[:at] + b"\x01" + record[at:]


def without_quote(record: bytes, at: int) -> bytes:
    at = record.find(b'"', at) % len(record)
    return record[:at] + record[at + 1 :]


def without_end(record: bytes, at: int) -> bytes:
    return record[:-1]


@settings(max_examples=250, deadline=None)
@given(
    good=st.lists(records, min_size=3, max_size=6, unique=True),
    victim=records,
    place=st.integers(1, 5),
    at=st.integers(1, 300),
    damage=st.sampled_from([cut, with_nan, with_garbage, with_control, without_quote, without_end]),
    separator=separators,
    block=st.sampled_from([64, 2**20]),
)
def test_one_fault_takes_no_neighbour_along(
    *,
    good: list[bytes],
    victim: bytes,
    place: int,
    at: int,
    damage: Callable[[bytes, int], bytes],
    separator: bytes,
    block: int,
) -> None:
    # Without a quote all texts behind it are turned inside out: where these hold braces, a part of the broken document
    # may be taken for a record. Nothing is lost by that, but a false record is landed.
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", victim)
    assume(damage is not without_quote or Counter(bare)[ord("}")] == Counter(victim)[ord("}")])
    place %= len(good)
    broken = damage(victim, 1 + at % (len(victim) - 1))
    data = separator.join([*good[:place], broken, *good[place:]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_documents, "BLOCK", block)
        documents, rejects = read([data])
    whole = [victim] if damage is with_garbage else []
    assume(whole or not begins_with_value(data[len(separator.join([*good[:place], b""])) :]))
    assert Counter(documents) == Counter([*good, *whole])
    assert rejects
    # Together they are the whole input in its order, but for what separates.
    rest = data
    for reject in reversed(rejects):
        assert rest[reject.position :].startswith(reject.raw)
        rest = rest[: reject.position] + rest[reject.position + reject.size :]
    pattern = rb"(?:[ \t\r\n,\[\]]|\\n)*"
    assert re.fullmatch(pattern + pattern.join(map(re.escape, documents)) + pattern, rest)


# --- Input that ends in an error


def failing(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise UnreadableInput("truncated_gzip", "It is cut.")


@pytest.mark.parametrize(
    ("chunks", "documents", "rejects"),
    [
        ([], [], [(0, "truncated_gzip", b"")]),
        ([A, B], [A, B], [(14, "truncated_gzip", b"")]),
        ([A, B[:3]], [A], [(7, "truncated_gzip", B[:3])]),
        ([A, b'{"a":NaN}', B, b"\n"], [A, B], [(7, "not_finite_number", b'{"a":NaN}'), (24, "truncated_gzip", b"")]),
        ([A, b'{"a":NaN,', b'"b":'], [A], [(7, "not_finite_number", b'{"a":NaN,"b":'), (20, "truncated_gzip", b"")]),
        ([b"[", A, b","], [A], [(9, "truncated_gzip", b"")]),
    ],
)
def test_an_unreadable_end_is_told_once(
    chunks: list[bytes], documents: list[bytes], rejects: list[tuple[int, str, bytes]]
) -> None:
    found, told = read(failing(*chunks))
    assert found == documents
    assert [(reject.position, reject.reason, reject.raw) for reject in told] == rejects
    assert told[-1].detail == "It is cut."


def test_the_detail_says_what_is_wrong_and_where() -> None:
    data = A + b'{"a":NaN}' + B + b"\0" + b'{"a":1,}' + b'{"a":"\xff"}' + b"\n7\n" + b'{"a":"'
    assert [reject.detail for reject in read([data])[1]] == [
        "NaN and Infinity are not JSON (at byte 12: invalid character)",
        "these bytes belong to no document; expected objects (at byte 23: no object)",
        "the document is not JSON (at byte 31: trailing comma in object)",
        "the document has bytes that are not UTF-8",
        "these bytes belong to no document; expected objects (at byte 42: no object)",
        "the input ends inside the document (at byte 50: truncated)",
    ]


def test_a_batch_is_yielded_before_the_next_piece_is_read() -> None:
    """A large object flows: it is neither collected nor read ahead of what is taken."""
    taken, long = 0, b'{"a":"' + b"x" * (2**10 - 8) + b'"}'

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(10):
            taken += 1
            yield long * 2**10

    batches = read_documents(chunks(), refuse)
    assert len(next(batches)) == 2**10
    assert taken == 1
    assert sum(map(len, batches)) == 9 * 2**10
