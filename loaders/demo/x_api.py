"""A stand-in of X API v2 on this machine: recent search, timelines and look-ups of a made-up world.

    with serve(seed=1) as api:
        ...  # ask api.url with the bearer token api.token for api.queries and api.usernames

It keeps the vendor's rules: both vocabularies, paging, rate limits, and the answers to what is wrong with a request.
What real services also do now and then (too many requests, broken answers, delays) is put into api.script.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from loaders.demo.serving import Answer, Request, Scripted, StandIn, running
from loaders.demo.x_endpoints import endpoint, page_number, respond
from loaders.demo.x_problems import BODIES, Invalid, invalid
from loaders.demo.x_users import ACCOUNTS
from loaders.demo.x_world import QUERIES, World

__all__ = ["Request", "Scripted", "XStandIn", "serve"]

LIMITS = {"search": 450, "timeline": 10_000, "users": 300, "posts": 3500}  # requests of an app in 15 minutes
WINDOW = 900
RATED = (200, 400, 403, 429)  # the statuses of answers that have rate limit headers


class XStandIn(StandIn):
    """The server; see serve()."""

    def __init__(self, seed: int, now: Callable[[], datetime] | None, limits: Mapping[str, int], window: int) -> None:
        super().__init__(now)
        self.token = secrets.token_urlsafe(24)
        self.queries, self.usernames = QUERIES, tuple(name for name, _, _ in ACCOUNTS)
        self.limits, self.window = {**LIMITS, **limits}, window
        self.world = World(seed, self.now)
        self._used: dict[str, tuple[float, int]] = {}

    def rate(self, endpoint: str) -> tuple[bool, dict[str, str]]:
        """Counts a request: whether it is within the limit, and the headers that say so."""
        now, limit = self.now().timestamp(), self.limits[endpoint]
        with self.lock:
            reset, used = self._used.get(endpoint, (0.0, 0))
            if now >= reset:
                reset, used = int(now) + self.window, 0
            self._used[endpoint] = reset, used + 1
        left = {"limit": limit, "remaining": max(0, limit - used - 1), "reset": int(reset)}
        return used < limit, {f"x-rate-limit-{name}": str(value) for name, value in left.items()}

    def page(self, path: str, params: Mapping[str, str]) -> int:
        place = endpoint(path)
        return page_number(place, params) if place else 1

    def answer(self, request: Request, headers: Mapping[str, str]) -> Answer:
        if headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401, self.usual(401))
        place = endpoint(request.path)
        if place is None:
            return Answer(404, self.usual(404))
        is_within, rates = self.rate(place[0])
        if not is_within:
            return Answer(429, self.usual(429), rates)
        try:
            return Answer(200, _encoded(respond(self.world, place, request.params)), rates)
        except Invalid as error:
            return Answer(400, _encoded(invalid(error)), rates)

    def usual(self, status: int) -> bytes:
        return _encoded(BODIES.get(status, ""))

    def headed(self, status: int, headers: dict[str, str], is_scripted: bool) -> dict[str, str]:
        spent = {"x-rate-limit-remaining": "0"} if status == 429 and is_scripted else {}
        return {**headers, **spent} if status in RATED else {}


def _encoded(body: Any) -> bytes:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def serve(
    seed: int = 1,
    now: Callable[[], datetime] | None = None,
    limits: Mapping[str, int] | None = None,
    window: int = WINDOW,
) -> AbstractContextManager[XStandIn]:
    """A running stand-in on a free port of 127.0.0.1, in a thread of its own.

    now: what time it is there, UTC. limits: requests per window (in seconds) to search, timeline, users, posts.
    """
    return running(XStandIn(seed, now, limits or {}, window))
