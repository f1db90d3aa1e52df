"""Tokens of Redshift's SQL with their places in the text, and edits of that text.

The stand-in never writes a statement anew from a syntax tree: it changes the few places that PostgreSQL would read
otherwise and leaves every other character alone, so nothing can change its meaning unseen.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple


class UnsupportedSqlError(Exception):
    """SQL that Redshift refuses, or that the stand-in cannot translate; becomes an SQL error of the session."""


class Token(NamedTuple):
    """kind: word, quoted, string, dollar, number or punct. name: how it compares, in lower case but for `quoted`."""

    kind: str
    name: str
    start: int
    end: int


_PATTERN = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>[eE]?'(?:[^'\\]|\\.|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
    |(?P<punct>::|->>|->|\#>>|\#>|<=|>=|<>|!=|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)

_PAIRS = {"(": ")", "[": "]"}


def tokenize(sql: str) -> list[Token]:
    """The tokens of a text, without white space and comments."""
    tokens = []
    for match in _PATTERN.finditer(sql):
        kind = match.lastgroup or "punct"
        kind = "dollar" if kind == "tag" else kind
        if kind == "skip":
            continue
        text = match.group()
        if kind == "punct" and text in "'\"":
            raise UnsupportedSqlError(f"unterminated quoted string at: {sql[match.start() : match.start() + 60]}")
        name = text[1:-1].replace('""', '"') if kind == "quoted" else text.lower()
        tokens.append(Token(kind, name, match.start(), match.end()))
    return tokens


class Text:
    """A statement with its tokens, the partner of each bracket, and the edits made so far."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokenize(sql)
        self.partner = self._match_brackets()
        self._edits: list[tuple[int, int, str]] = []

    def _match_brackets(self) -> dict[int, int]:
        partner: dict[int, int] = {}
        waiting: list[int] = []
        for i, token in enumerate(self.tokens):
            if token.kind != "punct":
                continue
            if token.name in _PAIRS:
                waiting.append(i)
            elif token.name in _PAIRS.values():
                if not waiting or _PAIRS[self.tokens[waiting[-1]].name] != token.name:
                    raise UnsupportedSqlError(f"unbalanced {token.name} at: {self.sql[token.start : token.start + 60]}")
                partner[waiting.pop()] = i
        if waiting:
            raise UnsupportedSqlError(f"unbalanced bracket at: {self.sql[self.tokens[waiting[-1]].start :][:60]}")
        return partner

    def is_(self, i: int, *names: str) -> bool:
        """Whether token i is one of these words or signs, unquoted."""
        return 0 <= i < len(self.tokens) and self.tokens[i].kind in ("word", "punct") and self.tokens[i].name in names

    def words(self, i: int, *names: str) -> bool:
        """Whether these words and signs follow each other from token i on."""
        return all(self.is_(i + offset, name) for offset, name in enumerate(names))

    def is_name(self, i: int) -> bool:
        """Whether token i can be part of a name."""
        return 0 <= i < len(self.tokens) and self.tokens[i].kind in ("word", "quoted")

    def raw(self, first: int, last: int) -> str:
        """The text from one token to another, both included."""
        return self.sql[self.tokens[first].start : self.tokens[last].end]

    def at_level(self, low: int, high: int) -> list[int]:
        """The tokens from low up to high (not included) that no bracket in between encloses."""
        found, i = [], low
        while i < high:
            found.append(i)
            i = self.partner.get(i, i) + 1 if i in self.partner else i + 1
        return found

    def replace(self, first: int, last: int, text: str) -> None:
        """Puts a text in the place of some tokens."""
        self._edits.append((self.tokens[first].start, self.tokens[last].end, text))

    def insert_before(self, i: int, text: str) -> None:
        self._edits.append((self.tokens[i].start, self.tokens[i].start, text))

    def insert_after(self, i: int, text: str) -> None:
        self._edits.append((self.tokens[i].end, self.tokens[i].end, text))

    def remove(self, tokens: Sequence[int]) -> None:
        for i in tokens:
            self.replace(i, i, "")

    def edited(self) -> str:
        """The text with all edits; the text itself, untouched, where there are none."""
        parts, place = [], 0
        for start, end, text in sorted(self._edits, key=lambda edit: edit[:2]):
            if start < place:
                raise UnsupportedSqlError(f"the stand-in cannot translate: {self.sql[start : start + 200]}")
            parts += [self.sql[place:start], text]
            place = end
        return "".join([*parts, self.sql[place:]])
