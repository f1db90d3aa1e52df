"""Compression is told by the first bytes, and damage costs nothing that came before it."""

import gzip
import random
import tracemalloc
import zlib

import pytest

from loaders.readers.compression import UnreadableInput, decompress

PIECES = [1, 7, 1000, 1 << 20]
# Numbers that do not repeat: the compressed text is long enough to be damaged in its middle.
TEXT = b"".join(b'{"line":%d,"value":"%x"}' % (n, random.Random(n).getrandbits(64)) for n in range(1500))  # noqa: S311


def zipped(data: bytes) -> bytes:
    """Gzip without the time of day, so that parametrized tests have the same names in all processes."""
    return gzip.compress(data, mtime=0)


def read(data: bytes, piece: int = 1000, key: str = "raw/object") -> tuple[bytes, str]:
    """All that is read, and the reason why there is no more, or nothing."""
    out = []
    try:
        for part in decompress((data[at : at + piece] for at in range(0, len(data), piece)), key):
            assert 0 < len(part) <= 1 << 20
            out.append(part)
    except UnreadableInput as error:
        return b"".join(out), error.reason
    return b"".join(out), ""


def up_to_fault(data: bytes) -> bytes:
    """What the standard library gets out of one member when it may take one byte and give one byte at a time."""
    member, out = zlib.decompressobj(31), []
    try:
        for at in range(len(data)):
            rest = data[at : at + 1]
            while part := member.decompress(rest, 1):
                out.append(part)
                rest = member.unconsumed_tail
    except zlib.error:
        pass
    return b"".join(out)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (b"", "")),
        (b"{}", (b"{}", "")),
        (b"\x1f", (b"\x1f", "")),
        (b"any text, longer than a magic number", (b"any text, longer than a magic number", "")),
        (zipped(b""), (b"", "")),
        (zipped(b'{"a":1}'), (b'{"a":1}', "")),
        (zipped(b"one ") + zipped(b"") + zipped(b"two"), (b"one two", "")),
        (zipped(b"one") + b"\0" * 40000, (b"one", "")),
        (zipped(b"one ") + b"\0\0\0" + zipped(b"two"), (b"one two", "")),
        (zipped(b"one") + b"junk", (b"one", "corrupt_gzip")),
        (zipped(b"one") + b"\x1f", (b"one", "corrupt_gzip")),
        (zipped(b"one") + b"\0\0{}", (b"one", "corrupt_gzip")),
        (zipped(b"one") + zipped(b"two")[:-1], (b"onetwo", "truncated_gzip")),
        (b"\x1f\x8b", (b"", "truncated_gzip")),
        (b"\x1f\x8b\x07" + bytes(20), (b"", "corrupt_gzip")),
        (b"PK\x03\x04" + bytes(30), (b"", "zip_compression")),
        (b"\x82SNAPPY\x00" + bytes(30), (b"", "snappy_compression")),
    ],
)
def test_the_first_bytes_decide(data: bytes, expected: tuple[bytes, str], piece: int) -> None:
    assert read(data, piece) == expected


@pytest.mark.parametrize(
    ("key", "data", "expected"),
    [
        ("a.gz", b'{"a":1}', (b'{"a":1}', "")),
        ("a.snappy", b' \r\n{"a":1}', (b' \r\n{"a":1}', "")),
        ("a.zip", b"\xef\xbb\xbf[]", (b"\xef\xbb\xbf[]", "")),
        ("a.zip", zipped(b"{}"), (b"{}", "")),
        ("a.snappy", b"\0\0\1\0\0\0\0\x90", (b"", "snappy_compression")),
        ("A.ZIP", b"no archive", (b"", "zip_compression")),
        ("a.zip", b"", (b"", "")),
        ("a.csv", b"\0\0\1\0", (b"\0\0\1\0", "")),
    ],
)
def test_the_key_decides_only_where_the_bytes_do_not(key: str, data: bytes, expected: tuple[bytes, str]) -> None:
    assert read(data, key=key) == expected


def test_the_detail_says_what_was_expected_and_what_to_do() -> None:
    with pytest.raises(UnreadableInput) as caught:
        list(decompress([b"PK\x03\x04"], "raw/a.zip"))
    assert caught.value.detail == (
        "raw/a.zip is ZIP, expected gzip or JSON: set the stream's CompressionFormat to GZIP."
    )
    with pytest.raises(UnreadableInput) as caught:
        list(decompress([zipped(b"{}")[:-3]], "raw/a.gz"))
    assert caught.value.detail == (
        "raw/a.gz is damaged gzip (it ends inside a member), expected whole members: deliver it again from its source."
    )


@pytest.mark.parametrize("piece", PIECES[1:])
def test_all_bytes_before_the_end_of_a_truncated_member_come_out(piece: int) -> None:
    whole = zipped(TEXT)
    for cut in (1, 9, 2000, 10000, len(whole) - 15):
        expected = up_to_fault(whole[:-cut])
        assert TEXT.startswith(expected)
        assert read(whole[:-cut], piece) == (expected, "truncated_gzip")


@pytest.mark.parametrize("piece", PIECES[1:])
def test_the_bytes_before_a_fault_come_out_to_within_a_block(piece: int) -> None:
    whole = zipped(TEXT)
    for at in range(20, len(whole), 2999):
        damaged = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        text, reason = read(damaged, piece)
        assert reason == "corrupt_gzip"
        assert up_to_fault(damaged).startswith(text)
        assert len(text) >= len(up_to_fault(damaged[: max(0, at - 1024)]))
    # an invalid block in the middle, behind which nothing can be read
    stored = zlib.compressobj(0, zlib.DEFLATED, 31)
    start = stored.compress(TEXT[:5000]) + stored.flush(zlib.Z_FULL_FLUSH)
    text, reason = read(start + b"\xff" * 100, piece)
    assert reason == "corrupt_gzip"
    assert TEXT[: 5000 - 1100] == text[: 5000 - 1100]


def test_a_wrong_checksum_is_told_after_the_text() -> None:
    whole = zipped(TEXT)
    text, reason = read(whole[:-8] + bytes(4) + whole[-4:])
    assert (TEXT.startswith(text), reason) == (True, "corrupt_gzip")
    assert len(text) > len(TEXT) * 0.9


def test_a_gzip_bomb_takes_no_memory() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    size = sum(len(part) for part in decompress([bomb], "bomb.gz"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 200 << 20
    assert peak < 8 << 20
