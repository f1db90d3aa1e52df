"""What the stand-in of X API v2 says at each of its paths."""

import re
from collections.abc import Mapping
from typing import Any

from loaders.demo import x_objects as objects
from loaders.demo.x_paging import read, turn
from loaders.demo.x_posts import REPLIES, REPOSTS, Post, metrics
from loaders.demo.x_problems import FORBIDDEN, NOT_ALLOWED, NOT_FOUND, problem
from loaders.demo.x_rules import FIRST_MS, POSTS, SEARCH, TIMELINE, USER, USERS, Parameters
from loaders.demo.x_users import DAY_MS, PROTECTED, SUSPENDED, VANISHED, User
from loaders.demo.x_world import SEARCHED_DAYS, World

ENDPOINTS = (
    ("search", re.compile(r"/2/tweets/search/recent")),
    ("timeline", re.compile(r"/2/users/(?P<id>[^/]+)/tweets")),
    ("users", re.compile(r"/2/users/by")),
    ("users", re.compile(r"/2/users/by/username/(?P<username>[^/]+)")),
    ("posts", re.compile(r"/2/tweets")),
)
USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}")
EXCLUDED = {"replies": REPLIES, "retweets": REPOSTS}
Document = dict[str, Any]
Place = tuple[str, dict[str, str]]


def endpoint(path: str) -> Place | None:
    """(name, parameters within the path) of what is at a path; None for nothing."""
    for name, pattern in ENDPOINTS:
        if match := pattern.fullmatch(path):
            return name, match.groupdict()
    return None


def respond(world: World, place: Place, params: Mapping[str, str]) -> Document:
    """The body of a good answer; raises Invalid. params: of the query string."""
    (name, within), now_ms = place, world.now_ms()
    if name == "search":
        return _search(world, Parameters(params, SEARCH, now_ms))
    if name == "timeline":
        return _timeline(world, Parameters({**params, **within}, TIMELINE, now_ms))
    if name == "users":
        return _users(world, Parameters({**params, **within}, USER if within else USERS, now_ms), is_one=bool(within))
    return _posts(world, Parameters(params, POSTS, now_ms))


def page_number(place: Place, params: Mapping[str, str]) -> int:
    """The number of the page that a request asks for, from 1."""
    told = params.get("next_token", params.get("pagination_token", ""))
    page = read(told, _scope(place[0], {**params, **place[1]}))
    return page.number if page else 1


def _scope(name: str, params: Mapping[str, str]) -> str:
    """What a token is good for: one query or one timeline."""
    return f"{name} {params.get('id', '')} {params.get('query', '')}"


def _search(world: World, given: Parameters) -> Document:
    size, is_wanted, asked = given.number("max_results", 10, 10, 100), given.query(), given.asked()
    order = given.listed("sort_order", ("recency", "relevancy"))
    first_ms, where = given.now_ms - SEARCHED_DAYS * DAY_MS, _scope("search", given.given)
    window = given.window(first_ms, is_search=True)
    page = given.page(where)
    given.done()
    chosen, tokens = turn([post for post in world.recent() if is_wanted(post)], window, page, size, where)
    if order == ["relevancy"]:
        chosen.sort(key=lambda post: -metrics(post, given.now_ms)["like_count"])
    return _paged(world, chosen, asked, tokens)


def _timeline(world: World, given: Parameters) -> Document:
    size, asked, text = given.number("max_results", 10, 5, 100), given.asked(), given.given["id"]
    excluded = [EXCLUDED[kind] for kind in given.listed("exclude", EXCLUDED) if kind in EXCLUDED]
    window, where = given.window(FIRST_MS, is_search=False), _scope("timeline", given.given)
    page = given.page(where)
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII):
        given.wrong("id", "does not match ^[0-9]{1,19}$")
    given.done()
    user = world.people.by_id.get(int(text))
    if missing := _missing(user, "id", text):
        return {"errors": [missing]}
    if user is None or user.username == PROTECTED:
        return {"errors": [problem(NOT_ALLOWED, "user", "id", text)]}
    # exclusion comes after paging, so that a page may be short, or empty, and yet not be the last
    chosen, tokens = turn(world.timeline(user), window, page, size, where)
    kept = [post for post in chosen if not any(post.is_a(kind) for kind in excluded)]
    return _paged(world, kept, asked, tokens)


def _paged(world: World, posts: list[Post], asked: objects.Asked, tokens: dict[str, str]) -> Document:
    ids = [post.id for post in posts]
    ends = {"newest_id": str(max(ids)), "oldest_id": str(min(ids))} if ids else {}
    return objects.answer(world, posts, asked) | {"meta": {**ends, "result_count": len(posts), **tokens}}


def _users(world: World, given: Parameters, is_one: bool) -> Document:
    name = "username" if is_one else "usernames"
    asked, names = given.asked(of_users=True), given.given.get(name, "").split(",")
    given.few(name, names)
    for called in names:
        if not USERNAME.fullmatch(called):
            given.refuse(f"The `{name}` query parameter value [{called}] does not match ^[A-Za-z0-9_]{{1,15}}$", name)
    given.done()
    found: list[Document] = []
    errors: list[dict[str, str]] = []
    for called in dict.fromkeys(names):
        user = world.people.by_name.get(called.lower())
        missing = _missing(user, name, called)
        if missing:
            errors.append(missing)
        elif user:
            found.append(objects.user_object(world, user, asked))
    return ({"data": found[0] if is_one else found} if found else {}) | ({"errors": errors} if errors else {})


def _missing(user: User | None, parameter: str, value: str) -> dict[str, str] | None:
    """The problem with a user who cannot be shown at all."""
    if user is None or user.username == VANISHED:
        return problem(NOT_FOUND, "user", parameter, value)
    return problem(FORBIDDEN, "user", parameter, value) if user.username == SUSPENDED else None


def _posts(world: World, given: Parameters) -> Document:
    asked, ids = given.asked(), given.given.get("ids", "").split(",")
    given.few("ids", ids)
    for text in ids:
        if not re.fullmatch(r"\d{1,19}", text, re.ASCII):
            given.refuse(f"The `ids` query parameter value [{text}] does not match ^[0-9]{{1,19}}$", "ids")
    given.done()
    found = {text: world.find(int(text)) for text in dict.fromkeys(ids)}
    posts = [post for post in found.values() if post]
    answer = objects.answer(world, posts, asked)
    missing = [problem(NOT_FOUND, asked.word, "ids", text) for text, post in found.items() if not post]
    if errors := missing + answer.get("errors", []):
        answer["errors"] = errors
    return answer | {"meta": {"result_count": len(posts)}}
