"""Every row comes out as it stands in the file, and a fault takes nothing but itself along."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.readers import csv_rows, encodings
from loaders.readers.compression import UnreadableInput
from loaders.readers.csv_dialect import FAULTS
from loaders.readers.csv_headers import Expected
from loaders.readers.csv_rows import read_rows
from loaders.readers.json_documents import Repaired
from loaders.readers.reject import RAW_LIMIT, Reject

NEVER = 1 << 62
Outcome = tuple[list[bytes], list[tuple[int, str, bytes]]]


@pytest.fixture(autouse=True, params=[0, NEVER], ids=["fast", "strict"])
def _path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every test see both ways to read: pyarrow for all that it can read, and for nothing."""
    monkeypatch.setattr(csv_rows, "FAST", request.param)


def read(chunks: Iterable[bytes], **options: Any) -> tuple[list[bytes], list[Reject]]:
    rejects: list[Reject] = []
    batches = read_rows(chunks, rejects.append, **options)
    return [bytes(document) for batch in batches for document in batch], rejects


def rows(data: bytes, **options: Any) -> list[list[str]]:
    """The cells of a file that has no faults."""
    documents, rejects = read([data], **options)
    assert rejects == []
    return [list(json.loads(document).values()) for document in documents]


def outcome(data: bytes, **options: Any) -> Outcome:
    """The documents and what was rejected: where, why, and its bytes."""
    documents, rejects = read([data], **options)
    assert all(reject.size == len(reject.raw) for reject in rejects)
    assert all(data[reject.position :].startswith(reject.raw) for reject in rejects)
    return documents, [(reject.position, reject.reason, reject.raw) for reject in rejects]


def fail(what: object) -> None:
    pytest.fail(str(what))


def refuse(data: bytes, **options: Any) -> Reject:
    """The one reject of a file that is rejected as a whole."""
    documents, [reject] = read([data], **options)
    assert (documents, reject.position, reject.record) == ([], 0, None)
    assert (reject.raw, reject.size) == (data, len(data))
    return reject


def test_a_row_is_one_object_of_strings_in_the_order_of_the_header() -> None:
    data = b"user_id,text,rating\n7,good,3\nx7,, 3 \n"
    documents = [b'{"user_id":"7","text":"good","rating":"3"}', b'{"user_id":"x7","text":"","rating":" 3 "}']
    assert outcome(data) == (documents, [])
    assert outcome(b"rating,user_id\n3,7\n") == ([b'{"rating":"3","user_id":"7"}'], [])


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("1", "1"),
        ("", ""),
        ('""', ""),
        ('"a,b"', "a,b"),
        ('"line\nline"', "line\nline"),
        ('"line\r\nline"', "line\r\nline"),
        ('"\r"', "\r"),
        ('"a\rb\n\n"', "a\rb\n\n"),
        ('"""three"" clusters"', '"three" clusters'),
        ('""""', '"'),
        ('5" disk', '5" disk'),
        ('say "hi"', 'say "hi"'),
        ("<p>the <code>id</code> colu", "<p>the <code>id</code> colu"),
        ("=1+1", "=1+1"),
        (" padded ", " padded "),
        ("NULL", "NULL"),
        ("a\tb\\n\\", "a\tb\\n\\"),
        ("\u2028\x85", "\u2028\x85"),
        ("\ufeff", "\ufeff"),
        ("\U0001f600 é", "\U0001f600 é"),
        ("\x01\x02\x0b\x1f\x7f", "\x01\x02\x0b\x1f\x7f"),
        ("\\ud800\\u0000", "\\ud800\\u0000"),
    ],
)
def test_a_cell_is_what_stands_in_the_file(text: str, cell: str) -> None:
    for line_end in ("\n", "\r\n"):
        lines = ["a,b,c", f"{text},1,2", f"1,{text},2", f"1,2,{text}", "3,4,5"]
        expected = [[cell, "1", "2"], ["1", cell, "2"], ["1", "2", cell], ["3", "4", "5"]]
        assert rows(line_end.join([*lines, ""]).encode()) == expected
        assert rows(line_end.join(lines).encode()) == expected


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", "]", "-", " ", "\\", "\x01"])
def test_the_delimiter_is_any_ascii_character(delimiter: str) -> None:
    text = 'a,b\n"x,y",2\n"q""\n",\n1,"\n'.replace(",", delimiter).encode()
    documents, rejects = outcome(text, delimiter=delimiter)
    assert [list(json.loads(document).values()) for document in documents] == [[f"x{delimiter}y", "2"], ['q"\n', ""]]
    assert rejects == [(text.rindex(b"1"), "unterminated_quote", text[text.rindex(b"1") :].strip(b"\n"))]


def test_documents_are_encoded_as_msgspec_does() -> None:
    data = 'a"\\,b\n"\t""\\\n",\u2028é\n'.encode()
    assert outcome(data) == (['{"a\\"\\\\":"\\t\\"\\\\\\n","b":"\u2028é"}'.encode()], [])


def test_a_file_of_one_column() -> None:
    assert rows(b'a\n1\n\n""\n \n"x\ny"\n') == [["1"], [""], [" "], ["x\ny"]]
    assert rows(b"a\r\n1\r\n\r\n2") == [["1"], ["2"]]


def test_blank_lines_are_no_records() -> None:
    assert rows(b"\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n") == [["1", "2"], ["3", "4"]]
    _, [reject] = read([b"\na,b\n\n1,2\n\n3\n"])
    assert (reject.line, reject.record) == (6, 2)


def test_a_byte_order_mark_is_taken_off_the_file_and_nothing_else() -> None:
    row = '{"a":"\ufeff1"}'.encode()
    assert outcome(b"\xef\xbb\xbfa\n\xef\xbb\xbf1\n") == ([row], [])
    # with a quote as data, which no block has, a row ends a block
    assert outcome(b'a\n5"\n\xef\xbb\xbf1\n') == ([b'{"a":"5\\""}', row], [])


def test_nul_is_no_text_to_warehouses() -> None:
    [[document, other]] = list(read_rows([b"a,b\nx\0,\\u0000\ny,\\u0000\n"], fail))
    assert (bytes(document), bytes(other)) == (b'{"a":"x\\ufffd","b":"\\\\u0000"}', b'{"a":"y","b":"\\\\u0000"}')
    assert isinstance(document, Repaired)
    assert document.verbatim == b'{"a":"x\\u0000","b":"\\\\u0000"}'
    assert not isinstance(other, Repaired)


def test_a_header_that_ends_with_a_delimiter_names_a_column_nothing() -> None:
    assert outcome(b"a,\n1,2\n3\n") == ([b'{"a":"1","":"2"}'], [(7, "wrong_column_count", b"3")])


# A delimiter at the end


ENDS: dict[str, Any] = {"delimiter": ";", "ends_with_delimiter": True}


def test_rows_end_with_a_delimiter_or_not_whatever_the_header_does() -> None:
    body = b"1;2\n3;4;\r\n;;\n5;6"
    cells = [["1", "2"], ["3", "4"], ["", ""], ["5", "6"]]
    assert outcome(b"a;b\n" + body + b"\n7;", **ENDS) == (
        [json.dumps({"a": a, "b": b}, separators=(",", ":")).encode() for a, b in [*cells, ["7", ""]]],
        [],
    )
    assert outcome(b"a;b;\r\n" + body, **ENDS) == (
        [json.dumps({"a": a, "b": b, "": ""}, separators=(",", ":")).encode() for a, b in cells],
        [],
    )
    assert rows(b'a;b\n"1;";2;\n"3";"";""\n', **ENDS) == [["1;", "2"], ["3", ""]]


def test_a_row_that_lacks_a_cell_before_its_last_delimiter_is_not_read_one_column_off() -> None:
    documents, rejects = outcome(b"a;b;c;\n1;3;\n1;2;3\n1;3;;\n", **ENDS)
    assert documents == [b'{"a":"1","b":"2","c":"3","":""}', b'{"a":"1","b":"3","c":"","":""}']
    assert rejects == [(7, "wrong_column_count", b"1;3;")]


def test_a_cell_behind_the_last_delimiter_is_kept_or_is_a_fault() -> None:
    assert rows(b"a;b;\n1;2;x\n", **ENDS) == [["1", "2", "x"]]
    documents, rejects = outcome(b"a;b\n1;2;x\n1;2; \n1;2;;\n1\n3;4;\n", **ENDS)
    assert documents == [b'{"a":"3","b":"4"}']
    assert [(reason, raw) for _, reason, raw in rejects] == [
        ("wrong_column_count", b"1;2;x"),
        ("wrong_column_count", b"1;2; "),
        ("wrong_column_count", b"1;2;;"),
        ("wrong_column_count", b"1"),
    ]
    assert read([b"a;b\n1;2;;\n"], **ENDS)[1][0].detail == "4 cells, expected 2"
    assert outcome(b"a;b;\n1;2;;\n1;2;;;\n1\n", **ENDS)[0] == [b'{"a":"1","b":"2","":""}']


def test_an_index_column_without_a_name_and_a_last_delimiter_do_not_lose_the_file() -> None:
    documents = [b'{"":"0","a":"1","b":"2"}', b'{"":"1","a":"3","b":"4"}']
    assert outcome(b";a;b;\n0;1;2;\n1;3;4\n", **ENDS) == (documents, [])
    assert refuse(b";a;b;\n0;1;2;\n", delimiter=";").reason == "duplicate_header"
    assert refuse(b";a;;\n0;1;2;\n", **ENDS).detail == "the header has '' more than once, expected each name once"
    assert refuse(b";a;a;\n0;1;2;\n", **ENDS).detail == "the header has 'a' more than once, expected each name once"


def test_a_drop_that_does_not_say_so_takes_no_delimiter_at_the_end() -> None:
    _, rejects = outcome(b"a;b\n1;2;\n", delimiter=";")
    assert rejects == [(4, "wrong_column_count", b"1;2;")]


# One of several delimiters


EITHER: dict[str, Any] = {"delimiter": [";", ","], "expected": Expected(["a"])}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a;b\n1;2,5\n", [["1", "2,5"]]),
        (b'a,b\n1,"2,5"\n', [["1", "2,5"]]),
        (b'\xef\xbb\xbf\n"a","b;c"\n1,"x;y"\n', [["1", "x;y"]]),
        (b"a\n1\n", [["1"]]),
        (b"b,c;d,a\n1,2;3,4\n", [["1", "2;3", "4"]]),
        (b"a;b,a\n1;2\n", [["1", "2"]]),
        (b"b,a\n1,2\n", [["1", "2"]]),
        (b'b,";x",a\n1,2,3\n', [["1", "2", "3"]]),  # a quote that is none with the first one
    ],
)
def test_the_delimiter_is_the_first_that_finds_a_required_column(data: bytes, expected: list[list[str]]) -> None:
    for size in (1, 2, 1000):
        documents, rejects = read([data[at : at + size] for at in range(0, len(data), size)], **EITHER)
        assert ([list(json.loads(document).values()) for document in documents], rejects) == (expected, [])


def test_a_file_that_no_delimiter_fits_is_refused_as_with_the_first() -> None:
    reject = refuse(b"<!DOCTYPE html>\n<p>a;b,c</p>\n", **EITHER)
    told = "the first record is '<!DOCTYPE html>', expected a header with 'a'"
    assert (reject.reason, reject.detail) == ("no_header", told)
    assert refuse(b"a|b\n1|2\n", **EITHER).detail == (
        "the first record is 'a|b', expected a header with 'a'; it has them with '|' as the delimiter, which is ';'"
    )
    lacking = refuse(b"b,a\n1,2\n", **{**EITHER, "expected": Expected(["a", "c"])})
    assert (lacking.reason, lacking.detail) == ("missing_columns", "the header lacks 'c'; it has 'b', 'a'")


# What is no row


ROW, LANDED = b"1,2,3\n", b'{"a":"1","b":"2","c":"3"}'


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (b"1,2", "wrong_column_count"),
        (b"1,2,3,4", "wrong_column_count"),
        (b"1,2,3,", "wrong_column_count"),
        (b' ,"x"', "wrong_column_count"),
        (b'1,"x\ny"', "wrong_column_count"),
        (b'1,"x\n\nb,c",3,4,5', "wrong_column_count"),
        (b'1,"y"q,3', "text_after_quote"),
        (b'1,"y" ,3', "text_after_quote"),
        (b'""x,2,3', "text_after_quote"),
        (b'1,"two\nlines"q,3', "text_after_quote"),
        (b'1,"two\n\nlines"q\nr', "text_after_quote"),
        (b"1,2\r,3", "bare_carriage_return"),
        (b"1,2,3\r4,5,6", "bare_carriage_return"),
        (b"1,2,3\rx", "bare_carriage_return"),
        (b'1,2,"3"\r,', "bare_carriage_return"),
        (b"\r,", "bare_carriage_return"),
        (b"1,\xff,3", "invalid_encoding"),
        (b'1,"\xc3",3', "invalid_encoding"),
        (b"1,\xed\xa0\x80,3", "invalid_encoding"),
        (b'1,"two\nlines\xff",3', "invalid_encoding"),
    ],
)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_fault_takes_nothing_along(fault: bytes, reason: str, line_end: bytes) -> None:
    header = b"a,b,c" + line_end
    row, at = ROW.strip() + line_end, len(header)
    for before in (0, 1, 2):
        where = at + before * len(row)
        expected = [LANDED] * (before + 2), [(where, reason, fault)]
        assert outcome(header + row * before + fault + line_end + row * 2) == expected
        assert outcome(header + row * before + fault + line_end) == ([LANDED] * before, [(where, reason, fault)])
        assert outcome(header + row * before + fault) == ([LANDED] * before, [(where, reason, fault)])


@pytest.mark.parametrize("fault", [b"1,2,3\r", b'1,2,"3"\r', b"\r"])
def test_a_carriage_return_before_a_line_end_is_a_fault(fault: bytes) -> None:
    expected = [LANDED] * 2, [(12, "bare_carriage_return", fault)]
    assert outcome(b"a,b,c\n" + ROW + fault + b"\r\n" + ROW) == expected
    assert outcome(b"a,b,c\n" + ROW + fault) == ([LANDED], expected[1])


def test_a_reject_says_where_it_stands_and_what_was_expected() -> None:
    _, rejects = read([b'\xef\xbb\xbf"a",b\r\n1,"x\ny"\r\n1,2,3\r\n5,6\r\n1,"y"q\n1,\xff\n'])
    header, fault = '"a",b', f"{FAULTS['text_after_quote']} (at byte 36)"
    invalid = "bytes of the row are invalid in utf-8, expected text in it"
    assert rejects == [
        Reject(19, "wrong_column_count", "3 cells, expected 2", b"1,2,3", 5, 4, 2, header),
        Reject(31, "text_after_quote", fault, b'1,"y"q', 6, 6, 4, header),
        Reject(38, "invalid_encoding", invalid, b"1,\xff", 3, 7, 5, header),
    ]


@pytest.mark.parametrize(
    ("data", "landed", "rejects"),
    [
        # a lost quote that swallows records to the end of the file
        (b'1,"2\n3,4\n5,6\n', ["34", "56"], [(4, "unterminated_quote", b'1,"2')]),
        (b'3,4\n1,"2\n5,6', ["34", "56"], [(8, "unterminated_quote", b'1,"2')]),
        (b'3,4\n5,6\n1,"2\n', ["34", "56"], [(12, "unterminated_quote", b'1,"2')]),
        (b'3,4\n"', ["34"], [(8, "unterminated_quote", b'"')]),
        # and with lines of its own
        (b'1,"2\nx\n\ny\n3,4\n', ["34"], [(4, "unterminated_quote", b'1,"2\nx\n\ny')]),
        (b'1,"2\nx\n\n', [], [(4, "unterminated_quote", b'1,"2\nx')]),
        # and up to the next quote
        (b'1,"2\n3,4\n5,"6"\n7,8\n', ["34", "56", "78"], [(4, "text_after_quote", b'1,"2')]),
        (b'1,"2\n3,4\n5,"6\n7"\n8,9\n', ["34", "56\n7", "89"], [(4, "text_after_quote", b'1,"2')]),
        # a record with a cell too many whose lines look like rows: its rest does not
        (b'1,"x\n3,4\ny",2\n5,6\n', ["34", "56"], [(4, "wrong_column_count", b'1,"x'), (13, "stray_quote", b'y",2')]),
        # the two next to each other are two
        (b"1\n2\n3,4\n", ["34"], [(4, "wrong_column_count", b"1"), (6, "wrong_column_count", b"2")]),
        (b'1,"a"b\n2\n3,4\n', ["34"], [(4, "text_after_quote", b'1,"a"b\n2')]),
        # a quote as data is one again behind the stretch that was in doubt
        (b'1,"2"3\n4,5\n5" disk,6\n', ["45", '5" disk6'], [(4, "text_after_quote", b'1,"2"3')]),
        (b'1,"2"3\n4" disk,5\n6,7\n', ["67"], [(4, "text_after_quote", b'1,"2"3\n4" disk,5')]),
    ],
)
def test_a_faulty_record_ends_where_a_good_one_begins(
    data: bytes, landed: list[str], rejects: list[tuple[int, str, bytes]]
) -> None:
    documents, found = outcome(b"a,b\n" + data)
    assert (["".join(json.loads(document).values()) for document in documents], found) == (landed, rejects)


# Headers


@pytest.mark.parametrize(
    ("data", "options", "reason", "detail"),
    [
        (b"a,b,a\n1,2,3\n", {}, "duplicate_header", "the header has 'a' more than once, expected each name once"),
        (b"a,,\n1,2,3\n", {}, "duplicate_header", "the header has '' more than once, expected each name once"),
        (
            b"1,2\n3,4\n",
            {"expected": Expected(["a", "b"])},
            "no_header",
            "the first record is '1', '2', expected a header with 'a', 'b'",
        ),
        (
            b"a;b\n3;4\n",
            {"expected": Expected(["b"])},
            "no_header",
            "the first record is 'a;b', expected a header with 'b'; "
            "it has them with ';' as the delimiter, which is ','",
        ),
        (
            b"c,a\n1,2\n",
            {"expected": Expected(["a", "b", "d"])},
            "missing_columns",
            "the header lacks 'b', 'd'; it has 'c', 'a'",
        ),
        (
            b'a,"b\n1,2\n',
            {},
            "malformed_header",
            f"{FAULTS['unterminated_quote']} (at byte 2)",
        ),
        (
            b'a,"b"c\n1,2',
            {},
            "malformed_header",
            f"{FAULTS['text_after_quote']} (at byte 5)",
        ),
        (
            b"a,b\r1,2\r",
            {},
            "malformed_header",
            "a carriage return outside quotes ends no line, expected LF or CRLF (at byte 3)",
        ),
        (
            b"\xef\xbb\xbfa,\xff\n1,2\n",
            {},
            "malformed_header",
            "bytes of the header are invalid in utf-8, expected text in it",
        ),
    ],
)
def test_a_header_that_cannot_be_used_refuses_the_file(
    data: bytes, options: dict[str, Any], reason: str, detail: str
) -> None:
    reject = refuse(data, **options)
    assert (reject.reason, reject.detail, reject.line) == (reason, detail, 1)
    assert reject.header is None


def test_a_refused_file_is_kept_up_to_a_limit() -> None:
    size = RAW_LIMIT + 1000
    _, [reject] = read([b"a,a\n", *[b"x" * 1000] * (size // 1000)])
    assert (reject.reason, reject.size) == ("duplicate_header", 4 + size // 1000 * 1000)
    assert reject.raw == b"a,a\n" + b"x" * (RAW_LIMIT - 4)


def test_columns_may_be_more_than_are_required_and_in_any_order() -> None:
    assert rows(b"c,b,a\n1,2,3\n", expected=Expected(["a", "b"])) == [["1", "2", "3"]]


@pytest.mark.parametrize("line", [b"a,b", b"a,b\n", b"\xef\xbb\xbfa,b\r\n", b"\na,b\n\n\n"])
def test_a_header_without_rows_is_told_from_an_empty_file(line: bytes) -> None:
    warnings: list[str] = []
    assert read([line], warn=warnings.append) == ([], [])
    assert warnings == ["holds a header and no rows"]
    assert read([line.rstrip(), b"\n1"], warn=fail)[1] != []
    assert read([line.rstrip(), b"\n1,2"], warn=fail)[1] == []


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_gives_nothing(data: bytes) -> None:
    assert read([data], warn=fail, expected=Expected(["a"])) == ([], [])


# Encodings


@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "UTF8"])
def test_other_encodings(encoding: str) -> None:
    data = '\ufeffa,ä\né,"1\n2"\r\nü,\n'.removeprefix("" if encoding == "utf-16-le" else "\ufeff").encode(encoding)
    for size in (1, 3, 1000):
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        expected = ['{"a":"é","ä":"1\\n2"}'.encode(), '{"a":"ü","ä":""}'.encode()]
        assert read(chunks, encoding=encoding) == (expected, [])


@pytest.mark.parametrize(
    ("encoding", "data", "raw"),
    [
        ("windows-1252", b"a\n1\n\x81\n2\n", b"\xed\xb2\x81"),
        ("ascii", b"a\n1\n\xc3\xa9\n2\n", b"\xed\xb3\x83\xed\xb2\xa9"),
        (
            "utf-16-le",
            "a\n1\n".encode("utf-16-le") + b"\0\xd8" + "\n2\n".encode("utf-16-le"),
            b"\xed\xb0\x80\xed\xb3\x98",
        ),
    ],
)
def test_bytes_that_an_encoding_does_not_know_cost_their_row(encoding: str, data: bytes, raw: bytes) -> None:
    documents, [reject] = read([data], encoding=encoding)
    assert documents == [b'{"a":"1"}', b'{"a":"2"}']
    assert (reject.position, reject.reason, reject.raw) == (4, "invalid_encoding", raw)
    assert reject.detail.endswith(f"are invalid in {encoding.replace('windows-', 'cp')}, expected text in it")


BOTH: dict[str, Any] = {"encoding": ["utf-8", "windows-1252"]}
DASH = "a\u2013é,b\n€,1\n"


@pytest.mark.parametrize(
    ("data", "documents", "reject_count"),
    [
        (DASH.encode(), ['{"a\u2013é":"€","b":"1"}'], 0),
        (b"\xef\xbb\xbf" + DASH.encode(), ['{"a\u2013é":"€","b":"1"}'], 0),
        (DASH.encode("windows-1252"), ['{"a\u2013é":"€","b":"1"}'], 0),
        (b"a\n1\n\xe9", ['{"a":"1"}', '{"a":"é"}'], 0),  # which ends the input as the beginning of UTF-8 would
        (b"a\n\xc3\xa3\n", ['{"a":"ã"}'], 0),
        (b"\xef\xbb\xbfa\n\xc3\xa3\n\xe3\n", ['{"a":"ã"}'], 1),  # marked, and its last row is wrong
        (b"a\n\xe3\n\x81\n", ['{"a":"ã"}'], 1),  # neither; the last one loses least
    ],
)
def test_the_encoding_is_the_one_that_fewest_characters_contradict(
    data: bytes, documents: list[str], reject_count: int
) -> None:
    for size in (1, 3, 1000):
        found, rejects = read([b"", *(data[at : at + size] for at in range(0, len(data), size))], **BOTH)
        assert (found, len(rejects)) == ([document.encode() for document in documents], reject_count)


@pytest.mark.parametrize("size", [1, 1000, 1 << 20, (1 << 20) + 1, 1 << 22])
@pytest.mark.parametrize(
    ("behind", "cell"),
    [
        ("é".encode(), "é"),  # the sample ends within it
        (b"\xc3\xa9\n\x80", "é"),  # what makes it invalid stands behind the sample
        (b"\xe9", "é"),  # likewise, as if it stood at the beginning
    ],
)
def test_the_first_bytes_decide_however_they_come(
    monkeypatch: pytest.MonkeyPatch, size: int, behind: bytes, cell: str
) -> None:
    monkeypatch.setattr(encodings, "SAMPLE", 1 << 10) if size < 1 << 20 else None
    data = b"a\n" + b"x\n" * (encodings.SAMPLE // 2 - 2) + b"y" + behind + b"\n"
    assert len(data.partition(behind)[0]) == encodings.SAMPLE - 1
    documents, rejects = read((data[at : at + size] for at in range(0, len(data), size)), **BOTH)
    whole = f'{{"a":"y{cell}"}}'.encode()
    assert (documents[-1], len(rejects)) == (whole, behind.count(b"\n"))


def test_an_input_that_breaks_off_in_its_first_bytes_is_read_up_to_there() -> None:
    def chunks(data: bytes) -> Iterator[bytes]:
        yield data
        raise UnreadableInput("truncated_gzip", "it ends inside a member")

    for data, document in ((b"a\n\xc3\xa9\n\xc3", '{"a":"é"}'), (b"a\n\xe9\nx", '{"a":"é"}')):
        documents, [reject] = read(chunks(data), **BOTH)
        assert (documents, reject.reason) == ([document.encode()], "truncated_gzip")


def test_an_unknown_encoding_is_an_error() -> None:
    with pytest.raises(LookupError):
        read([b"a\n1\n"], encoding="utf-9")


# Inputs that break off


def broken(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise UnreadableInput("truncated_gzip", "it ends inside a member")


@pytest.mark.parametrize(
    ("data", "landed", "cut"),
    [
        (b"", 0, (0, b"", 1, None)),
        (b"a,", 0, (0, b"a,", 1, 1)),
        (b"a,b\n", 0, (4, b"", 2, None)),
        (b"a,b\n1,2\n3,4\n", 2, (12, b"", 4, None)),
        (b"a,b\n1,2\n3,4", 1, (8, b"3,4", 3, 2)),
        (b"a,b\n1,2\n3,4\r", 1, (8, b"3,4\r", 3, 2)),
        (b'a,b\n1,2\n3,"4\n5,6\n', 1, (8, b'3,"4\n5,6\n', 3, 2)),
        (b'a,b\n1,2\n3,"4"x', 1, (8, b'3,"4"x', 3, 2)),
    ],
)
def test_what_an_unreadable_input_cut_is_one_reject(
    data: bytes, landed: int, cut: tuple[int, bytes, int, int | None]
) -> None:
    documents, [reject] = read(broken(data), warn=fail)
    assert len(documents) == landed
    assert (reject.position, reject.raw, reject.line, reject.record) == cut
    assert (reject.reason, reject.detail) == ("truncated_gzip", "it ends inside a member")
    assert reject.header == ("a,b" if b"\n" in data else None)


def test_a_fault_before_the_cut_is_another_reject() -> None:
    _, rejects = read(broken(b'a,b\n1,"2"x\n3\n4,"'))
    assert [(reject.reason, reject.raw) for reject in rejects] == [
        ("text_after_quote", b'1,"2"x\n3'),
        ("truncated_gzip", b'4,"'),
    ]


# Sizes


@pytest.mark.parametrize("cell", [b"x", b'"x', b'"x\n'])
def test_a_record_that_is_too_large_takes_nothing_along(cell: bytes) -> None:
    large = b"1," + cell + b"x\r" * 10_000_000 + (b'"' if cell.startswith(b'"') else b"")
    data = b"a,b\n1,2\n" + large + b"\r\n3,4\n5,6"
    for size in (1 << 20, len(data)):
        documents, [reject] = read(data[at : at + size] for at in range(0, len(data), size))
        assert documents == [b'{"a":"1","b":"2"}', b'{"a":"3","b":"4"}', b'{"a":"5","b":"6"}']
        assert (reject.position, reject.line, reject.record, reject.size) == (8, 3, 2, len(large))
        assert reject.reason == "too_large"
        assert reject.raw == large[:RAW_LIMIT]


def test_a_line_end_may_be_cut_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    large = b"x" * (RAW_LIMIT + 1000)
    documents, [reject] = read([b"a\n" + large + b"\r", b"\n1\n"])
    assert (documents, reject.size) == ([b'{"a":"1"}'], len(large))
    monkeypatch.setattr(csv_rows, "BLOCK", 1)
    assert read([b"a,b\r", b"\n1,2\r", b"\n"]) == ([b'{"a":"1","b":"2"}'], [])


def test_the_longest_record() -> None:
    cell = b"x" * (RAW_LIMIT - 2)
    for line_end in (b"\n", b"\r\n", b""):
        documents, rejects = read([b"a\n", b'"', cell, b'"' + line_end])
        assert (documents, rejects) == ([b'{"a":"' + cell + b'"}'], [])
        for chunks in ([b'a\n"', cell, b'x"', line_end], [b'a\n"' + cell + b'x"' + line_end]):
            documents, [reject] = read(chunks)
            assert (documents, reject.reason, reject.size) == ([], "too_large", RAW_LIMIT + 1)


MEMORY = """
import re, resource
from loaders.readers.csv_rows import read_rows
{loop}
    rejects = []
    size = sum(len(rows) for rows in read_rows(chunks, lambda reject: rejects.append((reject.reason, reject.size))))
    print(size, rejects[:1])
try:
    print(*re.findall(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read()))
except OSError:  # where there is no Linux; and there it counts what the parent had when it forked
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("_path", [NEVER], indirect=True)
@pytest.mark.parametrize(
    ("head", "piece", "landed", "reason"),
    [
        (b'a,b\n1,"', b"x" * 99, 0, "too_large"),  # one line
        (b'a,b\n1,"2\n', b"3,4 and a text of some length, or\n" * 3, 0, "too_large"),  # one quote
        (b'a,b\n1,"2\n', b"3," + b"4" * 96 + b"\n", 300_000, "too_large"),  # one quote that swallows good records
        (b"a,b\n", b'x","' + b"y" * 95 + b"\n", 0, "too_large"),  # each line opens a quote
        (b"a,a\n", b"1,2\n" * 25, 0, "duplicate_header"),
        (b"a" * 9_000 + b",b\n", b"1,2\n" * 25, None, ""),  # names that are long over cells that are short
    ],
)
def test_memory_is_bounded_and_no_fault_takes_for_ever(
    head: bytes, piece: bytes, landed: int | None, reason: str
) -> None:
    pieces = 300 if landed is not None else 1
    loop = f"for chunks in [iter([{head!r}, *[{piece!r} * 1000] * {pieces}])]:"
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(loop=loop)], capture_output=True, text=True, check=True, timeout=300
    )
    told, peak = done.stdout.splitlines()
    if landed is not None:
        assert told.startswith(f"{landed} [('{reason}'")
    assert int(peak) < 300 * 1024


@pytest.mark.parametrize("_path", [NEVER], indirect=True)
@pytest.mark.parametrize(
    ("names", "cells", "told"),
    [
        (2_000_000, 2, "0 [('malformed_header', %d)]"),  # a header of 13 MB
        (150_000, 2, "0 [('wrong_column_count', 1)]"),
        (150_000, 150_000, "40 []"),
    ],
)
def test_memory_does_not_follow_the_header(names: int, cells: int, told: str) -> None:
    header = f"','.join(format(n, 'x') for n in range({names})).encode()"
    loop = f"for chunks in [iter([{header}, *[b'\\n' + b',' * {cells - 1}] * 40])]:"
    done = subprocess.run([sys.executable, "-c", MEMORY.format(loop=loop)], capture_output=True, text=True, check=True)
    found, peak = done.stdout.splitlines()
    size = len(",".join(format(n, "x") for n in range(names))) + 80
    assert found == (told % size if "%" in told else told)
    assert int(peak) < 300 * 1024


def test_batches_are_small() -> None:
    sizes = [len(batch) for batch in read_rows([b"a,b\n" + b"1,2\n" * 600_000], fail)]
    assert (sum(sizes), max(sizes) < 550_000) == (600_000, True)


# Properties


HOSTILE = st.lists(
    st.sampled_from(
        ['"', '"', '""', ",", ",", "\n", "\n", "\r\n", "\r", "a", "b", "1", "é", "\0", "\t", "\\", "\udcff"]
    ),
    max_size=40,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogateescape"))
HEADERS = st.sampled_from([b"a\n", b"a,b\n", b'"x""\n",b\r\n', b"a,b,\n"])
OPTIONS = st.sampled_from([{}, {"ends_with_delimiter": True}, BOTH])


def everything(chunks: list[bytes], **options: Any) -> Any:
    rejects: list[Reject] = []
    batches = read_rows(chunks, rejects.append, **options)
    return [(bytes(row), getattr(row, "verbatim", None)) for batch in batches for row in batch], rejects


@pytest.mark.parametrize("_path", [0], indirect=True)
@settings(max_examples=800)
@given(header=HEADERS, body=HOSTILE, options=OPTIONS)
def test_the_fast_way_and_the_strict_one_agree(header: bytes, body: bytes, options: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = everything([header + body], **options)
        patch.setattr(csv_rows, "FAST", NEVER)
        assert everything([header + body], **options) == found


@settings(max_examples=400)
@given(
    header=HEADERS,
    body=HOSTILE,
    sizes=st.lists(st.integers(0, 20), min_size=1, max_size=9),
    block=st.integers(1, 30),
    options=OPTIONS,
)
def test_where_the_input_is_cut_into_pieces_changes_nothing(
    header: bytes, body: bytes, sizes: list[int], block: int, options: dict[str, Any]
) -> None:
    data, chunks, at = header + body, list[bytes](), 0
    for size in sizes:
        chunks.append(data[at : at + size])
        at += size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "SAMPLE", 20)
        found = everything([data], **options)
        patch.setattr(csv_rows, "BLOCK", block)
        assert everything([*chunks, data[at:]], **options) == found


@settings(max_examples=300)
@given(header=HEADERS, body=HOSTILE)
def test_what_is_no_row_is_a_reject(header: bytes, body: bytes) -> None:
    documents, rejects = everything([header + body])
    rest, passed = header + body, len(header + body)
    for reject in reversed(rejects):
        end = reject.position + reject.size
        assert rest[reject.position : end] == reject.raw
        assert end <= passed
        passed = reject.position
        assert header.count(b"\n") + (header + body)[len(header) : passed].count(b"\n") + 1 == reject.line
        rest = rest[:passed] + rest[end:]
    text = io.StringIO(rest.decode()[len(header.decode()) :], newline="")
    assert [row for row in csv.reader(text, strict=True) if row] == [
        list(json.loads(verbatim or row).values()) for row, verbatim in documents
    ]


CELLS = st.text(st.sampled_from('ab",;\n\r\t\\é\u2028\U0001f600\x0b1 '), max_size=8)


@settings(max_examples=300)
@given(
    table=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
    ),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_writer_wrote_is_read(table: list[list[str]], line_end: str, quoting: Any) -> None:
    if line_end == "\n":  # which the writer takes for a reason not to quote the other one
        table = [[cell.replace("\r", "") for cell in row] for row in table]
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=line_end, quoting=quoting).writerows([list("abcd"[: len(table[0])]), *table])
    assert rows(file.getvalue().encode()) == table
