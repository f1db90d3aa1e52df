"""The query language of X's search, as much of it as a brand needs."""

import re
from collections.abc import Callable

from loaders.demo.x_posts import QUOTES, REPLIES, REPOSTS, Post

Test = Callable[[Post], bool]
TERM = re.compile(r'(-?)("[^"]*"|[^\s"]+)')
KINDS = {"retweet": REPOSTS, "reply": REPLIES, "quote": QUOTES}


def matcher(query: str) -> Test:
    """Whether a post is one the query asks for.

    Words, "phrases", #tags, @names, lang:, from:, is:, has:, - before any of them, OR between groups of them; no
    parentheses. Raises ValueError for what is none of these.
    """
    groups: list[list[tuple[bool, Test]]] = [[]]
    for minus, term in TERM.findall(query):
        if term == "OR":
            groups.append([])
        else:
            groups[-1].append((not minus, _term(term)))
    if not all(groups):
        raise ValueError("a term is missing")
    return lambda post: any(all(test(post) is wanted for wanted, test in group) for group in groups)


def _term(term: str) -> Test:
    name, _, value = term.partition(":")
    words = term.strip('"')
    if term.startswith('"') or (words and not value and not re.search(r"[():]", words)):
        found = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
        return lambda post: bool(found.search(post.text))
    if name == "lang":
        return lambda post: post.language == value
    if name == "from":
        return lambda post: value.lower() in (post.author.username.lower(), str(post.author.id))
    if name == "is" and value in KINDS:
        return lambda post: post.reference is not None and post.reference[0] == KINDS[value]
    if name == "has" and value in ("hashtags", "mentions"):
        mark = "#" if value == "hashtags" else "@"
        return lambda post: mark in post.text
    raise ValueError(f"no viable alternative at '{term}'")
