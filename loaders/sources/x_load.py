"""One load of X: what is asked, how far it has come, and what of it is new.

The state of `posts` is

api        where all of it was asked; another address starts anew
users      the ids of the accounts whose timelines are loaded, by their names in lower case
lookup     hashes of what the last look-up could not find
tasks      by search or timeline: newest_id, the watermark; known, what the pages about it held; crawl, one that is open
watermark  when the newest of all posts was made
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from loaders.errors import HeadwaterError, RefusedError, RequestError, UnavailableError
from loaders.http import Answer, Api
from loaders.log import Commit
from loaders.sources.x_api import USERNAME
from loaders.sources.x_crawl import OVERLAP, Crawl, Task, as_param, id_at, pages, time_of
from loaders.sources.x_landing import Landing
from loaders.sources.x_pages import Page, answers, read_page, told_by, users_of
from loaders.writers import hash_of

COMMIT_PAGES = 50
"""A crawl commits after so many pages, so that what it has is soon seen."""

LOOKUP = "/2/users/by"
_AT_ONCE = 100
_USER_FIELDS = "created_at,description,id,location,name,protected,public_metrics,url,username,verified,withheld"
_FIELDS = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_controls,edit_history_tweet_ids,entities,geo,id,"
    "in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,text,"
    "withheld",
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "user.fields": _USER_FIELDS,
}


@dataclass
class XLoad:
    """queries, usernames: what is asked for; most: posts of a timeline's first crawl; longest: characters of a query.
    leave: paths of a page that are left out on purpose.

    since, until: a period, whose posts are landed apart from what is new; anew: likewise, from the newest post on.
    """

    api: Api
    landing: Landing
    queries: list[str]
    usernames: list[str]
    most: int
    longest: int
    leave: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    anew: bool = False
    _warnings: list[str] = field(default_factory=list)
    _pages: int = 0
    _open: tuple[Task, Crawl] | None = None
    """The crawl that is under way, for the next one to go on with if this is where it ends."""

    def __post_init__(self) -> None:
        if self.landing.state.get("api") != self.api.hostname:
            nothing: dict[str, Any] = {
                "api": self.api.hostname,
                "users": {},
                "lookup": [],
                "tasks": {},
                "watermark": None,
            }
            self.landing.begin_with(nothing)
        self._state = self.landing.state

    def load(self) -> Iterator[Commit]:
        """Lands what is asked for. A task that X refuses does not stop the others; its error comes at the end."""
        failures: list[str] = []
        with self.landing:
            try:
                for task in self._tasks(failures):
                    try:
                        yield from self._crawl(task)
                    except RequestError as error:  # the other tasks may fare better
                        failures.append(f"{task.told}: {error}")
                        self._keep_open()
            except (RefusedError, UnavailableError):
                yield from self._commit()  # what was paid for, and where to go on
                raise
            yield from self._commit()
        if failures:
            raise HeadwaterError("; ".join(failures))

    def _tasks(self, failures: list[str]) -> Iterator[Task]:
        for query in self.queries:
            if len(query) > self.longest:
                told = f"{len(query)} characters; expected at most {self.longest}"
                failures.append(f"the query {query[:40]!r}… has {told}")
                continue
            yield Task(
                key=f"search/{hash_of(query.encode())[:12]}",
                told=f"query {query!r}",
                path="/2/tweets/search/recent",
                params={"query": query, **_FIELDS},
                about={"endpoint": "search", "query": query},
                token="next_token",  # noqa: S106
            )
        for username, user_id in self._users(failures).items():
            yield Task(
                key=f"timeline/{user_id}",
                told=f"timeline of @{username}",
                path=f"/2/users/{user_id}/tweets",
                params=_FIELDS,
                about={"endpoint": "timeline", "user_id": user_id, "username": username},
                token="pagination_token",  # noqa: S106
                most=self.most,
            )

    def _users(self, failures: list[str]) -> dict[str, str]:
        """The ids of the accounts, by the names that were asked for; looked up once."""
        names, known = [name for name in self.usernames if USERNAME.fullmatch(name)], self._state["users"]
        hint = "expected up to 15 letters, digits or underscores"
        failures += [f"{name[:40]!r} cannot be a username; {hint}" for name in self.usernames if name not in names]
        new = [name for name in names if name.lower() not in known]
        for at in range(0, len(new), _AT_ONCE):
            asked = {"usernames": ",".join(new[at : at + _AT_ONCE]), "user.fields": _USER_FIELDS}
            try:
                answer, page = self._ask(LOOKUP, asked)
            except RequestError as error:
                failures.append(f"accounts {asked['usernames'][:100]}: {error}")
                continue
            known |= users_of(page.data)
            self._warnings += [told_by(error) for error in page.errors]
            if page.data or page.oddities - {*self._state["lookup"]}:
                self._state["lookup"] = sorted(page.oddities)
                key = f"lookup/{answer.answered_at:%Y%m%dT%H%M%SZ}-{hash_of(asked['usernames'].encode())[:12]}/0001"
                params = {"endpoint": "lookup", "page": "1", "fetched_at": as_param(answer.answered_at)}
                self._land_page("users", key, params, answer, page)
        return {name: known[name.lower()] for name in names if name.lower() in known}

    def _crawl(self, task: Task) -> Iterator[Commit]:
        """Lands the pages of a crawl; after one that was broken off, those of a crawl for what is new since."""
        crawl, is_resumed = self._begin(task)
        is_apart = self._is_apart(task)
        known = {*self._task(task)["known"]}
        self._open = None if is_apart else (task, crawl)
        self.landing.from_store = False
        answers = deque[Answer](maxlen=1)

        def ask(task: Task, crawl: Crawl) -> Page:
            request = crawl.request(task)
            answer, page = self._ask(task.path, request)
            answers.append(answer)
            name = hash_of(str(sorted(request.items())).encode())[:12]
            crawl.id = crawl.id or f"{answer.answered_at:%Y%m%dT%H%M%SZ}-{name}"
            return page

        for page in pages(task, crawl, ask):
            if is_apart or not page.identities <= known:
                crawl.has_news = True
                self._land(task, crawl, answers[0], page)
            if not page.data:
                self._warnings += [f"{task.told}: {told_by(error)}" for error in page.errors]
            if self._pages >= COMMIT_PAGES and not (is_apart or crawl.is_closed):
                self._pages = 0
                yield from self._commit()
        if crawl.gap:
            told = f"nothing could be asked from {crawl.gap[0]} until {crawl.gap[1]}, as X answers for seven days only"
            self._warnings.append(f"{task.told}: {told}")
        if not is_apart:
            self._close(task, crawl)
            if (is_resumed or self.landing.from_store) and not self.since:
                yield from self._crawl(task)

    def _keep_open(self) -> None:
        if self._open:
            task, crawl = self._open
            self._keep(task, crawl=asdict(crawl) if crawl.page else None)

    def _commit(self) -> Iterator[Commit]:
        self._keep_open()
        yield from self.landing.commit(self._warnings)

    def _begin(self, task: Task) -> tuple[Crawl, bool]:
        """Where to go on; whether in the middle of a crawl."""
        kept, start = self._task(task), as_param(self.since) if self.since else ""
        if self._is_apart(task):
            end = as_param(self.until) if self.until and self.until < datetime.now(UTC) else ""
            return Crawl(start_time=start, end_time=end), False
        if kept["crawl"]:
            return Crawl(**kept["crawl"]), True
        if kept["newest_id"]:
            return Crawl(since_id=id_at(time_of(int(kept["newest_id"])) - OVERLAP)), False
        return Crawl(start_time=start), False

    def _is_apart(self, task: Task) -> bool:
        """Whether the crawl says nothing of what is new."""
        return self.anew or bool(self.until or (self.since and self._task(task)["newest_id"]))

    def _close(self, task: Task, crawl: Crawl) -> None:
        """Moves the watermark, now that all before it is landed."""
        self._open = None
        self._keep(task, crawl=None)
        if crawl.has_news:
            newest = max(int(self._task(task)["newest_id"] or 0), crawl.newest_id)
            self._keep(task, newest_id=str(newest or "") or None, known=sorted({*crawl.recent}))
            times = [time_of(int(t["newest_id"])) for t in self._state["tasks"].values() if t["newest_id"]]
            self._state["watermark"] = max(times).isoformat() if times else None
        if not self._task(task)["newest_id"] and "query" in task.about:
            self._warnings.append(f"{task.told} has never found a post; check it against X's query language")

    def _task(self, task: Task) -> dict[str, Any]:
        found: dict[str, Any] = self._state["tasks"].get(task.key, {"newest_id": None, "known": [], "crawl": None})
        return found

    def _keep(self, task: Task, **values: Any) -> None:
        """Changes what the state says of a task; of one that has found nothing it says nothing."""
        kept = {**self._task(task), **values}
        if any(kept.values()):
            self._state["tasks"][task.key] = kept
        else:
            self._state["tasks"].pop(task.key, None)

    def _land(self, task: Task, crawl: Crawl, answer: Answer, page: Page) -> None:
        gap = {"gap_from": crawl.gap[0], "gap_until": crawl.gap[1]} if crawl.gap else {}
        params = {**task.about, **gap, "page": str(crawl.page), "fetched_at": as_param(answer.answered_at)}
        self._land_page("posts", f"{task.key}/{crawl.id}/{crawl.page:04}", params, answer, page)
        self._pages += 1

    def _land_page(self, asked: str, key: str, params: dict[str, str], answer: Answer, page: Page) -> None:
        """Lands each part of a page in its stream; the page as a whole is counted with the first. asked: whose `data`
        is."""
        parts = [
            (asked, "data", page.data),
            ("posts", "includes", page.included),
            ("users", "includes", page.users),
            ("errors", "errors", page.errors),
        ]
        found = [part for part in parts if part[2]] or (parts[:1] if page.counts.unread else [])
        counts, unknown = page.counts, answers(self.leave) if page.is_unknown else None
        for number, (stream, part, documents) in enumerate(found):
            told = {**params, "part": part}
            of_page = None if number else counts
            self.landing.land(stream, f"{key}/{part}", answer, told, documents, counts=of_page, unknown=unknown)

    def _ask(self, path: str, params: dict[str, str]) -> tuple[Answer, Page]:
        read = partial(read_page, self.leave)
        return self.landing.answer(self.api.hostname + path, params, lambda: self.api.get(path, params, read), read)
