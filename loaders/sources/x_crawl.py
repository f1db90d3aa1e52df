"""The crawl of a search or of a timeline of the X API v2: page by page, newest first, from where it stands to its end.

The watermark is the newest id of a crawl's first page that has one, and holds only once the last page is landed. Bounds
are exclusive. https://docs.x.com/x-api/posts/search-recent-posts, https://docs.x.com/x-api/users/get-posts
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from loaders.errors import RequestError, UnavailableError
from loaders.sources.x_pages import Page
from loaders.writers import hash_of

OVERLAP = timedelta(minutes=2)
"""So far behind the watermark a crawl looks again: ids ascend only by and large."""

_EPOCH_MS = 1_288_834_974_657
_WEEK, _MARGIN = timedelta(days=7), timedelta(minutes=1)
_STALLED = 1_000
"""So many pages in a row may bring nothing older, each with a token that is new; more is a fault of the service."""
_ON_OR_AFTER = re.compile(r"on or after '?(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})")


def time_of(post_id: int) -> datetime:
    """When a post was made, as its id says: milliseconds since 2010-11-04 stand above the lowest 22 bits."""
    return datetime.fromtimestamp(((post_id >> 22) + _EPOCH_MS) / 1000, UTC)


def id_at(moment: datetime) -> int:
    """The least id that a post of this moment can have."""
    return max(1, (round(moment.timestamp() * 1000) - _EPOCH_MS) << 22)


def as_param(moment: datetime) -> str:
    """A time as X takes and prints it, in whole seconds of UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Task:
    """What is crawled. key: its name in the state; told: in messages; about: what `_params` say of its pages.

    token: the parameter for the next page; most: so many posts are enough where nothing says how far back to go.
    """

    key: str
    told: str
    path: str
    params: dict[str, str]
    about: dict[str, str]
    token: str
    most: int = 0


@dataclass
class Crawl:
    """Where a crawl stands: what its next request needs, and what is the watermark once it has closed.

    id: names its pages, from the first of them; recent: what is newest on them, to know it again; gap: from when until
    when X could not be asked any more.
    """

    since_id: int = 0
    until_id: int = 0
    start_time: str = ""
    end_time: str = ""
    token: str = ""
    id: str = ""
    page: int = 0
    posts: int = 0
    newest_id: int = 0
    oldest_id: int = 0
    recent: list[str] = field(default_factory=list)
    gap: list[str] = field(default_factory=list)
    stalled: int = 0
    tokens: list[str] = field(default_factory=list)
    circles: int = 0
    has_news: bool = False
    is_closed: bool = False

    def request(self, task: Task) -> dict[str, str]:
        """The parameters of the next request."""
        bounds = {
            "since_id": str(self.since_id or ""),
            "until_id": str(self.until_id or ""),
            "start_time": self.start_time,
            "end_time": self.end_time,
            task.token: self.token,
        }
        left = task.most - self.posts if task.most and not self.since_id else 100
        size = str(min(100, max(5, left)))
        return {**task.params, "max_results": size, **{name: value for name, value in bounds.items() if value}}

    def advance(self, task: Task, page: Page) -> None:
        """Takes the step that a page means."""
        is_stalled = not page.ids or bool(self.oldest_id and min(page.ids) >= self.oldest_id)
        if is_stalled:
            self.stalled += 1
        else:
            self._start_over()
        self.page += 1
        self.posts += len(page.data)
        if page.ids:
            self.newest_id = self.newest_id or max(page.ids)
            self.oldest_id = min(page.ids) if not self.oldest_id else min(self.oldest_id, *page.ids)
        edge = id_at(time_of(self.newest_id) - OVERLAP) if self.newest_id else 0
        self.recent += [str(i) for i in page.ids if i >= edge]
        if self.page == 1:
            self.recent += sorted(page.identities - {str(i) for i in page.ids})
        self.token = page.next_token
        has_enough = task.most > 0 and not self.since_id and self.posts >= task.most
        self.is_closed = not self.token or has_enough
        if not self.is_closed:
            self._follow_token(task)

    def _follow_token(self, task: Task) -> None:
        """Goes on by token while tokens are new, though pages are empty; one that came before leads in a circle."""
        mark = hash_of(self.token.encode())[:12]
        if mark not in self.tokens and self.stalled < _STALLED:
            self.tokens.append(mark)
            return
        circles = self.circles
        self._start_over()
        if circles or not self.oldest_id:
            if not self.oldest_id:
                self.token = ""  # the next load begins with the first page
            raise UnavailableError(f"{task.told}: page after page brings nothing older; run again later")
        self.circles = 1
        self._go_on_by_id()

    def _start_over(self) -> None:
        self.stalled, self.tokens, self.circles = 0, [], 0

    def adapt(self, error: RequestError) -> bool:
        """Changes the request that X takes offence at, if there is a way to go on without losing a post."""
        if self.token and (_offends(error, "next_token") or _offends(error, "pagination_token")):
            if self.oldest_id:
                self._go_on_by_id()
            else:
                self.token = ""
            return True
        bound = self.since_id or self.until_id
        if bound and (_offends(error, "since_id") or _offends(error, "until_id")):  # X answers for seven days only
            start = as_param(error.answered_at - _WEEK + _MARGIN)
            self.gap = [as_param(time_of(bound)), start]
            self.since_id, self.until_id, self.token, self.start_time = 0, 0, "", start
            # where an earlier part had come to says nothing of the pages that follow
            self.newest_id = self.oldest_id = 0
            self.recent = []
            self._start_over()
            return True
        if self.start_time and _offends(error, "start_time") and (told := _ON_OR_AFTER.search(str(error))):
            earliest = as_param(datetime.fromisoformat(f"{told[1]}+00:00") + _MARGIN)
            if earliest > self.start_time:
                self.gap = [self.gap[0] if self.gap else self.start_time, earliest]
                self.start_time = earliest
                return True
        return False

    def _go_on_by_id(self) -> None:
        """Without a token. Ids and times exclude each other, so a time becomes the id of that time."""
        if self.start_time:
            self.since_id = id_at(datetime.fromisoformat(self.start_time)) - 1
        self.token, self.start_time, self.end_time, self.until_id = "", "", "", self.oldest_id


def pages(task: Task, crawl: Crawl, ask: Callable[[Task, Crawl], Page]) -> Iterator[Page]:
    """The pages that are left, each after the crawl has taken its step. Raises what `ask` raises."""
    while not crawl.is_closed:
        try:
            page = ask(task, crawl)
        except RequestError as error:
            if not crawl.adapt(error):
                raise
            continue
        crawl.advance(task, page)
        yield page


def _offends(error: RequestError, name: str) -> bool:
    errors = error.problem.get("errors")
    told = [e.get("parameters") for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    named = {parameter for parameters in told if isinstance(parameters, dict) for parameter in parameters}
    return error.status == 400 and (name in named or f"'{name}'" in str(error) or f"`{name}`" in str(error))
