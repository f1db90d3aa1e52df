"""Requests over real connections, against a server that answers what a test wants, byte for byte."""

import gzip
import json
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
import requests

from loaders import http
from loaders.errors import ConfigurationError, HeadwaterError, RefusedError, RequestError, UnavailableError
from loaders.http import Api

TOKEN = "AAAAtoken%2Fof=a-user"
GOOD = b'{"data":[1]}'
CUT_GZIP = gzip.compress(json.dumps({"data": [*range(999)]}).encode())[:-200]


@dataclass
class Server:
    """answers: raw bytes, one an answer; requests: path and headers of each; connections: how many there were."""

    url: str = ""
    answers: deque[bytes] = field(default_factory=deque)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connections: int = 0


def answer(status: str = "200 OK", body: bytes = GOOD, length: int | None = None, **headers: Any) -> bytes:
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body) if length is None else length)}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


@pytest.fixture
def server() -> Iterator[Server]:
    it = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            it.connections += 1

        def do_GET(self) -> None:
            it.requests.append((self.path, dict(self.headers)))
            raw = it.answers.popleft()
            self.wfile.write(raw)
            self.close_connection = b"Connection: close" in raw

        def log_message(self, *_: Any) -> None: ...

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    it.url = f"http://127.0.0.1:{httpd.server_port}"
    yield it
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits there would be, in seconds, without their jitter."""
    told: list[float] = []
    monkeypatch.setattr(time, "sleep", told.append)
    monkeypatch.setattr(random, "uniform", lambda *_: 0.0)
    return told


def get(server: Server, token: str = TOKEN, **params: str) -> Any:
    api = Api(server.url, token, exhausted=("UsageCapExceeded", "usage-capped"))
    return api.get("/2/things", params, msgspec.json.decode)[1]


def test_an_answer_comes_with_the_servers_time(server: Server) -> None:
    server.answers.append(answer(Date="Mon, 02 Mar 2026 14:05:09 GMT"))
    got, read = Api(server.url, TOKEN).get("/2/things", {"q": "a b&c"}, msgspec.json.decode)
    assert (got.body, got.answered_at, read) == (GOOD, datetime(2026, 3, 2, 14, 5, 9, tzinfo=UTC), {"data": [1]})
    [(path, headers)] = server.requests
    assert path == "/2/things?q=a+b%26c"
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_connection_is_kept_open(server: Server) -> None:
    server.answers += [answer()] * 3
    api = Api(server.url, TOKEN)
    for _ in range(3):
        api.get("/2/things", {}, msgspec.json.decode)
    assert (len(server.requests), server.connections) == (3, 1)


def test_gzip_is_unpacked(server: Server) -> None:
    server.answers.append(answer(body=gzip.compress(GOOD), Content_Encoding="gzip"))
    assert get(server) == {"data": [1]}


@pytest.mark.parametrize(
    "bad",
    [
        answer("500 Internal Server Error", b""),
        answer("502 Bad Gateway", b"<html>bad gateway</html>", Content_Type="text/html"),
        answer("503 Service Unavailable", b"{}"),
        answer("504 Gateway Timeout", b"\xff\xfe"),
        answer("408 Request Timeout", b"{}"),
        answer(body=b"<!DOCTYPE html><html>log in</html>", Content_Type="text/html"),
        answer(body=b'{"data":[1', Connection="close"),
        answer(body=b'{"data":', length=900, Connection="close"),
        answer(body=GOOD, length=4, Connection="close"),
        answer(
            body=gzip.compress(json.dumps({"data": [*range(999)]}).encode())[:-200],
            Content_Encoding="gzip",
            Connection="close",
        ),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nc\r\n{"data',
        b"nonsense\r\n\r\nConnection: close",
    ],
    ids=["500", "502", "503", "504", "408", "html", "cut", "cut-length", "lie", "cut-gzip", "cut-chunk", "no-http"],
)
def test_what_may_be_better_next_time_is_tried_again(server: Server, waits: list[float], bad: bytes) -> None:
    server.answers += [bad, bad, answer()]
    assert get(server) == {"data": [1]}
    assert (len(server.requests), waits) == (3, [1.0, 2.0])


def test_after_six_tries_it_is_an_error(server: Server, waits: list[float]) -> None:
    server.answers += [answer("503 Service Unavailable", b"<html>later</html>")] * 6
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:\d+/2/things: 503 <html>later</html>"):
        get(server)
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_an_api_may_be_tried_fewer_times(server: Server, waits: list[float]) -> None:
    server.answers.extend([answer("500 Internal Server Error", b"<html>")] * 3)
    with pytest.raises(UnavailableError, match="500 <html>"):
        Api(server.url, attempts=3).get("/", {}, msgspec.json.decode)
    assert (waits, len(server.requests)) == ([1.0, 2.0], 3)


def test_requests_of_all_threads_keep_to_one_rate(server: Server) -> None:
    server.answers.extend([answer()] * 25)
    api, ends, sessions = Api(server.url, per_second=10), list[float](), set[requests.Session]()

    def ask(_: int) -> None:
        api.get("/", {}, msgspec.json.decode)
        ends.append(time.monotonic())
        sessions.add(api._own.session)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(25)))
    assert all(later - earlier > 0.8 for earlier, later in zip(ends, ends[11:], strict=False))
    assert (len(ends), server.connections, len(sessions)) == (25, 4, 4)  # no thread shares its session


def test_nobody_there(waits: list[float]) -> None:
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1/2/things: ConnectionError"):
        Api("http://127.0.0.1:1", TOKEN).get("/2/things", {}, msgspec.json.decode)
    assert len(waits) == 5


def limited(seconds: float, now: datetime | None = None, **headers: Any) -> bytes:
    now = now or datetime.now(UTC).replace(microsecond=0)
    told: dict[str, Any] = {
        "Date": format_datetime(now, usegmt=True),
        "x_rate_limit_reset": f"{now.timestamp() + seconds:.0f}",
    }
    body = b'{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}'
    return answer("429 Too Many Requests", body, **{**told, **headers})


def test_a_rate_limit_is_waited_for(server: Server, waits: list[float]) -> None:
    server.answers += [limited(312), answer()]
    assert get(server) == {"data": [1]}
    assert waits == [312.0]


def test_a_reset_that_moves_on_is_waited_for_again(server: Server, waits: list[float]) -> None:
    server.answers += [limited(10), limited(900), limited(0), limited(-5), answer()]
    get(server)
    assert waits == [10.0, 900.0, 4.0, 8.0]  # one that is over, or just, does not mean at once


def test_a_reset_counts_by_the_servers_clock(server: Server, waits: list[float]) -> None:
    an_hour_off = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    server.answers += [limited(200, an_hour_off), limited(200, an_hour_off + timedelta(hours=2)), answer()]
    get(server)
    assert waits == [200.0, 200.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "77"}, 77.0),
        ({"Date": "Mon, 02 Mar 2026 14:05:09 GMT", "Retry_After": "Mon, 02 Mar 2026 14:06:09 GMT"}, 60.0),
        ({"Retry_After": "99999999999999999999"}, 960.0),
        ({"x_rate_limit_reset": "99999999999999999999"}, 960.0),
        ({"x_rate_limit_reset": "soon"}, 60.0),
        ({"Retry_After": "-1", "x_rate_limit_reset": ""}, 60.0),
    ],
)
def test_waits_have_a_ceiling(server: Server, waits: list[float], headers: dict[str, Any], seconds: float) -> None:
    server.answers += [answer("429 Too Many Requests", b"{}", **headers), answer()]
    get(server)
    assert waits == [seconds]


def test_waits_are_jittered_and_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    server.answers += [limited(30)] * 4 + [answer()]
    get(server)
    assert len({*slept}) == 4
    assert all(30 <= seconds <= 31 for seconds in slept)
    assert "/2/things: 429 Too Many Requests; trying again in 3" in capsys.readouterr().err


CAP = {"title": "UsageCapExceeded", "period": "Monthly", "scope": "Product", "detail": "Usage cap exceeded"}


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        ("401 Unauthorized", {"title": "Unauthorized", "detail": "Unauthorized"}, "401 Unauthorized: the token is not"),
        ("402 Payment Required", {"title": "Credits"}, "402 Credits: the account or its plan"),
        (
            "403 Forbidden",
            {"detail": "When authenticating", "reason": "client-not-enrolled"},
            "403 When authenticating",
        ),
        ("429 Too Many Requests", CAP, "the Monthly quota is used up, and waiting does not help"),
        ("429 Too Many", {"type": "https://api.twitter.com/2/problems/usage-capped"}, "quota is used up"),
    ],
)
def test_what_only_the_user_can_mend_stops_at_once(
    server: Server, waits: list[float], status: str, body: dict[str, str], told: str
) -> None:
    server.answers.append(answer(status, json.dumps(body).encode()))
    with pytest.raises(RefusedError, match=told):
        get(server)
    assert (len(server.requests), waits) == (1, [])


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_without_a_token_it_is_the_request_that_is_refused(server: Server, waits: list[float], status: str) -> None:
    server.answers.append(answer(status, b"no"))
    with pytest.raises(RequestError, match=f"{status[:3]} no$") as caught:
        Api(server.url).get("/", {}, msgspec.json.decode)
    assert (caught.value.status, waits) == (int(status[:3]), [])


def test_a_request_at_fault_is_told_with_the_problem(server: Server, waits: list[float]) -> None:
    problem = {"errors": [{"parameters": {"since_id": ["1"]}, "message": "'since_id' must be"}], "title": "Invalid"}
    date = "Mon, 02 Mar 2026 14:05:09 GMT"
    server.answers.append(answer("400 Bad Request", json.dumps(problem).encode(), Date=date))
    with pytest.raises(RequestError, match="/2/things: 400 'since_id' must be") as raised:
        get(server)
    error = raised.value
    assert (error.status, error.problem, waits) == (400, problem, [])
    assert error.answered_at == datetime(2026, 3, 2, 14, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"[" * 100_000, b'{"errors":[1]}', b'{"errors":{}}'])
def test_a_problem_may_be_anything(server: Server, body: bytes) -> None:
    server.answers.append(answer("404 Not Found", body))
    with pytest.raises(RequestError, match="/2/things: 404") as raised:
        get(server)
    assert len(str(raised.value)) < 400


ESCAPES = "\x1b[31m"


def spelt(how: str) -> str:
    """The token as an answer may spell it."""
    return {
        "plain": TOKEN,
        "decoded": TOKEN.replace("%2F", "/"),
        "slash": TOKEN.replace("%2F", "\\/"),
        "json": "".join(f"\\u{ord(c):04x}" for c in TOKEN),
        "some": TOKEN.replace("t", "\\u0074"),
        "percent": "".join(f"%{ord(c):02X}" for c in TOKEN),
    }[how]


@pytest.mark.parametrize("how", ["plain", "decoded", "slash", "json", "some", "percent"])
@pytest.mark.parametrize("where", ["body", "type", "location", "period", "title"])
def test_no_spelling_of_the_token_and_no_escape_code_leaves(
    server: Server, waits: list[float], capsys: pytest.CaptureFixture[str], how: str, where: str
) -> None:
    text = spelt(how)
    raw = {
        "body": answer(body=b'{"data":["%b"]}' % text.encode()),
        "type": answer(body=b"nonsense", Content_Type=f"text/{text}{ESCAPES}"),
        "location": answer("302 Found", b"", Location=f"https://{text}@elsewhere.example{ESCAPES}/"),
        "period": answer("429 Too Many", b'{"title":"UsageCapExceeded","period":"%b \\u001b[31m"}' % text.encode()),
        "title": answer("400 Bad Request", b'{"detail":"\\u001b[31m %b"}' % text.encode()),
    }[where]
    server.answers += [raw] * 6
    with pytest.raises(HeadwaterError) as raised:
        get(server)
    shown = f"{raised.value!r} {raised.value.__cause__!r} {capsys.readouterr()}"
    assert "\x1b" not in str(raised.value)
    for one in (TOKEN, TOKEN.replace("%2F", "/"), text):
        assert one not in shown


@pytest.mark.parametrize(
    "raw",
    [
        answer("429 Too Many Requests", b'{"title":["UsageCapExceeded"],"type":{"a":1}}'),
        answer("302 Found", b"", Location="https://[x/"),
    ],
    ids=["title", "location"],
)
def test_a_problem_of_another_shape_is_no_traceback(server: Server, waits: list[float], raw: bytes) -> None:
    server.answers += [raw] * 6
    with pytest.raises(HeadwaterError):
        get(server)


@pytest.mark.parametrize("location", ["https://elsewhere.example/2/things", "/2/other", ""])
def test_a_redirect_is_not_followed(server: Server, location: str) -> None:
    server.answers.append(answer("302 Found", b"", Location=location))
    with pytest.raises(RefusedError, match=r"redirects to (elsewhere\.example|another path), which is not followed"):
        get(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "raw",
    [
        answer("400 Bad Request", json.dumps({"detail": f"bad token {TOKEN}"}).encode()),
        answer("503 Service Unavailable", TOKEN.encode()),
        answer("401 Unauthorized", f"<html>{TOKEN}</html>".encode()),
        answer(body=json.dumps({"data": [TOKEN]}).encode()),
    ],
    ids=["400", "503", "401", "200"],
)
def test_an_answer_that_repeats_the_token_is_not_kept_nor_told(
    server: Server, waits: list[float], capsys: pytest.CaptureFixture[str], raw: bytes
) -> None:
    server.answers += [raw] * 6
    with pytest.raises(HeadwaterError) as raised:
        get(server)
    assert TOKEN not in f"{raised.value!r} {raised.value.__cause__!r} {capsys.readouterr()}"


def test_a_token_that_is_no_header_is_not_told(server: Server, waits: list[float]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        get(server, token="two\nlines")
    assert "lines" not in str(raised.value)
    assert server.requests == []


def test_a_netrc_does_not_replace_the_token(server: Server, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answers.append(answer())
    get(server)
    assert server.requests[0][1]["Authorization"] == f"Bearer {TOKEN}"


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.answers.append(answer())
    assert get(server) == {"data": [1]}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://api.example.com", "no token is sent to http://api.example.com, unencrypted"),
        ("ftp://api.example.com", "the address of 'api.example.com' cannot be asked"),
        ("api.example.com", "the address of 'api.example.com' cannot be asked"),
        ("https://", "the address of 'https://' cannot be asked"),
    ],
)
def test_an_address_must_be_one_that_a_token_may_go_to(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Api(url, TOKEN)


def test_an_address_with_a_password_is_refused_without_telling_it() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Api("https://ana:secret@api.example.com", TOKEN)
    assert "secret" not in str(raised.value)


def test_an_answer_has_a_largest_size(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST", 100_000)
    server.answers.append(answer(body=gzip.compress(b"[" + b"1," * 1_000_000 + b"1]"), Content_Encoding="gzip"))
    with pytest.raises(UnavailableError, match="more than 100,000 bytes"):
        get(server)
