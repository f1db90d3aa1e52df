"""The three streams that one crawl of X feeds: landed together, committed one after the other, posts and state last.

    state/<source>/posts/answers/<hash of the request>.json    an answer that no commit has yet: a line about it, and it

An answer is paid for: whenever a crawl is killed, the next one asks for no page twice. A load that dies between the
commits leaves users and errors whose posts are to come; the next one has the same pages and leaves out what is there.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, Self, TypedDict, TypeVar

import msgspec

from loaders.declarations import Stream
from loaders.errors import NotFoundError
from loaders.http import Answer
from loaders.lake import Store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.readers.answers import Answers
from loaders.readers.json_documents import Document, read_documents
from loaders.sources.x_crawl import Crawl
from loaders.writers import hash_of

ORDER = ("errors", "users", "posts")

T = TypeVar("T")


class _Head(msgspec.Struct):
    """The line about an answer. hash: of its body; empty in those of older loaders."""

    answered_at: Annotated[datetime, msgspec.Meta(tz=True)]
    hash: str = ""


class _Task(TypedDict):
    newest_id: str | None
    known: list[str]
    crawl: Crawl | None


class State(TypedDict, total=False):
    """The state of `posts`; loaders.sources.x_load says what it means."""

    api: str
    users: dict[str, str]
    lookup: list[str]
    tasks: dict[str, _Task]
    watermark: str | None


class Landing:
    """Loads of the streams, begun as they are needed. state: as the newest commit has it, to be changed."""

    def __init__(self, lake: Store, streams: Sequence[Stream]) -> None:
        self._lake, self._streams = lake, {stream.name: stream for stream in streams}
        self._logs = {stream.name: Log(lake, stream.source, stream.name) for stream in streams}
        self._newest = {name: log.newest() for name, log in self._logs.items()}
        self._loads: dict[str, Load] = {}
        self._stack = ExitStack()
        self.begin_with(self._logs["posts"].state(self._newest["posts"], State))
        self._answers: list[str] = []
        self._done = {name: self._inputs_of_newest(name) for name in ("errors", "users")}
        self.from_store = False
        """Whether an answer was taken that an earlier load was given."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> bool | None:
        return self._stack.__exit__(*raised)

    def begin_with(self, state: dict[str, Any]) -> None:
        """Takes a state for the one to go on from; while it does not change there is nothing to commit."""
        self._committed = json.dumps(state)
        self.state: dict[str, Any] = json.loads(self._committed)

    def _inputs_of_newest(self, name: str) -> set[str]:
        newest = self._newest[name]
        return {line["key"] for line in self._logs[name].commit_lines(newest.load_seq, "input")} if newest else set()

    def answer(
        self, place: str, params: Mapping[str, str], ask: Callable[[], tuple[Answer, T]], read: Callable[[bytes], T]
    ) -> tuple[Answer, T]:
        """What this place has answered since the last commit, or else what `ask` is answered now, and what it holds."""
        request = json.dumps([place, sorted(params.items())]).encode()
        key = f"state/{self._streams['posts'].source}/posts/answers/{blake2b(request, digest_size=16).hexdigest()}.json"
        found = self._kept(key, read) if key not in self._answers else None
        if found is None:
            found = ask()
            answer = found[0]
            told = {
                "place": place,
                "params": dict(params),
                "answered_at": answer.answered_at.isoformat(),
                "hash": hash_of(answer.body),
            }
            self._lake.put(key, json.dumps(told).encode() + b"\n" + answer.body)
        self._answers.append(key)
        return found

    def _kept(self, key: str, read: Callable[[bytes], T]) -> tuple[Answer, T] | None:
        """An answer that was kept; None where there is none or it is damaged, so that it is asked for anew."""
        try:
            line, _, body = b"".join(self._lake.chunks(key)).partition(b"\n")
            head = msgspec.json.decode(line, type=_Head)
            page = read(body)
        except (NotFoundError, ValueError, RecursionError):
            return None
        if head.hash not in ("", hash_of(body)):
            return None
        self.from_store = True
        return Answer(body, head.answered_at), page

    def land(  # noqa: PLR0913
        self,
        stream: str,
        key: str,
        answer: Answer,
        params: dict[str, str],
        elements: Sequence[Document],
        *,
        counts: Answers | None = None,
        unknown: Answers | None = None,
    ) -> None:
        """Lands elements of a page as an input of their own, under a key that no other has.

        counts: of the page as a whole, if this is the input that they go by; unknown: instead, what is to read the
        page, which is then a reject as a whole.
        """
        if key in self._done.get(stream, ()):
            return
        load = self._loads.get(stream)
        if load is None:
            after = begin(self._lake, self._streams[stream], self._logs[stream], self._newest[stream])
            load = self._loads[stream] = self._stack.enter_context(after)
        load.begin_input(key, answer.answered_at.isoformat(), params)
        data = answer.body if unknown else b"\n".join(elements)
        for documents in read_documents([data], load.reject, unknown):
            load.land(documents)
        if found := unknown or counts:
            load.count_answers(found)

    def commit(self, warnings: Sequence[str] = ()) -> Iterator[Commit]:
        """Commits what was landed and the state, if any of it is new; then no answer is needed any more."""
        if self._loads or json.dumps(self.state) != self._committed:
            if "posts" not in self._loads:
                after = begin(self._lake, self._streams["posts"], self._logs["posts"], self._newest["posts"])
                self._loads["posts"] = self._stack.enter_context(after)
            self._loads["posts"].warnings += warnings
            for name in ORDER:
                if name in self._loads:
                    self._newest[name] = commit = self._loads[name].commit(self.state if name == "posts" else {})
                    yield commit
            self._committed = json.dumps(self.state)
        for name in self._logs.keys() - self._loads.keys():
            self._logs[name].seen(warnings if name == "posts" else ())
        self._stack.close()
        self._loads.clear()
        for key in self._answers:
            self._lake.delete(key)
        self._answers.clear()
