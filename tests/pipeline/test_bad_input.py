"""Hostile objects through the whole pipeline: what is good arrives in the marts, what is not is a reject."""

import gzip
import io
import random
import zipfile

from tests.pipeline.conftest import EVENTS, Project

RANDOM = random.Random(1).randbytes(4000).hex()  # noqa: S311
HOUR = "2026/03/02/14/app_events-1-2026-03-02-14-05-09-"


def post(number: int, extra: str = "", body: str = "hello") -> bytes:
    return (
        f'{{"event":"Post Created","messageId":"m{number}",'
        f'"properties":{{"author":17,"body":"{body}","id":{number}{extra}}},"receivedAt":"2026-03-02T14:05:10.004Z",'
        f'"timestamp":"2026-03-02T14:05:09.244Z","type":"track","userId":"17"}}'
    ).encode()


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("entry", data)
    return buffer.getvalue()


OBJECTS: dict[str, bytes] = {
    "truncated-gzip.gz": gzip.compress(post(1) + post(2) + post(0, body=RANDOM))[:-1000],
    "gzip-without-extension": gzip.compress(post(3)),
    "plain-under-gz.gz": post(4),
    "mixed-framing": post(5) + b"\n" + post(6) + post(7) + b"\r\n\r\n" + post(8),
    "literal-delimiter": post(9) + rb"\n" + post(10) + rb"\n",
    "braces-in-strings": post(11, body="}{ }\\n{") + post(12),
    "truncated-last": post(13) + post(14)[:60],
    "broken-between": post(15) + post(16)[:80] + post(17) + b'{"a": NaN}' + post(18),
    "invalid-utf8": post(19) + post(20).replace(b"hello", b"\xff") + post(21),
    "nul-between": post(22) + b"\0" + post(23),
    "byte-order-mark": b"\xef\xbb\xbf" + post(24),
    "duplicate-keys": post(25, extra=',"id":25'),
    "big-integer": post(26, extra=',"n":123456789012345678901234567890'),
    "too-deep": post(27) + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + post(28),
    "too-large": post(29) + b'{"a":"' + b"x" * 20_000_000 + b'"}' + post(30),
    "empty": b"",
    "zip.zip": zipped(post(31)),
    "lone-surrogate": post(32, body="a\\ud83db"),
    "array": b"[" + post(33) + b",\n" + post(34) + b"]",
    "pretty": post(35).replace(b",", b",\n  ").replace(b"{", b"{\n"),
    "no-message-id": post(36).replace(b'"messageId":"m36",', b""),
    "context-list": post(37).replace(b'"event"', b'"context":[],"event"', 1),
    "unknown-event": post(38).replace(b"Post Created", b"Post Liked"),
    "number-as-user-id": post(39).replace(b'"userId":"17"', b'"userId":17'),
    "future": post(40).replace(b"2026-03-02T14:05:09.244Z", b"2099-01-01T00:00:00Z"),
    "repeat": post(3).replace(b"10.004Z", b"11.004Z"),
    "uncastable": post(41, extra=',"created_at":"yesterday"'),
    "year-one": post(42).replace(b"2026-03-02T14:05:09.244Z", b"0001-01-01T00:00:00Z"),
    "year-one-received": post(43).replace(b"2026-03-02T14:05:10.004Z", b"0001-01-01T00:00:00Z"),
    "year-one-written": post(44, extra=',"created_at":"0001-01-01T00:00:00Z"'),
    "future-alone": post(45)
    .replace(b"2026-03-02T14:05:09.244Z", b"2050-01-01T00:00:00Z")
    .replace(b'"receivedAt":"2026-03-02T14:05:10.004Z",', b""),
}


def test_good_records_are_kept_and_bad_ones_are_rejects(project: Project) -> None:
    for name, data in OBJECTS.items():
        project.put(HOUR + name, data)
    project.put(
        f"processing-failed/{HOUR}x", b'{"attemptsMade":4,"errorCode":"Lambda.FunctionTimedOut","rawData":"e30="}'
    )
    project.headwater("load")
    project.stage()
    project.build(*EVENTS)

    landing = project.query(f"""
        select replace(input_key, '{HOUR}', ''), reason, position, byte_count
        from marts.rejects where kind = 'landing' order by all
    """)
    assert [(name, reason) for name, reason, _, _ in landing] == [
        ("broken-between", "malformed_json"),
        ("broken-between", "not_finite_number"),
        ("empty", "empty_input"),
        ("invalid-utf8", "invalid_utf8"),
        ("nul-between", "not_json"),
        ("too-deep", "too_deep"),
        ("too-large", "too_large"),
        ("too-large", "too_large"),
        ("truncated-gzip.gz", "truncated_gzip"),
        ("truncated-last", "truncated"),
        ("zip.zip", "zip_compression"),
    ]
    places = {name: (position, size) for name, _, position, size in landing}
    assert places["truncated-last"] == (len(post(13)), 60)
    assert places["nul-between"] == (len(post(22)), 1)
    # all its bytes, in parts
    assert [(at, size) for name, _, at, size in landing if name == "too-large"] == [
        (len(post(29)), 16_777_216),
        (len(post(29)) + 16_777_216, 3_222_792),
    ]
    assert places["invalid-utf8"] == (len(post(19)), len(post(20)) - 4)

    lost = {
        14,
        16,
        20,
        31,
        38,
        41,
        42,
        43,
        44,
        45,
    }  # truncated, cut, invalid, zipped; 38 is no post; 41 to 45 do not cast
    posts = project.query("select cast(post_id as integer) from marts.fct_app_posts order by 1")
    assert [number for (number,) in posts] == [n for n in range(1, 46) if n not in lost]
    cast = "select field, raw_text, reason from marts.rejects where kind = 'cast' order by all"
    assert project.query(cast) == [
        ("event_at", "0001-01-01T00:00:00Z", "outside_calendar"),
        ("event_at", "2050-01-01T00:00:00Z", "outside_calendar"),
        ("post_created_at", "0001-01-01T00:00:00Z", "outside_calendar"),
        ("post_created_at", "yesterday", "not_iso8601"),
        ("received_at", "0001-01-01T00:00:00Z", "outside_calendar"),
    ]
    assert project.query("select post_body from marts.fct_app_posts where post_id in ('11', '32') order by 1") == [
        ("a\ufffdb",),
        ("}{ }\n{",),
    ]
    assert project.query("""
        select count(*), sum(case when occurred_at > received_at then 1 else 0 end)
        from staging.stg_web_events__events
    """) == [(36, 0)]
    assert project.query("select error_code from marts.delivery_errors") == [("Lambda.FunctionTimedOut",)]


def test_a_document_of_sixteen_megabytes_is_read_back(project: Project) -> None:
    body = "x" * (16 * 1024 * 1024 - 400)
    project.put(HOUR + "large", post(1, body=body) + post(2))
    project.headwater("load")
    project.stage()
    project.run(*EVENTS)
    assert project.query("select field, reason from marts.rejects") == [("post_body", "too_long")]
    assert project.query("select count(*) from staging.base_web_events__events") == [(2,)]
