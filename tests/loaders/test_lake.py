"""Both stores keep one contract, and say in one line what is wrong with them."""

import errno
import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from loaders.declarations import Stream
from loaders.errors import ConfigurationError, NotFoundError, ReplacedError, UnavailableError, UnreadableError
from loaders.lake import Store, open_store
from loaders.lake.directory import DirectoryStore
from loaders.lake.s3 import S3Store
from loaders.landing import begin
from loaders.log import Log

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"

KEYS = [
    "a b.json",
    "a!/b.json",
    "a-b/c.json",
    "a.json",
    "a/b.json",
    "a/b/c.json",
    "a0.json",
    "b/'quoted \"twice\"'.json",
    "b/é/ü.json",
    "b/日本.json",
    "b/\U0001f600.json",
    "log/999.json",
    "log/_seen.json",
]
"""In the order of their bytes, as S3 lists them."""


def keys_of(store: Store, prefix: str = "", after: str = "") -> list[str]:
    return [entry.key for entry in store.entries(prefix, after)]


@pytest.fixture
def filled(store: Store) -> Store:
    for number, key in enumerate(reversed(KEYS)):
        store.put(key, b"x" * number)
    return store


def one_line(message: str) -> str:
    assert "\n" not in message
    assert SECRET not in message
    return message


# --- the contract of both -------------------------------------------------------------------------------------------


def test_entries_come_in_the_order_of_their_bytes(filled: Store) -> None:
    assert keys_of(filled) == KEYS
    assert [entry.size for entry in filled.entries()] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_entries_below_a_prefix(filled: Store) -> None:
    assert keys_of(filled, "a") == KEYS[:7]
    assert keys_of(filled, "a/") == ["a/b.json", "a/b/c.json"]
    assert keys_of(filled, "a/b") == ["a/b.json", "a/b/c.json"]
    assert keys_of(filled, "a/b/") == ["a/b/c.json"]
    assert keys_of(filled, "b/é") == ["b/é/ü.json"]
    assert keys_of(filled, "log/_") == ["log/_seen.json"]
    assert keys_of(filled, "nothing/") == []


def test_entries_after_a_key_or_between_keys(filled: Store) -> None:
    for at, key in enumerate(KEYS):
        assert keys_of(filled, after=key) == KEYS[at + 1 :]
    assert keys_of(filled, after="a/") == KEYS[4:]
    assert keys_of(filled, after="a/b") == KEYS[4:]
    assert keys_of(filled, after="a/b/zzz") == KEYS[6:]
    assert keys_of(filled, "b/", after="b/c") == KEYS[8:11]
    assert keys_of(filled, after="zzz") == []


def test_the_first_key_below_a_prefix(filled: Store) -> None:
    assert filled.first("a/") == "a/b.json"
    assert filled.first("log/") == "log/999.json"
    assert filled.first("nothing/") is None


def test_folders_are_one_level_below_a_prefix(filled: Store) -> None:
    assert list(filled.folders("")) == ["a!/", "a-b/", "a/", "b/", "log/"]
    assert list(filled.folders("a/")) == ["a/b/"]
    assert list(filled.folders("b/")) == ["b/é/"]
    assert list(filled.folders("a/b/")) == []
    assert list(filled.folders("nothing/")) == []


def test_a_level_has_its_keys_beside_its_folders(store: Store) -> None:
    for key in ("README", "a.txt", "a/b", "a/c/d", "zz"):
        store.put(key, b"x")
    assert list(store.level("")) == ["README", "a.txt", "a/", "zz"]
    assert list(store.level("a/")) == ["a/b", "a/c/"]
    assert list(store.folders("")) == ["a/"]


def test_chunks_are_the_bytes_in_pieces(store: Store) -> None:
    data = bytes(range(256)) * 10_000
    store.put("a/b", data)
    pieces = list(store.chunks("a/b"))
    assert b"".join(pieces) == data
    assert [len(piece) for piece in pieces] == [1_048_576, 1_048_576, 462_848]
    store.put("empty", b"")
    assert b"".join(store.chunks("empty")) == b""


def test_a_missing_key_is_not_found_before_the_first_piece(store: Store) -> None:
    store.put("there", b"1")
    with pytest.raises(NotFoundError, match="not/there") as caught:
        next(store.chunks("not/there"))
    one_line(str(caught.value))


def test_an_object_that_is_another_than_was_listed_is_not_read(store: Store) -> None:
    store.put("a/b", b"first")
    [listed] = store.entries()
    assert b"".join(store.chunks("a/b", listed)) == b"first"
    store.put("a/b", b"other")
    with pytest.raises(ReplacedError, match="a/b: ") as caught:
        next(store.chunks("a/b", listed))
    one_line(str(caught.value))
    store.delete("a/b")
    with pytest.raises(NotFoundError, match="a/b: "):
        next(store.chunks("a/b", listed))


def test_names_with_a_dot_are_names_and_scratch_is_no_object(store: Store, tmp_path: Path) -> None:
    for key in ("seen", ".git/config", ".hidden", "a/.b/.c", "a/.scratch/d"):
        store.put(key, b"1")
    (store.scratch / "part").write_bytes(b"1")
    assert keys_of(store) == [".git/config", ".hidden", "a/.b/.c", "a/.scratch/d", "seen"]
    assert list(store.folders("")) == [".git/", "a/"]
    assert list(store.folders("a/")) == ["a/.b/", "a/.scratch/"]


def test_put_replaces_bytes_and_consumes_files(store: Store) -> None:
    store.put("key", b"first")
    before = next(store.entries("key"))
    file = store.scratch / "part"
    file.write_bytes(b"second!")
    store.put("key", file)
    after = next(store.entries("key"))
    assert b"".join(store.chunks("key")) == b"second!"
    assert not file.exists()
    assert (before.size, after.size) == (5, 7)
    assert before.version != after.version
    assert abs(after.modified_at.timestamp() - time.time()) < 60
    assert keys_of(store) == ["key"]


def test_delete_is_content_with_what_is_not_there(store: Store) -> None:
    store.put("a/b", b"1")
    store.delete("a/b")
    store.delete("a/b")
    assert keys_of(store, "a/") == []


def test_create_never_replaces(store: Store) -> None:
    assert store.create("log/1.json", b"mine") is True
    assert store.create("log/1.json", b"theirs") is False
    assert b"".join(store.chunks("log/1.json")) == b"mine"
    assert keys_of(store) == ["log/1.json"]


def test_of_eight_that_create_one_wins(place: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    stores = [open_store(place("lake")) for _ in range(8)]
    if isinstance(stores[0], S3Store):
        _make_moto_atomic(monkeypatch)
    for store in stores:
        store.put("warm", b"")  # every client is connected before the race
    for race in range(3):
        barrier = threading.Barrier(8)

        def create(number: int, key: str = f"log/{race}.json", barrier: threading.Barrier = barrier) -> bool:
            barrier.wait()
            return stores[number].create(key, b"%d" % number)

        with ThreadPoolExecutor(8) as threads:
            won = list(threads.map(create, range(8)))
        assert sorted(won) == [False] * 7 + [True]
        assert b"".join(stores[0].chunks(f"log/{race}.json")) == b"%d" % won.index(True)


def _make_moto_atomic(monkeypatch: pytest.MonkeyPatch) -> None:
    # the stand-in looks and then writes; the service does both in one step
    from moto.s3.responses import S3Response

    real, lock = S3Response.key_response, threading.Lock()

    def one_at_a_time(*arguments: Any, **options: Any) -> Any:
        with lock:
            return real(*arguments, **options)

    monkeypatch.setattr(S3Response, "key_response", one_at_a_time)


def test_only_known_addresses_are_opened() -> None:
    with pytest.raises(ConfigurationError, match=r"cannot open 'gs://lake': expected s3://bucket/prefix or the path"):
        open_store("gs://lake")


# --- S3 -------------------------------------------------------------------------------------------------------------


def test_a_listing_goes_over_all_pages(bucket: str, requests: list[str]) -> None:
    from moto.s3.models import s3_backends

    for number in range(1_200):
        s3_backends["123456789012"]["aws"].put_object(bucket, f"lake/k{number:04}", b"")
    store = open_store(f"s3://{bucket}/lake")
    assert keys_of(store) == [f"k{number:04}" for number in range(1_200)]
    assert len(requests) == 2
    assert next(store.entries()).key == "k0000"
    assert len(requests) == 3
    assert keys_of(store, after="k1099") == [f"k{number:04}" for number in range(1_100, 1_200)]


def test_content_encoding_is_not_undone(s3: "S3Client", bucket: str) -> None:
    stored = gzip.compress(b'{"a":1}')
    s3.put_object(Bucket=bucket, Key="drop/a.gz", Body=stored, ContentEncoding="gzip")
    assert b"".join(open_store(f"s3://{bucket}/drop").chunks("a.gz")) == stored


def test_marks_of_folders_are_no_objects(s3: "S3Client", bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="drop/", Body=b"")
    s3.put_object(Bucket=bucket, Key="drop/2026/", Body=b"")
    s3.put_object(Bucket=bucket, Key="drop/2026/a", Body=b"")
    s3.put_object(Bucket=bucket, Key="drop/2026/b/", Body=b"content")
    store = open_store(f"s3://{bucket}/drop/")
    assert keys_of(store) == ["2026/a", "2026/b/"]
    assert store.first("2026/") == "2026/a"


def test_keys_that_climb_are_only_names_in_s3(s3: "S3Client", bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="drop/2026/../../other", Body=b"1")
    store = open_store(f"s3://{bucket}/drop")
    assert keys_of(store) == ["2026/../../other"]
    assert b"".join(store.chunks("2026/../../other")) == b"1"


def test_a_whole_bucket_is_a_store(s3: "S3Client", bucket: str) -> None:
    store = open_store(f"s3://{bucket}/")
    store.put("a/b", b"1")
    assert keys_of(store) == ["a/b"]
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"] == "a/b"


def test_the_region_is_the_one_that_other_tools_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "sa-east-1")
    assert S3Store("s3://lake")._client.meta.region_name == "sa-east-1"


def test_a_missing_bucket_is_told(s3: "S3Client") -> None:
    store = open_store("s3://no-such-bucket/lake")
    told = r"^s3://no-such-bucket/lake/.*NoSuchBucket.*check that the bucket exists, the AWS_ variables in .env"
    for attempt in (
        lambda: keys_of(store),
        lambda: list(store.folders("")),
        lambda: list(store.chunks("a")),
        lambda: store.put("a", b""),
        lambda: store.create("a", b""),
        lambda: store.delete("a"),
    ):
        with pytest.raises(ConfigurationError, match=told) as caught:
            attempt()
        one_line(str(caught.value))


@pytest.fixture
def forbidding(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An S3 that refuses as AWS does."""
    answer = (
        b"<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the "
        b"signature you provided.</Message><AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId></Error>"
    )

    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(403)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refuse)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def refused(status: int, code: str) -> AWSResponse:
    """An answer of S3 that refuses."""
    body = BytesIO(f"<Error><Code>{code}</Code><Message>as it said</Message></Error>".encode())
    return AWSResponse("http://s3", status, HTTPHeaders(), HTTPResponse(body, preload_content=False))


def in_flight(times: int, then: Callable[[], object]) -> Callable[[Any, Any], Any]:
    """A create whose first try is still under way, so that S3 answers with 409 a few times; then it is there."""
    tries = iter([*range(times)])

    def answer(request: Any, _: Any) -> Any:
        if request.method != "PUT":
            return None
        left = next(tries, None)
        then() if left == times - 1 else None
        return None if left is None else refused(409, "ConditionalRequestConflict")

    return answer


@pytest.mark.parametrize("times", [1, 5])
def test_a_create_that_is_under_way_is_tried_again(
    s3: "S3Client", bucket: str, answers: list[Callable[[Any, Any], Any]], times: int
) -> None:
    store = open_store(f"s3://{bucket}/lake")
    answers.append(in_flight(times, lambda: s3.delete_object(Bucket=bucket, Key="lake/log/1.json")))
    assert store.create("log/1.json", b"mine") is True
    assert b"".join(store.chunks("log/1.json")) == b"mine"


def test_a_create_of_which_nothing_is_decided_is_no_refusal(
    bucket: str, answers: list[Callable[[Any, Any], Any]]
) -> None:
    store = open_store(f"s3://{bucket}/lake")
    answers.append(in_flight(100, lambda: None))
    with pytest.raises(ConfigurationError, match="ConditionalRequestConflict") as caught:
        store.create("log/1.json", b"mine")
    one_line(str(caught.value))


@pytest.mark.parametrize(
    ("appears", "is_ours"), [(True, True), (False, False)], ids=["the first try succeeds late", "nothing is decided"]
)
def test_data_under_a_commit_that_is_under_way_is_never_removed(
    s3: "S3Client", bucket: str, answers: list[Callable[[Any, Any], Any]], appears: bool, is_ours: bool
) -> None:
    lake, bodies = open_store(f"s3://{bucket}/lake"), list[bytes]()

    def slow(request: Any, _: Any) -> Any:
        # the try whose answer is 409 is still being written; what S3 did with it is taken back meanwhile
        if request.method != "PUT" or "/log/" not in request.url:
            return None
        key = request.url.split(f"{bucket}/")[1]
        if appears and bodies:
            return None  # as the first try has it by now, S3 answers the second with 412
        bodies.append(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        if not appears:
            s3.delete_object(Bucket=bucket, Key=key)
        return refused(409, "ConditionalRequestConflict")

    answers.append(slow)
    log = Log(lake, "shop", "orders")
    with ExitStack() as stack:
        load = stack.enter_context(begin(lake, Stream(source="shop", name="orders", loader="files"), log, None))
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        if is_ours:
            assert load.commit({}).load_id == load.load_id
        else:
            with pytest.raises(UnavailableError, match=r"^shop.orders: the commit of load 1 .* nothing was removed"):
                load.commit({})
    assert [entry.key for entry in lake.entries("raw/")] == [f"raw/shop/orders/load_seq=1/{load.load_id}-0001.json.gz"]


class Broken:
    """The body of an answer that is reset after so many bytes, or ends there as if that were all."""

    def __init__(self, raw: Any, after: int, *, is_reset: bool = True) -> None:
        self._raw, self._left, self._is_reset = raw, after, is_reset

    def read(self, size: int) -> bytes:
        if not self._left and self._is_reset:
            raise ProtocolError("Connection broken: ConnectionResetError(104, 'Connection reset by peer')")
        data: bytes = self._raw.read(min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._raw.close()


@pytest.mark.parametrize("is_reset", [True, False], ids=["reset", "cut short"])
def test_a_body_that_breaks_off_is_asked_for_its_rest(
    bucket: str, answers: list[Callable[[Any, Any], Any]], requests: list[str], is_reset: bool
) -> None:
    store, data, ranges = open_store(f"s3://{bucket}/lake"), bytes(range(256)) * 20_000, list[tuple[str, str]]()
    store.put("a", data)
    [listed] = store.entries()

    def break_off(request: Any, response: Any) -> Any:
        if request.method == "GET":
            ranges.append((request.headers.get("Range", b"").decode(), request.headers.get("If-Match", b"").decode()))
            if len(ranges) < 4:
                response.raw = Broken(response.raw, 1_500_000, is_reset=is_reset)
                if not is_reset:
                    response.headers["Content-Length"] = "1500000"
        return response

    answers.append(break_off)
    assert b"".join(store.chunks("a", listed)) == data
    etag = f'"{listed.version}"'
    assert ranges == [("", etag), *((f"bytes={at}-", etag) for at in (1_500_000, 3_000_000, 4_500_000))]


def test_a_body_that_always_breaks_off_is_told_with_its_object(
    bucket: str, answers: list[Callable[[Any, Any], Any]]
) -> None:
    store, asked = open_store(f"s3://{bucket}/lake"), list[str]()
    store.put("a/b", b"x" * 1_000)

    def break_off(request: Any, response: Any) -> Any:
        asked.append(request.method)
        response.raw = Broken(response.raw, 0 if len(asked) > 1 else 400)
        return response

    answers.append(break_off)
    with pytest.raises(UnavailableError) as caught:
        list(store.chunks("a/b"))
    assert one_line(str(caught.value)) == (
        f"s3://{bucket}/lake/a/b: its body broke off at byte 400 of 1,000 and however often the rest was asked for; "
        "run again later"
    )
    assert asked == ["GET"] * 6


def test_a_body_is_not_pieced_together_of_two_objects(
    s3: "S3Client", bucket: str, answers: list[Callable[[Any, Any], Any]]
) -> None:
    store, data = open_store(f"s3://{bucket}/lake"), b"x" * 2_000_000
    store.put("a", data)

    def replace_it(request: Any, response: Any) -> Any:
        if request.method == "GET" and "Range" not in request.headers:
            s3.put_object(Bucket=bucket, Key="lake/a", Body=b"y" * 2_000_000)
            response.raw = Broken(response.raw, 1_048_576)
        return response

    answers.append(replace_it)
    with pytest.raises(ReplacedError, match=rf"^s3://{bucket}/lake/a: another object than the one that was listed"):
        list(store.chunks("a"))


def test_a_service_that_knows_no_if_match_is_seen_through(
    bucket: str, answers: list[Callable[[Any, Any], Any]]
) -> None:
    store = open_store(f"s3://{bucket}/lake")
    store.put("a", b"first")
    [listed] = store.entries()
    store.put("a", b"other")

    def ignore(request: Any, response: Any) -> Any:
        response.status_code = 200
        response.headers["ETag"] = f'"{listed.version}"'
        response.headers["Content-Length"] = "6"
        response.raw = HTTPResponse(BytesIO(b"longer"), preload_content=False)
        return response

    answers.append(ignore)
    for expect in (listed, replace(listed, size=6, version="0" * 32)):
        with pytest.raises(ReplacedError):
            list(store.chunks("a", expect))


@pytest.mark.parametrize(
    ("status", "code", "kind", "hint"),
    [
        (403, "InvalidObjectState", UnreadableError, "it is archived: restore it (aws s3api restore-object), and run"),
        (403, "AccessDenied", UnreadableError, "permit s3:GetObject for this key, and kms:Decrypt where a key of KMS"),
        (400, "KMS.DisabledException", UnreadableError, "see to this object, and run again"),
        (403, "ExpiredToken", ConfigurationError, "check that the bucket exists, the AWS_ variables in .env and the"),
        (503, "SlowDown", UnavailableError, "run again later"),
    ],
)
def test_what_is_wrong_with_one_object_is_told_from_what_is_wrong_with_all(  # noqa: PLR0917
    bucket: str,
    answers: list[Callable[[Any, Any], Any]],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    kind: type[Exception],
    hint: str,
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    answers.append(lambda *_: refused(status, code))
    with pytest.raises(ConfigurationError if kind is UnreadableError else kind) as caught:
        next(open_store(f"s3://{bucket}/lake").chunks("a/b"))
    assert type(caught.value) is kind
    assert f"s3://{bucket}/lake/a/b: An error occurred ({code})" in one_line(str(caught.value))
    assert hint in str(caught.value)


def test_wrong_credentials_are_told_without_them(forbidding: None, tmp_path: Path) -> None:
    store = open_store("s3://lake/prefix")
    file = tmp_path / "file"
    file.write_bytes(b"1")
    for attempt in (
        lambda: keys_of(store),
        lambda: next(store.chunks("a")),
        lambda: store.put("a", file),
        lambda: store.create("a", b""),
    ):
        with pytest.raises(ConfigurationError, match=r"^s3://lake/prefix/.*SignatureDoesNotMatch.*AWS_ vari") as caught:
            attempt()
        one_line(str(caught.value))


def test_no_credentials_are_told(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ConfigurationError, match=r"^s3://lake/: Unable to locate credentials; check"):
        keys_of(open_store("s3://lake"))


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 'Could not connect to the endpoint URL: "http://127.0.0.1:1/lake'),
        ("AWS_ENDPOINT_URL", f"http://root:{SECRET}@127.0.0.1:1", "Could not connect to the endpoint URL"),
        ("AWS_ENDPOINT_URL", "127.0.0.1:9000", "Invalid endpoint: 127.0.0.1:9000"),
        ("AWS_PROFILE", "nobody", "The config profile (nobody) could not be found"),
    ],
)
def test_what_stands_in_the_aws_variables_is_told(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    store = open_store("s3://lake/raw")
    for attempt in (lambda: keys_of(store), lambda: next(store.chunks("a")), lambda: store.put("a", b"")):
        with pytest.raises(ConfigurationError) as caught:
            attempt()
        message = one_line(str(caught.value))
        assert message.startswith("s3://lake/raw/")
        assert told in message
        assert "check that the bucket exists, the AWS_ variables in .env" in message


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "s3://Under Score/x"])
def test_an_address_that_names_no_bucket_is_told(s3: "S3Client", url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        keys_of(open_store(url))
    assert url in one_line(str(caught.value))


# --- directories ----------------------------------------------------------------------------------------------------


def test_every_new_folder_is_on_the_disk_before_what_is_in_it_counts(tmp_path: Path, synced: list[Path]) -> None:
    store = open_store(str(tmp_path / "new" / "lake"))
    store.put("a/b/c.json", b"1")
    root = tmp_path / "new" / "lake"
    [temporary] = [path for path in synced if path.parent == root / ".scratch"]
    assert synced == [tmp_path, tmp_path / "new", root, root, root / "a", temporary, root / "a" / "b"]
    del synced[:]
    store.create("a/d.json", b"2")
    assert synced[1:] == [root / "a"]
    del synced[:]
    store.prepare("marts/posts/")
    assert synced == [root, root / "marts"]


def test_what_others_wrote_is_settled_with_its_folders(tmp_path: Path, synced: list[Path]) -> None:
    folder = tmp_path / "marts" / "posts" / "1"
    folder.mkdir(parents=True)
    (folder / "a.parquet").write_bytes(b"1")
    open_store(str(tmp_path)).settle("marts/posts/1/")
    assert synced == [folder / "a.parquet", folder, folder.parent]


def test_a_directory_that_is_missing_is_told(tmp_path: Path) -> None:
    told = rf"^{tmp_path}/none: no such directory; create it, name another in .env, or run `headwater demo`"
    with pytest.raises(ConfigurationError, match=told):
        keys_of(open_store(f"{tmp_path}/none"))
    with pytest.raises(ConfigurationError, match=told):
        list(open_store(f"{tmp_path}/none/").folders(""))


def test_a_file_where_a_directory_is_expected_is_told(tmp_path: Path) -> None:
    (tmp_path / "lake").write_bytes(b"")
    store = open_store(str(tmp_path / "lake"))
    for attempt in (
        lambda: keys_of(store),
        lambda: keys_of(store, "log/a/b/"),
        lambda: list(store.chunks("a")),
        lambda: store.put("a", b""),
        lambda: store.create("a", b""),
    ):
        with pytest.raises(ConfigurationError, match=rf"^{tmp_path}/lake.*: (Not a directory|File exists); ") as caught:
            attempt()
        one_line(str(caught.value))


def test_a_directory_where_a_file_is_expected_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(ConfigurationError, match=rf"^{tmp_path}/a: Is a directory"):
        list(open_store(str(tmp_path)).chunks("a"))


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # root may read everything, so the refusal is made
    def refuse(path: Path) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ConfigurationError, match=rf"^{tmp_path}: Permission denied; .*change the permission"):
        keys_of(open_store(str(tmp_path)))


@pytest.mark.parametrize("step", ["write_bytes", "fsync", "link", "replace"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    store = open_store(str(tmp_path))
    store.put("a", b"before")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def half_written(path: Path, data: bytes) -> None:
        path.touch()
        full()

    if step == "write_bytes":
        monkeypatch.setattr(Path, step, half_written)
    else:
        monkeypatch.setattr(os, step, full)
    attempts: list[Callable[[], object]] = []
    attempts += [lambda: store.put("a", b"after")] if step != "link" else []
    attempts += [lambda: store.create("b", b"after")] if step != "replace" else []
    for attempt in attempts:
        with pytest.raises(ConfigurationError, match=rf"^{tmp_path}: No space left on device; free space") as caught:
            attempt()
        one_line(str(caught.value))
    monkeypatch.undo()
    assert keys_of(store) == ["a"]
    assert b"".join(store.chunks("a")) == b"before"
    assert list(store.scratch.iterdir()) == []


def test_scratch_files_of_yesterday_are_removed_and_those_of_today_kept(tmp_path: Path) -> None:
    scratch = open_store(str(tmp_path)).scratch
    for name, hours in (("old", 25), ("young", 23)):
        (scratch / name).write_bytes(b"")
        os.utime(scratch / name, (time.time() - hours * 3600,) * 2)
    assert [path.name for path in open_store(str(tmp_path)).scratch.iterdir()] == ["young"]


def test_another_load_may_take_its_scratch_file_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(str(tmp_path)).scratch.joinpath("published").write_bytes(b"")
    real = Path.iterdir

    def then_gone(path: Path) -> Iterator[Path]:
        for item in list(real(path)):
            item.unlink()
            yield item

    monkeypatch.setattr(Path, "iterdir", then_gone)
    assert DirectoryStore(str(tmp_path)).scratch == tmp_path / ".scratch"


def test_a_file_that_goes_while_it_is_listed_is_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"")
    listing = open_store(str(tmp_path)).entries()
    assert next(listing).key == "a"
    (tmp_path / "b").unlink()
    assert [entry.key for entry in listing] == ["c"]


def test_what_is_no_file_is_listed_as_an_object_and_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.json").write_bytes(b"1")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "folder" / "loop").symlink_to("..")
    (tmp_path / "gone").symlink_to("unmounted")
    (tmp_path / "other").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")
    (Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.json"))).write_bytes(b"1")
    store = open_store(str(tmp_path))
    listed = {entry.key: entry for entry in store.entries()}
    assert [*listed] == [
        "caf\udce9.json",
        "circle",
        "folder/a.json",
        "folder/loop",
        "gone",
        "other/a.json",
        "other/loop",
        "pipe",
    ]
    assert [*store.folders("")] == ["folder/", "other/"]
    assert b"".join(store.chunks("other/a.json", listed["other/a.json"])) == b"1"
    for key, told in {
        "caf\udce9.json": f"{tmp_path}: the name 'caf\\udce9.json' is not UTF-8; rename it and run again",
        "circle": f"{tmp_path}/circle: Too many levels of symbolic links; mend or remove it, or permit to read it, and",
        "folder/loop": f"{tmp_path}/folder/loop: Is a directory; mend or remove it, or permit to read it, and run",
        "gone": f"{tmp_path}/gone: a link to nothing; mend or remove it and run again",
        "pipe": f"{tmp_path}/pipe: neither a file nor a link to one; remove it and run again",
    }.items():
        with pytest.raises(UnreadableError) as caught:
            next(store.chunks(key, listed[key]))
        assert one_line(str(caught.value)).startswith(told)
        str(caught.value).encode()


def test_what_may_not_be_read_is_no_fault_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # root may read everything, so the refusal is made
    (tmp_path / "a").write_bytes(b"1")

    def refuse(path: str, *_: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError, match=rf"^{tmp_path}/a: Permission denied; mend or remove it, or permit"):
        next(open_store(str(tmp_path)).chunks("a"))


def test_the_end_of_a_file_that_is_written_to_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    store = open_store(str(tmp_path))
    [listed] = store.entries()
    chunks = store.chunks("a", listed)
    assert len(next(chunks)) == 1_048_576
    with (tmp_path / "a").open("ab") as file:
        file.write(b"y")
    with pytest.raises(ReplacedError, match=rf"^{tmp_path}/a: written to while it was read"):
        list(chunks)


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"File name too long; "):
        open_store(str(tmp_path)).put("a" * 300, b"")


def test_a_folder_that_cannot_be_listed_ends_a_listing_unless_somebody_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, real, heard = open_store(str(tmp_path / "lake")), os.scandir, list[tuple[str, str]]()
    for key in ("a/1", "b/2", "c/3"):
        store.put(key, b"x")

    def scandir(path: Path) -> object:
        if path == tmp_path / "lake" / "b":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    told = f"{tmp_path}/lake/b: Permission denied; grant permission to list it, or repair it, and run again"
    with pytest.raises(UnreadableError, match=f"^{told}$"):
        list(store.entries())
    with pytest.raises(UnreadableError, match=f"^{told}$"):
        store.first("b/")
    entries = store.entries(denied=lambda folder, error: heard.append((folder, str(error))))
    assert [entry.key for entry in entries] == ["a/1", "c/3"]
    assert heard == [("b/", told)]
