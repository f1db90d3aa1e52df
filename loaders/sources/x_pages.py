"""A page of the X API v2, taken apart. Format: https://docs.x.com/x-api/fundamentals/pagination

The service speaks of tweets or of posts, as the request does; a page may come in either vocabulary.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from loaders.foreign import printable
from loaders.readers.answers import Answers, Kind, split_answer
from loaders.readers.json_documents import Document
from loaders.readers.json_values import mend
from loaders.writers import hash_of

_PATHS = ("data", "includes.tweets", "includes.posts", "includes.users", "errors")
_SIGNS = ("data=null", "meta.result_count=0")
"""What a page has that found nothing."""
_NOTHING = msgspec.Raw(b"null")
T = TypeVar("T")


class _Meta(msgspec.Struct):
    next_token: str | None = None


class _Page(msgspec.Struct):
    data: msgspec.Raw = _NOTHING
    errors: msgspec.Raw = _NOTHING
    meta: _Meta | None = None


class _Identified(msgspec.Struct):
    id: str | int


class _Ids(msgspec.Struct):
    data: list[_Identified] | None = None


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""


class _User(msgspec.Struct):
    id: str
    username: str


_PAGE, _IDS, _IDENTIFIED = msgspec.json.Decoder(_Page), msgspec.json.Decoder(_Ids), msgspec.json.Decoder(_Identified)
_PROBLEM, _USER = msgspec.json.Decoder(_Problem), msgspec.json.Decoder(_User)


@dataclass(slots=True)
class Page:
    """What was asked for (`data`), what X adds to it (`includes`), and what it could not find, element by element.

    ids: of data, those that are ids; next_token: empty on the last page; counts: what else the page had. is_unknown:
    whether it had nothing that is read and does not say that there is nothing.
    """

    data: list[Document]
    included: list[Document]
    users: list[Document]
    errors: list[Document]
    ids: list[int]
    next_token: str
    counts: Answers
    is_unknown: bool

    @property
    def identities(self) -> set[str]:
        """What tells this page from one that brings nothing new: its ids, and hashes of what else is in it."""
        rest = [d for d in self.data if _id(d) is None] if len(self.ids) < len(self.data) else []
        return {str(i) for i in self.ids} | {hash_of(bytes(document)) for document in rest} | self.oddities

    @property
    def oddities(self) -> set[str]:
        """Hashes of what it could not find, and of the paths that nobody reads."""
        unread = (path.encode(errors="replace") for path in self.counts.unread)
        return {hash_of(bytes(one)) for one in (*self.errors, *unread)}


def answers(leave: Sequence[str]) -> Answers:
    """What is read of a page, and what counts it."""
    return Answers(_PATHS, nothing=_SIGNS, leave=leave)


def read_page(leave: Sequence[str], body: bytes) -> Page:
    """Takes a page apart. leave: paths that are not counted as unread. Raises ValueError where it is none."""
    sound = mend(body, 0)  # half a surrogate pair is no fault of its neighbours
    try:
        page = _PAGE.decode(sound)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if page.meta is None and all(bytes(found) == b"null" for found in (page.data, page.errors)):
        raise ValueError("it has neither data nor errors nor meta")
    counts = answers(leave)
    kind, found = split_answer(body, counts)
    lists = dict(found)
    data, tweets, posts, users, errors = ([*lists.get(path, ())] for path in _PATHS)
    token = page.meta.next_token or "" if page.meta else ""
    ids, is_unknown = _ids(sound, data), kind is Kind.UNDECLARED and bool(counts.unread)
    return Page(data, [*tweets, *posts], users, errors, ids, token, counts, is_unknown)


def users_of(documents: Iterable[Document]) -> dict[str, str]:
    """The ids of users by their names, in lower case."""
    users = [found for found in (_decoded(_USER, document) for document in documents) if found]
    return {user.username.lower(): user.id for user in users if user.id.isascii() and user.id.isdigit()}


def told_by(error: Document) -> str:
    """What a problem says."""
    problem = _decoded(_PROBLEM, error) or _Problem()
    return printable(problem.detail or problem.title)


def _ids(sound: bytes, data: Sequence[Document]) -> list[int]:
    try:
        told = [str(post.id) for post in _IDS.decode(sound).data or ()]
    except msgspec.DecodeError:  # one that is no post would hide the others
        return [found for found in map(_id, data) if found is not None]
    return [int(text) for text in told if _is_id(text)]


def _id(document: Document) -> int | None:
    found = _decoded(_IDENTIFIED, document)
    return int(found.id) if found and _is_id(str(found.id)) else None


def _is_id(text: str) -> bool:
    """Digits, as text or as a number."""
    return text.isascii() and text.isdigit() and len(text) <= 19


def _decoded(decoder: msgspec.json.Decoder[T], document: Document) -> T | None:
    try:
        return decoder.decode(document)
    except (msgspec.DecodeError, RecursionError):
        return None
