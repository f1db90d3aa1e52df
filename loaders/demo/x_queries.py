"""The query language of X's search, as much of it as watching a brand needs."""

import re
from collections import deque
from collections.abc import Callable

from loaders.demo.x_posts import QUOTES, REPLIES, REPOSTS, Post

Test = Callable[[Post], bool]
TERM = re.compile(r'-?\(|\)|-?"[^"]*"|[^\s()"]+')
KINDS = {"retweet": REPOSTS, "reply": REPLIES, "quote": QUOTES}
MARKS = {"hashtags": "#", "mentions": "@", "links": "https://"}


def matcher(query: str) -> Test:
    """Whether a post is one the query asks for.

    Words, "phrases", #tags, @names, lang:, from:, is:, has:, parentheses, - before any of them, OR, which binds less
    than standing side by side. Raises ValueError for what is none of these.
    """
    if query.count('"') % 2:
        raise ValueError("missing closing '\"'")
    terms = deque(TERM.findall(query))
    test = _either(terms)
    if terms:
        raise ValueError(f"no viable alternative at '{terms[0]}'")
    return test


def _either(terms: deque[str]) -> Test:
    tests = [_all(terms)]
    while terms and terms[0] == "OR":
        terms.popleft()
        tests.append(_all(terms))
    return tests[0] if len(tests) == 1 else lambda post: any(test(post) for test in tests)


def _all(terms: deque[str]) -> Test:
    tests = []
    while terms and terms[0] not in ("OR", ")"):
        tests.append(_one(terms.popleft(), terms))
    if not tests:
        raise ValueError(f"no viable alternative at '{terms[0] if terms else '<EOF>'}'")
    return tests[0] if len(tests) == 1 else lambda post: all(test(post) for test in tests)


def _one(term: str, terms: deque[str]) -> Test:
    if term[0] == "-" and len(term) > 1:
        unwanted = _one(term[1:], terms)
        return lambda post: not unwanted(post)
    if term == "(":
        inner = _either(terms)
        if not terms or terms.popleft() != ")":
            raise ValueError("missing ')'")
        return inner
    return _term(term)


def _term(term: str) -> Test:
    name, _, value = term.partition(":")
    if term[0] == '"' or not value:
        words = re.escape(term.strip('"'))
        found = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
        return lambda post: bool(found.search(post.text))
    if name == "lang":
        return lambda post: post.language == value
    if name == "from":
        return lambda post: value.lower() in (post.author.username.lower(), str(post.author.id))
    if name == "is" and value in KINDS:
        return lambda post: post.is_a(KINDS[value])
    if name == "has" and value in MARKS:
        return lambda post: MARKS[value] in post.text
    raise ValueError(f"no viable alternative at '{term}'")
