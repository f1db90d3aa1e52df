"""A page of the X API v2, taken apart. Format: https://docs.x.com/x-api/fundamentals/pagination

The service speaks of tweets or of posts, as the request does; a page may come in either vocabulary.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from loaders.readers.answers import split_answer
from loaders.readers.json_documents import Document
from loaders.readers.json_values import mend
from loaders.writers import hash_of

_PATHS = ("data", "includes.tweets", "includes.posts", "includes.users", "errors")
_ABSENT = msgspec.Raw(b"null")
T = TypeVar("T")


class _Meta(msgspec.Struct):
    next_token: str | None = None


class _Head(msgspec.Struct):
    data: msgspec.Raw = _ABSENT
    errors: msgspec.Raw = _ABSENT
    meta: _Meta | None = None


class _Identified(msgspec.Struct):
    id: str | int


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""


class _User(msgspec.Struct):
    id: str
    username: str


_HEAD, _IDENTIFIED, _PROBLEM, _USER = map(msgspec.json.Decoder, (_Head, _Identified, _Problem, _User))


@dataclass(slots=True)
class Page:
    """What was asked for (`data`), what X adds to it (`includes`), and what it could not find, element by element.

    ids: of data, those that are ids; next_token: empty on the last page.
    """

    data: list[Document]
    included: list[Document]
    users: list[Document]
    errors: list[Document]
    ids: list[int]
    next_token: str

    @property
    def identities(self) -> set[str]:
        """What tells this page from one that brings nothing new: its ids, and hashes of what is no post."""
        rest = [d for d in self.data if _id(d) is None] + self.errors
        return {str(i) for i in self.ids} | {hash_of(bytes(document)) for document in rest}


def read_page(body: bytes) -> Page:
    """Takes a page apart. Raises ValueError where it is none."""
    try:
        lists = dict(split_answer(body, _PATHS))
        head = _HEAD.decode(mend(body, 0))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if head.meta is None and not lists:
        raise ValueError("it has neither data nor errors nor meta")
    if bytes(head.data) != b"null" and "data" not in lists:
        raise ValueError("its data are no list")
    data: list[Document] = [*lists.get("data", [])]
    return Page(
        data=data,
        included=[*lists.get("includes.tweets", []), *lists.get("includes.posts", [])],
        users=[*lists.get("includes.users", [])],
        errors=[*lists.get("errors", [])],
        ids=[i for i in map(_id, data) if i is not None],
        next_token=(head.meta.next_token if head.meta else None) or "",
    )


def users_of(documents: Iterable[Document]) -> dict[str, str]:
    """The ids of users by their names, in lower case."""
    users = [found for found in (_decoded(_USER, document) for document in documents) if found]
    return {user.username.lower(): user.id for user in users if user.id.isascii() and user.id.isdigit()}


def told_by(error: Document) -> str:
    """What a problem says."""
    problem = _decoded(_PROBLEM, error) or _Problem()
    return "".join(c if c.isprintable() else " " for c in problem.detail or problem.title)[:300]


def _id(document: Document) -> int | None:
    """The id of a post: digits, as text or as a number."""
    found = _decoded(_IDENTIFIED, document)
    text = str(found.id) if found else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None


def _decoded(decoder: msgspec.json.Decoder[T], document: Document) -> T | None:
    try:
        return decoder.decode(document)
    except (msgspec.DecodeError, RecursionError):
        return None
