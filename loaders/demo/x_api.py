"""A stand-in of X API v2 on this machine: recent search, timelines and look-ups of a made-up world.

    with serve(seed=1) as api:
        ...  # ask api.url with the bearer token api.token for api.queries and api.usernames

It keeps the vendor's rules: both vocabularies, paging, rate limits, and the answers to what is wrong with a request.
What real services also do now and then (too many requests, broken answers, delays) is put into api.script.
"""

import contextlib
import dataclasses
import gzip
import json
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from loaders.demo.x_endpoints import endpoint, page_number, respond
from loaders.demo.x_problems import BODIES, Invalid, invalid
from loaders.demo.x_users import ACCOUNTS
from loaders.demo.x_world import QUERIES, World

LIMITS = {"search": 450, "timeline": 10_000, "users": 300, "posts": 3500}  # requests of an app in 15 minutes
WINDOW = 900
RATED = (200, 400, 403, 429)  # the statuses of answers that have rate limit headers


@dataclasses.dataclass
class Request:
    """A request that was answered or failed; page: of its crawl, from 1; at: time.monotonic() when it came."""

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


class XStandIn(ThreadingHTTPServer):
    """The server; see serve()."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, seed: int, now: Callable[[], datetime], limits: Mapping[str, int], window: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url, self.token = f"http://127.0.0.1:{self.server_port}", secrets.token_urlsafe(24)
        self.queries, self.usernames = QUERIES, tuple(name for name, _, _ in ACCOUNTS)
        self.limits, self.window = {**LIMITS, **limits}, window
        self._now = now
        self.world = World(seed, self.now)
        self.requests: list[Request] = []
        self.script: deque[Scripted | Callable[[Request], Scripted | None]] = deque()
        self._used: dict[str, tuple[float, int]] = {}
        self._open: set[Any] = set()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """What time it is here."""
        return self._now().astimezone(UTC)

    def scripted(self, request: Request) -> Scripted | None:
        """The first scripted answer that is for this request; it is used up."""
        with self._lock:
            for entry in list(self.script):
                found = entry if isinstance(entry, Scripted) else entry(request)
                if found:
                    self.script.remove(entry)
                    return found
        return None

    def rate(self, endpoint: str) -> tuple[bool, dict[str, str]]:
        """Counts a request: whether it is within the limit, and the headers that say so."""
        now, limit = self.now().timestamp(), self.limits[endpoint]
        with self._lock:
            reset, used = self._used.get(endpoint, (0.0, 0))
            if now >= reset:
                reset, used = int(now) + self.window, 0
            self._used[endpoint] = reset, used + 1
        left = {"limit": limit, "remaining": max(0, limit - used - 1), "reset": int(reset)}
        return used < limit, {f"x-rate-limit-{name}": str(value) for name, value in left.items()}

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
    server: XStandIn

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        params = dict(parse_qsl(address.query, keep_blank_values=True))
        place = endpoint(address.path)
        request = Request("GET", address.path, params, page_number(place, params) if place else 1, time.monotonic())
        scripted = self.server.scripted(request) or Scripted()
        time.sleep(scripted.delay)
        status, body, headers = self._answer(request, place)
        if scripted.status != 200 or scripted.body is not None:
            status = scripted.status
            body = _encoded(BODIES.get(status, "")) if scripted.body is None else scripted.body
            headers |= {"x-rate-limit-remaining": "0"} if status == 429 else {}
        request.status = status
        self.server.requests.append(request)
        rated = headers if status in RATED else {}
        added = {name: value for name, value in {**rated, **scripted.headers}.items() if value is not None}
        self._send(status, body, added, scripted.cut)

    def _answer(self, request: Request, place: tuple[str, dict[str, str]] | None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and rate limit headers without regard to the script."""
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return 401, _encoded(BODIES[401]), {}
        if place is None:
            return 404, _encoded(BODIES[404]), {}
        is_within, headers = self.server.rate(place[0])
        if not is_within:
            return 429, _encoded(BODIES[429]), headers
        try:
            return 200, _encoded(respond(self.server.world, place, request.params)), headers
        except Invalid as error:
            return 400, _encoded(invalid(error)), headers

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


def _encoded(body: Any) -> bytes:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


@contextlib.contextmanager
def serve(
    seed: int = 1,
    now: Callable[[], datetime] | None = None,
    limits: Mapping[str, int] | None = None,
    window: int = WINDOW,
) -> Iterator[XStandIn]:
    """A running stand-in on a free port of 127.0.0.1, in a thread of its own.

    now: what time it is there, UTC. limits: requests per window (in seconds) to search, timeline, users, posts.
    """
    with XStandIn(seed, now or (lambda: datetime.now(UTC)), limits or {}, window) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()
