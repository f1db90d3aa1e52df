"""What the stand-ins of APIs share: a server on loopback that notes its requests and can be told to misbehave.

What real services also do now and then (too many requests, broken answers, delays) is put into a stand-in's script.
"""

import contextlib
import dataclasses
import gzip
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclasses.dataclass
class Request:
    """A request that was answered or failed, with nothing percent-encoded any more.

    page: of its crawl, from 1; at: time.monotonic() when it came.
    """

    method: str
    path: str
    params: dict[str, str]
    page: int
    at: float
    status: int = 0


@dataclasses.dataclass(frozen=True)
class Scripted:
    """An answer in place of the normal one.

    headers: added to the usual ones; one that is None is left out. body: None is what an answer with this status
    normally says. cut: so many bytes of the body are sent, then the connection ends. delay: seconds before it.
    """

    status: int = 200
    headers: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    body: bytes | None = None
    cut: int | None = None
    delay: float = 0


class Answer(NamedTuple):
    """headers: besides those that every answer has, or in their place."""

    status: int
    body: bytes
    headers: dict[str, str] = {}  # noqa: RUF012 - nobody changes one


class StandIn(ThreadingHTTPServer):
    """A server; what it serves is its subclass's."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, now: Callable[[], datetime] | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._now = now or (lambda: datetime.now(UTC))
        self.requests: list[Request] = []
        self.script: deque[Scripted | Callable[[Request], Scripted | None]] = deque()
        self._open: set[Any] = set()
        self.lock = threading.Lock()

    def answer(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """What is said without regard to the script. headers: of the request, with names in lower case."""
        raise NotImplementedError

    def usual(self, status: int) -> bytes:
        """The body of an answer with a status, where none is scripted."""
        raise NotImplementedError

    def headed(self, status: int, headers: dict[str, str], is_scripted: bool) -> dict[str, str]:
        """The headers of an answer's own that one with this status has."""
        return {} if is_scripted else headers

    def page(self, path: str, params: Mapping[str, str]) -> int:
        """The number of the page that a request asks for, from 1."""
        return 1

    def now(self) -> datetime:
        """What time it is here."""
        return self._now().astimezone(UTC)

    def scripted(self, request: Request) -> Scripted | None:
        """The first scripted answer that is for this request; it is used up."""
        with self.lock:
            for entry in list(self.script):
                found = entry if isinstance(entry, Scripted) else entry(request)
                if found:
                    self.script.remove(entry)
                    return found
        return None

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away while it is answered is none of our errors."""

    def hang_up(self) -> None:
        """End connections that clients keep open."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: StandIn

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        path, params = unquote(address.path), dict(parse_qsl(address.query, keep_blank_values=True))
        request = Request("GET", path, params, self.server.page(path, params), time.monotonic())
        scripted = self.server.scripted(request) or Scripted()
        time.sleep(scripted.delay)
        status, body, headers = self.server.answer(
            request, {name.lower(): value for name, value in self.headers.items()}
        )
        is_other = scripted.status != 200 or scripted.body is not None
        if is_other:
            status = scripted.status
            body = self.server.usual(status) if scripted.body is None else scripted.body
        request.status = status
        self.server.requests.append(request)
        own = self.server.headed(status, headers, is_other)
        added = {name: value for name, value in {**own, **scripted.headers}.items() if value is not None}
        self._send(status, body, added, scripted.cut)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], cut: int | None) -> None:
        self.send_response_only(status)
        kind = "application/json" if body[:1] in b"{" else "text/html"
        own = {"date": format_datetime(self.server.now(), usegmt=True), "content-type": f"{kind}; charset=utf-8"}
        if "gzip" in self.headers.get("Accept-Encoding", "") and body:
            own["content-encoding"], body = "gzip", gzip.compress(body, 1, mtime=0)
        own["content-length"] = str(len(body))
        for name, value in {**own, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut])
        self.wfile.flush()
        self.close_connection = self.close_connection or cut is not None

    def log_message(self, *_: Any) -> None:
        """What was asked is in the server's requests."""


Server = TypeVar("Server", bound=StandIn)


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """A stand-in in a thread of its own."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()
