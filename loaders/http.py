"""HTTP for sources that are APIs: retries, rate limits and redaction, in this one place.

What is worth trying again is tried again: no connection, a time-out, a body that was cut, an answer that is not what
was promised, 408, 425, 429 and 5xx. Waits grow and are jittered; those that the server asks for (`Retry-After` of RFC
9110, `x-rate-limit-reset` in Unix seconds) are kept to, by the server's own clock. All else is an error at once. The
token goes nowhere but to the address it is meant for, and into no message.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import click
import msgspec
import requests
from requests_ratelimiter import LimiterAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from loaders.errors import ConfigurationError, RefusedError, RequestError, UnavailableError
from loaders.foreign import Secret, printable

ATTEMPTS = 6
FLOOR, CEILING = 1.0, 16 * 60.0
"""The least and the most that one wait takes, in seconds: windows are 15 minutes, whatever a clock says."""

UNTOLD = 60.0
"""Seconds to wait where a rate limit is reached and nothing says for how long."""

TIMEOUT = (10, 60)
"""Seconds to connect, and between two pieces of an answer."""

LARGEST = 64 << 20
"""The most bytes that an answer may have, unpacked."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A 200. answered_at: by the server's clock, in whole seconds, or by ours if it does not tell."""

    body: bytes
    answered_at: datetime


class _AgainError(UnavailableError):
    """Worth another try, at the earliest after so many seconds."""

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.seconds = seconds


class _Bearer(requests.auth.AuthBase):
    """Set as auth and not as a header: a .netrc would replace that."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Own(threading.local):
    """A session for each thread, as they are not made to be shared; what limits their rate is one for all."""

    def __init__(self, adapter: requests.adapters.BaseAdapter, token: str, *, is_local: bool) -> None:
        self.session = requests.Session()
        self.session.auth = _Bearer(token)
        self.session.headers["User-Agent"] = "headwater"
        self.session.trust_env = not is_local  # a proxy must not be asked for what is on this machine
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, adapter)


class Api:
    """An API at an address, over connections that are kept open. Threads may share it.

    token: a bearer token, or none. exhausted: titles and types of the problems (RFC 9457) that say of a 429 that
    waiting does not help. per_second: how many requests at most, of all threads; 0: any. attempts: with one request.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        exhausted: tuple[str, ...] = (),
        *,
        per_second: float = 0,
        attempts: int = ATTEMPTS,
    ) -> None:
        parts = urlsplit(url)
        self.host, self.hostname = parts.netloc, parts.hostname or ""
        is_local = parts.hostname in _LOOPBACK
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise ConfigurationError(
                f"the address of {parts.hostname or url!r} cannot be asked; expected https://<host>"
            )
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise ConfigurationError(
                f"the token for {self.host} has a blank or a character that no token has; copy it anew"
            )
        if token and parts.scheme == "http" and not is_local:
            raise ConfigurationError(f"no token is sent to http://{self.host}, unencrypted; expected https://")
        self._url, self._token, self._exhausted = url.rstrip("/"), Secret(token), exhausted
        self._has_token = bool(token)
        adapter = LimiterAdapter(per_second=per_second) if per_second else requests.adapters.HTTPAdapter()
        self._own, self._attempts = _Own(adapter, token, is_local=is_local), attempts

    def get(self, path: str, params: Mapping[str, str], read: Callable[[bytes], T]) -> tuple[Answer, T]:
        """The answer to a request, and what `read` makes of its body; a ValueError of it is a reason to try again.

        Raises RefusedError where only the user can help, RequestError where the request is at fault, UnavailableError
        where nothing helped.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            wait=_wait,
            stop=stop_after_attempt(self._attempts),
            before_sleep=_tell,
            sleep=time.sleep,
            reraise=True,
        )
        return retrying(self._once, path, params, read)

    def _once(self, path: str, params: Mapping[str, str], read: Callable[[bytes], T]) -> tuple[Answer, T]:
        place = f"{self.host}{path}"
        try:
            with self._own.session.get(
                self._url + path, params=params, timeout=TIMEOUT, stream=True, allow_redirects=False
            ) as response:
                body = self._body(response, place)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as error:
            raise ConfigurationError(f"{place}: {self._told(str(error))}; correct the address or the token") from None
        except requests.RequestException as error:
            raise _AgainError(f"{place}: {type(error).__name__}: {self._told(_root(error))}") from None
        except ValueError:  # requests looks at where a redirect leads even if it does not follow it
            raise RefusedError(f"{place}: it redirects to what is no address; correct the address") from None
        answer = Answer(body, _date(response))
        self._check(response, answer, place)
        try:
            return answer, read(body)
        except ValueError as error:
            kind = self._told(response.headers.get("Content-Type", "no type"))
            told = f"expected JSON, got {kind}, {self._told(_text(body))!r}"
            raise _AgainError(f"{place}: {told} ({self._told(str(error))})") from None

    def _body(self, response: requests.Response, place: str) -> bytes:
        body = bytearray()
        for piece in response.iter_content(1 << 16):
            body += piece
            if len(body) > LARGEST:
                raise UnavailableError(f"{place}: the answer has more than {LARGEST:,} bytes; expected a page")
        if self._token.is_in(bytes(body)):
            raise RefusedError(f"{place}: the answer repeats the token, so nothing of it is kept; ask its operator why")
        return bytes(body)

    def _check(self, response: requests.Response, answer: Answer, place: str) -> None:
        status = response.status_code
        if status == 200:
            return
        problem = _problem(answer.body)
        told = f"{place}: {status} {self._told(_detail(problem, answer.body))}"
        if 300 <= status < 400:
            there = self._told(_host(response.headers.get("Location", ""))) or "another path"
            raise RefusedError(f"{told}: it redirects to {there}, which is not followed; correct the address")
        if status == 401 and self._has_token:
            raise RefusedError(f"{told}: the token is not accepted; set a valid one and run again")
        if status in (402, 403) and self._has_token:
            raise RefusedError(f"{told}: the account or its plan does not allow this; see the provider's console")
        if status == 429 and {str(problem.get("title")), str(problem.get("type")).rpartition("/")[2]} & {
            *self._exhausted
        }:
            period = self._told(str(problem.get("period", "paid")))
            raise RefusedError(
                f"{told}: the {period} quota is used up, and waiting does not help; run again with a new one"
            )
        if status in (408, 425, 429) or status >= 500:
            raise _AgainError(told, _asked_for(response, answer.answered_at))
        raise RequestError(told, status, problem, answer.answered_at)

    def _told(self, text: str) -> str:
        """Foreign words as a message may have them."""
        return printable(self._token.hidden(text))


def _problem(body: bytes) -> dict[str, object]:
    try:
        problem = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return {}
    return problem if isinstance(problem, dict) else {}


def _detail(problem: dict[str, object], body: bytes) -> str:
    """What went wrong, in the server's words; a page of HTML says little."""
    errors = problem.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("message") or problem.get("detail") or problem.get("title") or _text(body))


def _host(address: str) -> str:
    """The host of an address, without what may be a password; empty if there is none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return "an address that is none"


def _root(error: BaseException) -> str:
    """What lies behind an error of the library, whose own words repeat the whole request."""
    while error.__context__:
        error = error.__context__
    return str(error)


def _text(body: bytes) -> str:
    return body[:300].decode(errors="replace")


def _date(response: requests.Response) -> datetime:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.now(UTC).replace(microsecond=0)


def _asked_for(response: requests.Response, now: datetime) -> float:
    """Seconds that the server asks to wait, counted by its own clock; 0 if it does not say."""
    after, reset = response.headers.get("Retry-After", ""), response.headers.get("x-rate-limit-reset", "")
    if after.isascii() and after.isdigit():
        return min(float(after), CEILING)
    try:
        return (parsedate_to_datetime(after).astimezone(UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        pass
    if response.status_code != 429:
        return 0.0
    return min(float(reset), 1e12) - now.timestamp() if reset.isascii() and reset.isdigit() else UNTOLD


def _wait(state: RetryCallState) -> float:
    """The wait before the next try: what was asked for, but more with each failure, for a reset can move on."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.seconds if isinstance(error, _AgainError) else 0.0
    seconds = max(asked, FLOOR * 2.0 ** (state.attempt_number - 1))
    return min(max(seconds, FLOOR), CEILING) + random.uniform(0, FLOOR)  # noqa: S311


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    seconds = state.next_action.sleep if state.next_action else 0.0
    click.echo(f"{error}; trying again in {seconds:.0f} s", err=True)
