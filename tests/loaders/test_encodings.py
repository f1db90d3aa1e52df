"""The encoding of a file is judged by all that its sample says, and so that no byte's place changes it."""

import codecs
import json
from collections.abc import Iterable
from typing import Any

import pytest

from loaders.readers import encodings
from loaders.readers.csv_rows import read_rows
from loaders.readers.reject import Reject

BOTH = ["utf-8", "windows-1252"]
GOOD = "".join(f"{number},ação {number}\n" for number in range(1000)).encode()


def read(
    data: bytes | Iterable[bytes], encoding: Any = BOTH, **options: Any
) -> tuple[list[str], list[Reject], list[str]]:
    """The texts of the last column, the rejects, and what is warned of."""
    rejects, warnings = list[Reject](), list[str]()
    chunks = [data] if isinstance(data, bytes) else data
    batches = read_rows(chunks, rejects.append, encoding=encoding, warn=warnings.append, **options)
    return [list(json.loads(bytes(row)).values())[-1] for batch in batches for row in batch], rejects, warnings


MIXED = (
    "has characters of several encodings: it is read as {}, which {} of them contradict, rather than {}; "
    "expected one encoding in a file, so look at its rejects and its texts"
)


@pytest.mark.parametrize("before", [0, 200_000], ids=["in the first megabyte", "behind it"])
def test_a_stray_byte_costs_its_row_wherever_it_is(before: int) -> None:
    ascii_rows = b"7,plain\n" * before
    texts, [reject], warnings = read(b"n,text\n" + ascii_rows + GOOD + b"8,stray \xe9\n" + GOOD)
    assert texts == ["plain"] * before + [f"ação {number}" for number in range(1000)] * 2
    assert (reject.reason, reject.raw, reject.line) == ("invalid_encoding", b"8,stray \xe9", before + 1002)
    assert warnings == [MIXED.format("utf-8", 1, "cp1252 (4,000)")]


def test_a_stray_byte_behind_the_sample_comes_out_alike() -> None:
    texts, [reject], warnings = read(b"n,text\n" + GOOD * 80 + b"8,stray \xe9\n" + GOOD)
    assert texts == [f"ação {number}" for number in range(1000)] * 81
    assert (reject.reason, reject.raw, warnings) == ("invalid_encoding", b"8,stray \xe9", [])


def test_a_utf8_file_with_a_damaged_row_stays_utf8_and_says_so() -> None:
    texts, [reject], [warning] = read(b"n,text\n" + GOOD + b"8,stray \xe9\n")
    assert (texts[0], texts[-1], len(texts)) == ("ação 0", "ação 999", 1000)
    assert (reject.raw, reject.line) == (b"8,stray \xe9", 1002)
    assert warning == MIXED.format("utf-8", 1, "cp1252 (2,000)")


def test_a_stray_byte_in_plain_ascii_is_read_alike_everywhere() -> None:
    for before in (1, 300_000):
        texts, rejects, warnings = read(b"a\n" + b"xyz\n" * before + b"caf\xe9\nb\n")
        assert (texts[-2:], rejects, warnings) == (["café", "b"], [], [])


@pytest.mark.parametrize(
    ("data", "texts", "rejected", "warned"),
    [
        ("a\nação “x” \u2013 €\n".encode("windows-1252"), ["ação “x” \u2013 €"], 0, None),
        ("a\nÇÃO É ÀÁÂÃ ßß\n".encode("windows-1252"), ["ÇÃO É ÀÁÂÃ ßß"], 0, None),
        ("a\nação\n".encode(), ["ação"], 0, None),
        (b"a\nplain\n", ["plain"], 0, None),
        (codecs.BOM_UTF8 + "a\nação\n".encode(), ["ação"], 0, None),
        (codecs.BOM_UTF8 + b"a\nplain\n", ["plain"], 0, None),
        (codecs.BOM_UTF8 + b"a\nx\xe9\xe9\ny\n", ["y"], 1, None),  # marked: its rejects say what is wrong
        ("a\nSpaß“ é é é\n".encode("windows-1252"), ["Spaß“ é é é"], 0, MIXED.format("cp1252", 1, "utf-8 (3)")),
        (b"a\n\xc3\xa9 \xe9\n\xc3\xa9\n", ["é"], 1, MIXED.format("utf-8", 1, "cp1252 (2)")),
        (b"a\n\xe9\n\x81\n", ["é"], 1, MIXED.format("cp1252", 1, "utf-8 (2)")),
    ],
)
def test_the_whole_evidence_of_the_sample_decides(
    data: bytes, texts: list[str], rejected: int, warned: str | None
) -> None:
    for size in (1, 3, 1000):
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        found, rejects, warnings = read(chunks)
        assert (found, len(rejects), warnings) == (texts, rejected, [warned] if warned else [])


@pytest.mark.parametrize("cut", range(5))
def test_a_character_that_the_end_of_the_sample_cuts_says_nothing(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    data = "a\né\n€€\nx\n".encode()
    monkeypatch.setattr(encodings, "SAMPLE", 4 + cut)
    assert read(data) == (["é", "€€", "x"], [], [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", ["utf-16", "utf-32"]])
def test_an_encoding_that_needs_a_mark_refuses_a_file_without_one(encoding: Any) -> None:
    data = b"a,b\n1,2\n3,4\n"
    texts, [reject], _ = read(data, encoding)
    named = " or ".join([encoding] if isinstance(encoding, str) else encoding)
    assert (texts, reject.reason, reject.raw, reject.rows) == ([], "wrong_encoding", data, 2)
    first = named.partition(" ")[0]
    assert reject.detail == (
        f"the file begins with no byte order mark, expected one as its encoding is {named}: "
        f"save it with one, or declare `encoding: {first}-le` or `{first}-be`"
    )


@pytest.mark.parametrize(
    ("data", "encoding", "told"),
    [
        ("a\n1\n".encode("utf-16"), "utf-8", "UTF-16 utf-8 utf-16"),
        ("a\n1\n".encode("utf-16"), BOTH, "UTF-16 utf-8 or cp1252 utf-16"),
        ("a\n1\n".encode("utf-32"), BOTH, "UTF-32 utf-8 or cp1252 utf-32"),
        ("\ufeffa\n1\n".encode(), "windows-1252", "UTF-8 cp1252 utf-8"),
        ("\ufeffa\n1\n".encode(), "utf-16", "UTF-8 utf-16 utf-8"),
    ],
)
def test_a_mark_of_another_encoding_refuses_the_file(data: bytes, encoding: Any, told: str) -> None:
    marked, rest = told.split(" ", 1)
    expected, way = rest.rsplit(" ", 1)
    texts, [reject], _ = read(data, encoding)
    assert (texts, reject.reason, reject.raw) == ([], "wrong_encoding", data)
    assert reject.detail == (
        f"the file begins with the byte order mark of {marked.lower()}, expected {expected}: "
        f"save it in that encoding, or declare `encoding: {way}`"
    )


def test_a_mark_chooses_among_the_declared() -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert read("a\nação\n".encode(encoding), ["windows-1252", "utf-8", "utf-16", "utf-32"])[0] == ["ação"]


def test_what_is_no_encoding_of_text_is_none() -> None:
    for name in ("rot13", "hex", "zlib", "undefined", "latin-99"):
        with pytest.raises(LookupError):
            encodings.canonical(name)


@pytest.mark.parametrize("encoding", ["idna", "punycode", "utf-7", "iso2022_jp", "gb18030", "cp037", "unicode_escape"])
def test_no_decoder_ends_in_anything_but_rows_and_rejects(encoding: str) -> None:
    for data in (b"a\n\xff\xfe\n", b"a\n\x1b$B+AGE-\\\n", b"xn--a-\xe9\n..\n", bytes(range(256)) * 3):
        read(data, encoding)
