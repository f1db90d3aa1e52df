"""The loader of X, driven into the corners of the API by its stand-in: what is asked, what lands, where it goes on."""

import gzip
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from click.testing import Result

from loaders.demo.x_api import Request, Scripted, XStandIn, serve
from loaders.errors import ConcurrentLoadError, ConfigurationError, HeadwaterError, RefusedError, UnavailableError
from loaders.lake import Store, open_store
from loaders.log import Commit, Log
from loaders.rejects import Mended, replay
from loaders.sources import x_api, x_crawl, x_load
from loaders.sources.x_api import XStream
from loaders.sources.x_crawl import id_at, time_of
from loaders.sources.x_landing import Landing
from loaders.sources.x_pages import read_page

NOW = datetime(2026, 3, 2, 14, 20, tzinfo=UTC)
STREAMS = [
    XStream(source="x", name="posts", loader="x_api", record_key="id", leave=("meta",)),
    XStream(source="x", name="users", loader="x_api", record_key="id"),
    XStream(source="x", name="errors", loader="x_api"),
]
NIGHT = '"night bus"'
SEARCH = "/2/tweets/search/recent"

SOURCES = """\
sources:
  - name: x
    tables:
      - name: posts
        config: {meta: {loader: x_api, record_key: id, leave: [meta]}}
      - name: users
        config: {meta: {loader: x_api, record_key: id}}
      - name: errors
        config: {meta: {loader: x_api}}
"""


@dataclass
class Clock:
    """The stand-in's, which is not this machine's."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[XStandIn, Clock]]:
    """One world for all tests: making its posts up takes a second."""
    clock = Clock()
    with serve(now=clock, limits={"search": 100_000}) as stand_in:
        yield stand_in, clock


@pytest.fixture
def clock(server: tuple[XStandIn, Clock]) -> Clock:
    server[1].now = NOW
    return server[1]


@pytest.fixture
def api(server: tuple[XStandIn, Clock], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> XStandIn:
    stand_in = server[0]
    for used in (stand_in.requests, stand_in.script, stand_in.world.added):
        used.clear()
    monkeypatch.setenv("X_API_URL", stand_in.url)
    monkeypatch.setenv("X_BEARER_TOKEN", stand_in.token)
    monkeypatch.setenv("X_QUERIES", NIGHT)
    monkeypatch.setenv("X_USERNAMES", "")
    return stand_in


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    told: list[float] = []
    monkeypatch.setattr("loaders.http.time", SimpleNamespace(sleep=told.append))
    return told


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


def load(lake: Store, since: datetime | None = None, until: datetime | None = None) -> list[Commit]:
    return list(x_api.load(lake, STREAMS, since, until))


def landed(lake: Store, stream: str = "posts", part: str = "data") -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Params and value of every record, in the order of the loads."""
    log, found = Log(lake, "x", stream), []
    newest = log.newest()
    for seq in range(1, (newest.load_seq if newest else 0) + 1):
        inputs = {line["input"]: json.loads(line["params"]) for line in log.commit_lines(seq, "input")}
        for added in (line for line in log.commit_lines(seq, "added") if line["content"] == "records"):
            for line in gzip.decompress(b"".join(lake.chunks(added["object"]))).splitlines():
                record = json.loads(line)
                found.append((inputs[record["_input"]], record["value"]))
    return [(params, value) for params, value in found if params["part"] == part]


def ids(lake: Store) -> list[int]:
    return [int(value["id"]) for _, value in landed(lake)]


def state(lake: Store) -> dict[str, Any]:
    newest = Log(lake, "x", "posts").newest()
    assert newest
    return newest.state


def task(lake: Store) -> dict[str, Any]:
    [only] = state(lake)["tasks"].values()
    found: dict[str, Any] = only
    return found


def posted(api: XStandIn) -> list[int]:
    """The ids of all posts that the query finds, newest first: those of seven days, but for the last half minute."""
    first, last = (id_at(api.now() - back) for back in (timedelta(days=7), timedelta(seconds=30)))
    return [post.id for post in api.world.recent() if "night bus" in post.text.lower() and first <= post.id < last]


def at_page(number: int, answer: Callable[[Request], Scripted | None]) -> Callable[[Request], Scripted | None]:
    """Scripts the answer to the request of one page of the search."""
    return lambda request: answer(request) if (request.path, request.page) == (SEARCH, number) else None


def asked(api: XStandIn) -> list[dict[str, str]]:
    """What told one request from the other."""
    names = ("query", "since_id", "until_id", "start_time", "end_time", "next_token", "pagination_token")
    return [{name: request.params[name] for name in names if name in request.params} for request in api.requests]


def test_a_first_load_lands_every_post_once_for_the_fewest_requests(api: XStandIn, lake: Store) -> None:
    commits = load(lake)
    expected = posted(api)
    assert len(expected) > 300
    assert ids(lake) == expected
    assert len(api.requests) == -(-len(expected) // 100)
    assert {request.params["max_results"] for request in api.requests} == {"100"}
    assert [(c.stream, c.load_seq) for c in commits] == [("errors", 1), ("users", 1), ("posts", 1)]
    assert task(lake)["newest_id"] == str(max(expected))
    assert task(lake)["crawl"] is None


def test_params_say_who_asked_for_what_when(api: XStandIn, lake: Store) -> None:
    load(lake)
    params, _ = landed(lake)[100]
    assert params == {
        "endpoint": "search",
        "query": NIGHT,
        "page": "2",
        "part": "data",
        "fetched_at": "2026-03-02T14:20:00Z",
    }
    assert {p["part"] for p, _ in landed(lake, "users", "includes")} == {"includes"}
    assert landed(lake, "errors", "errors")[0][0]["endpoint"] == "search"


def test_elements_land_byte_for_byte(api: XStandIn, lake: Store, tmp_path: Path) -> None:
    body = (
        b'{ "data": [{"id":"2028471674336182395" , "text":"\\u00e9 \xf0\x9f\x9a\x8c", "new":{"b":1,"a":[1.50,1e3]}},'
        b'\n {"id": 9007199254740993, "text": "a number", "id2": 18446744073709551616}],'
        b'"includes":{"posts":[{"id":"7"}],"users":[{"id":"8","location":null}]},"errors":[{"title":"T"}],"meta":{}}'
    )
    api.script.append(Scripted(body=body))
    load(lake)
    lines = [
        line
        for stream in ("posts", "users", "errors")
        for path in sorted((tmp_path / "lake" / "raw" / "x" / stream).rglob("*.json.gz"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    assert [line[line.index(b'"value":') + 8 : -1] for line in lines] == [
        b'{"id":"2028471674336182395" , "text":"\\u00e9 \xf0\x9f\x9a\x8c", "new":{"b":1,"a":[1.50,1e3]}}',
        b'{"id": 9007199254740993, "text": "a number", "id2": 18446744073709551616}',
        b'{"id":"7"}',
        b'{"id":"8","location":null}',
        b'{"title":"T"}',
    ]
    assert task(lake)["newest_id"] == "2028471674336182395"


def test_a_bad_element_takes_no_neighbour_along(api: XStandIn, lake: Store) -> None:
    good = b'{"id":"%d","text":"good"}'
    bad = [
        b'{"id":"5","text":"\xff"}',
        b'{"id":"6","text":"half \\ud83d"}',
        b'{"id":"7","text":"nul \\u0000"}',
        b"7",
        b'"x"',
    ]
    elements = b",".join([good % 1, *bad, good % 2])
    api.script.append(Scripted(body=b'{"data":[%b],"meta":{"result_count":7}}' % elements))
    [posts] = [commit for commit in load(lake) if commit.stream == "posts"]
    assert [value["id"] for _, value in landed(lake)] == ["1", "6", "7", "2"]
    assert posts.rejected == 2  # what is no object is one, as it stands together


def test_a_second_load_finds_nothing_and_says_so(api: XStandIn, lake: Store) -> None:
    load(lake)
    api.requests.clear()
    assert load(lake) == []
    edge = id_at(time_of(max(ids(lake))) - timedelta(minutes=2))
    assert asked(api) == [{"query": NIGHT, "since_id": str(edge)}]
    for stream in STREAMS:
        assert Log(lake, "x", stream.name).note("_seen")
    assert not list(lake.entries("state/"))


def test_only_what_is_new_is_asked_for(api: XStandIn, lake: Store, clock: Clock) -> None:
    load(lake)
    before = ids(lake)
    api.requests.clear()
    clock.now += timedelta(hours=1)
    new = [i for i in posted(api) if i not in before]
    load(lake)
    assert 0 < len(new) < 100
    assert len(api.requests) == 1
    assert {*ids(lake)} == {*before, *new}
    assert task(lake)["newest_id"] == str(max(new))


def test_an_id_that_comes_late_is_caught_by_the_overlap(api: XStandIn, lake: Store) -> None:
    load(lake)
    late = api.world.add("the night bus is late", at=time_of(max(ids(lake))) - timedelta(seconds=90))
    assert late.id < max(ids(lake))
    load(lake)
    assert ids(lake).count(late.id) == 1
    assert load(lake) == []


def test_posts_that_arrive_between_pages_are_not_missed(api: XStandIn, lake: Store, clock: Clock) -> None:
    added: list[int] = []

    def post(request: Request) -> None:
        clock.now += timedelta(minutes=2)
        added.append(api.world.add("a night bus, just now", at=clock.now - timedelta(minutes=1)).id)

    api.script.append(at_page(2, post))
    load(lake)
    assert added[0] not in ids(lake)
    load(lake)
    assert [i for i, count in Counter(ids(lake)).items() if i in added] == added
    assert {*posted(api)} <= {*ids(lake)}


def test_ids_compare_as_numbers(api: XStandIn, lake: Store) -> None:
    api.script.append(Scripted(body=b'{"data":[{"id":"999999999999999999"},{"id":"1000000000000000000"}],"meta":{}}'))
    load(lake)
    assert task(lake)["newest_id"] == "1000000000000000000"


def test_the_watermark_stays_until_the_crawl_has_closed(api: XStandIn, lake: Store, waits: list[float]) -> None:
    load(lake)
    before = task(lake)["newest_id"]
    for n in range(150):
        api.world.add(f"night bus {n}", at=NOW - timedelta(minutes=1, seconds=5 * n))
    api.script.extend([at_page(2, lambda _: Scripted(503, body=b"<html>"))] * 6)
    with pytest.raises(UnavailableError, match="503 <html>"):
        load(lake)
    assert task(lake)["newest_id"] == before
    assert task(lake)["crawl"]["page"] == 1
    api.requests.clear()
    load(lake)
    assert [("next_token" in a, "since_id" in a) for a in asked(api)] == [(True, True), (False, True)]
    assert task(lake)["newest_id"] == str(max(posted(api)))
    assert [i for i, count in Counter(ids(lake)).items() if count > 1 and int(before) < i] == []
    assert {*ids(lake)} >= {*posted(api)}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "models").mkdir(parents=True)
    (root / "dbt_project.yml").write_text("name: x\n")
    (root / "models" / "_x__sources.yml").write_text(SOURCES)
    monkeypatch.chdir(root)
    monkeypatch.setenv("HEADWATER_LAKE", str(tmp_path / "lake"))
    return root


@pytest.mark.parametrize("page", [1, 3])
def test_a_crawl_that_is_killed_asks_for_no_page_twice(api: XStandIn, lake: Store, project: Path, page: int) -> None:
    killed: list[int] = []

    def kill(_: Request) -> None:
        if not killed:
            os.kill(process.pid, signal.SIGKILL)
            killed.append(len(api.requests))

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "loaders", "load", "x"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    api.script.append(at_page(page, kill))
    process = start()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert killed == [page - 1]
    before, answered = asked(api), asked(api)[: page - 1]
    assert len(before) <= page  # the last of them was answered to nobody
    assert Log(lake, "x", "posts").newest() is None
    api.requests.clear()
    process = start()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert [request for request in asked(api) if request in answered] == []
    assert Counter(ids(lake)) == Counter(posted(api))
    assert task(lake)["newest_id"] == str(max(posted(api)))
    assert not list(lake.entries("state/"))


def test_killed_between_its_commits_a_load_lands_nothing_twice(
    api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Log.commit

    def die(self: Log, **what: Any) -> Commit:
        if self.stream == "posts":
            raise KeyboardInterrupt
        return commit(self, **what)

    monkeypatch.setattr(Log, "commit", die)
    with pytest.raises(KeyboardInterrupt):
        load(lake)
    users = landed(lake, "users", "includes")
    assert users
    assert ids(lake) == []
    monkeypatch.setattr(Log, "commit", commit)
    api.requests.clear()
    load(lake)
    assert landed(lake, "users", "includes") == users
    assert ids(lake) == posted(api)
    assert len(api.requests) == 1  # for what is new since


def test_a_long_crawl_commits_as_it_goes(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x_load, "COMMIT_PAGES", 2)
    crawls = []
    for commit in x_api.load(lake, STREAMS, None, None):
        if commit.stream == "posts":
            [only] = commit.state["tasks"].values()
            crawls.append((only["newest_id"], only["crawl"] and only["crawl"]["page"]))
    pages = len(api.requests)
    newest = str(max(posted(api)))
    assert crawls == [(None, n) for n in range(2, pages, 2)] + [(newest, None)]
    assert ids(lake) == posted(api)


def test_two_loads_at_once_land_one(api: XStandIn, lake: Store) -> None:
    first = x_api.load(lake, STREAMS, None, None)
    next(first)
    assert [commit.stream for commit in load(lake)] == ["users", "posts"]
    with pytest.raises(ConcurrentLoadError, match="another load committed number 1 first"):
        list(first)
    assert ids(lake) == posted(api)


def test_after_more_than_a_week_the_gap_is_told(api: XStandIn, lake: Store, clock: Clock) -> None:
    load(lake)
    newest = max(ids(lake))
    clock.now += timedelta(days=9)
    api.requests.clear()
    [posts] = [commit for commit in load(lake) if commit.stream == "posts"]
    assert [sorted(a.keys() - {"query"}) for a in asked(api)][:2] == [["since_id"], ["start_time"]]
    start = "2026-03-04T14:21:00Z"  # seven days before the answer by the server's clock, and a minute
    assert asked(api)[1]["start_time"] == start
    since = f"{time_of(newest) - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"
    assert posts.warnings == [
        f"query '{NIGHT}': nothing could be asked from {since} until {start}, as X answers for seven days only"
    ]
    params, _ = landed(lake)[-1]
    assert (params["gap_from"], params["gap_until"]) == (since, start)
    assert {*ids(lake)} >= {*posted(api)} - {i for i in posted(api) if i < id_at(datetime.fromisoformat(start))}
    assert load(lake) == []


def test_a_token_that_expired_is_gone_on_from_by_id(api: XStandIn, lake: Store) -> None:
    problem = (
        b'{"errors":[{"parameters":{"next_token":["x"]},"message":"is no valid token"}],"title":"Invalid Request"}'
    )
    api.script.append(at_page(3, lambda _: Scripted(400, body=problem)))
    load(lake)
    assert [sorted(a.keys() - {"query"}) for a in asked(api)][1:4] == [["next_token"], ["next_token"], ["until_id"]]
    assert ids(lake) == posted(api)


def body_of(api: XStandIn, request: Request) -> dict[str, Any]:
    """What is answered to a request, asked for once more."""
    again = requests.get(
        api.url + request.path, request.params, headers={"Authorization": f"Bearer {api.token}"}, timeout=9
    )
    body: dict[str, Any] = again.json()
    return body


def test_a_page_that_comes_twice_loses_nothing(api: XStandIn, lake: Store) -> None:
    load(lake)
    first, second = api.requests[0], api.requests[1]
    pages = [body_of(api, first), body_of(api, second)]
    stuck = {**pages[0], "meta": {**pages[0]["meta"], "next_token": second.params["next_token"]}}
    other = open_store(f"{lake.url}-other")
    api.script.append(at_page(2, lambda _: Scripted(body=json.dumps(stuck).encode())))
    load(other)
    assert {*ids(other)} == {*posted(api)}


def test_tokens_that_lead_in_a_circle_end(api: XStandIn, lake: Store) -> None:
    page = b'{"data":[{"id":"2028471674336182395"}],"meta":{"next_token":"round"}}'
    api.script.extend([Scripted(body=page)] * 20)
    with pytest.raises(UnavailableError, match="page after page brings nothing older"):
        load(lake)
    assert len(api.requests) == 4  # by token, which comes again, then by id, where it comes again too
    assert [request.get("until_id") for request in asked(api)] == [None, None, *["2028471674336182395"] * 2]
    assert [value["id"] for _, value in landed(lake)] == ["2028471674336182395"] * 3


@pytest.mark.parametrize("count", [3, 12])
def test_a_search_that_begins_with_empty_pages_goes_on_while_tokens_are_new(
    api: XStandIn, lake: Store, count: int
) -> None:
    load(lake)
    last = api.requests[1].params["next_token"]
    tokens = [*(f"empty{number}" for number in range(1, count)), last]
    api.script.extend(Scripted(body=b'{"meta":{"result_count":0,"next_token":"%b"}}' % t.encode()) for t in tokens)
    other = open_store(f"{lake.url}-other")
    load(other)
    assert ids(other) == posted(api)[100:]


def test_empty_pages_whose_token_comes_again_end_and_begin_anew(api: XStandIn, lake: Store) -> None:
    pages = [b'{"meta":{"result_count":0,"next_token":"%b"}}' % token for token in (b"one", b"two", b"one")]
    api.script.extend(Scripted(body=page) for page in pages)
    with pytest.raises(UnavailableError, match="page after page brings nothing older"):
        load(lake)
    assert len(api.requests) == 3
    load(lake)
    assert {*ids(lake)} == {*posted(api)}


def test_tokens_that_are_new_for_ever_end(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x_crawl, "_STALLED", 5)
    api.script.extend(Scripted(body=b'{"meta":{"result_count":0,"next_token":"%d"}}' % n) for n in range(9))
    with pytest.raises(UnavailableError, match="page after page brings nothing older"):
        load(lake)
    assert len(api.requests) == 5


def test_short_and_empty_pages_are_not_the_end(api: XStandIn, lake: Store) -> None:
    load(lake)
    token = api.requests[1].params["next_token"]
    empty = json.dumps({"meta": {"result_count": 0, "next_token": token}}).encode()
    other = open_store(f"{lake.url}-other")
    api.script.append(at_page(1, lambda _: Scripted(body=empty)))
    load(other)
    assert ids(other) == posted(api)[100:]
    assert task(other)["newest_id"] == str(posted(api)[100])


def test_a_query_that_finds_nothing_is_a_warning(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_QUERIES", f"zebrasincoats ;{NIGHT};; zebrasincoats")
    told = "query 'zebrasincoats' has never found a post; check it against X's query language"
    assert [commit.warnings for commit in load(lake)] == [[], [], [told]]
    assert load(lake) == []
    seen = Log(lake, "x", "posts").note("_seen")
    assert seen
    assert seen["warnings"] == [told]


def test_accounts(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_QUERIES", "")
    monkeypatch.setenv("X_USERNAMES", "@SomeLine, someline,sleeperclub,no.name,nobody_at_all,bus_bot_9000,quiet_rider")
    with pytest.raises(HeadwaterError, match=r"'no\.name' cannot be a username; expected up to 15 letters"):
        load(lake)
    lookup, *timelines = api.requests
    assert lookup.params["usernames"] == "someline,sleeperclub,nobody_at_all,bus_bot_9000,quiet_rider"
    assert Counter(p["username"] for p, _ in landed(lake)) == {"someline": 200, "sleeperclub": 200}
    assert [request.path.split("/")[3] for request in timelines].count(landed(lake)[0][0]["user_id"]) == 2
    newest = Log(lake, "x", "posts").newest()
    assert newest
    assert [w.replace("bus_bot_9000", "it") for w in newest.warnings][:2] == [
        "Could not find user with usernames: [nobody_at_all].",
        "User has been suspended: [it].",
    ]
    assert {p["endpoint"] for p, _ in landed(lake, "users")} == {"lookup"}
    api.requests.clear()
    with pytest.raises(HeadwaterError):
        load(lake)
    assert Log(lake, "x", "posts").newest() == newest  # nobody_at_all again is nothing new
    assert api.requests[0].params["usernames"] == "nobody_at_all,bus_bot_9000"


def test_a_timeline_has_as_many_posts_as_one_wants(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_QUERIES", "")
    monkeypatch.setenv("X_USERNAMES", "someline")
    monkeypatch.setenv("X_TIMELINE_POSTS", "250")
    load(lake)
    assert [request.params["max_results"] for request in api.requests[1:]] == ["100", "100", "50"]
    assert len({*ids(lake)}) == 250


def test_a_timeline_anew_moves_no_watermark(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_QUERIES", "")
    monkeypatch.setenv("X_USERNAMES", "someline")
    load(lake)
    before = state(lake)
    list(x_api.load_timeline(lake, STREAMS, "someline", 150))
    assert len(ids(lake)) == 350
    assert state(lake) == before


def test_a_period_is_asked_for_apart(api: XStandIn, lake: Store) -> None:
    load(lake)
    before, first = state(lake), len(ids(lake))
    api.requests.clear()
    load(lake, datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    bounds = {"start_time": "2026-02-28T00:00:00Z", "end_time": "2026-03-01T00:00:00Z"}
    assert {name: asked(api)[0][name] for name in bounds} == bounds
    again = ids(lake)[first:]
    assert again == [i for i in posted(api) if time_of(i).day == 28]
    assert state(lake) == before


def test_a_first_load_may_begin_later(api: XStandIn, lake: Store) -> None:
    load(lake, since=datetime(2026, 3, 1, tzinfo=UTC))
    assert ids(lake) == [i for i in posted(api) if time_of(i) >= datetime(2026, 3, 1, tzinfo=UTC)]
    assert task(lake)["newest_id"] == str(max(posted(api)))


def test_a_period_that_begins_too_early_is_cut(api: XStandIn, lake: Store) -> None:
    load(lake, since=datetime(2026, 1, 1, tzinfo=UTC))
    assert asked(api)[0]["start_time"] == "2026-01-01T00:00:00Z"
    assert asked(api)[1]["start_time"] == "2026-02-23T14:21:00Z"
    assert landed(lake)[0][0]["gap_from"] == "2026-01-01T00:00:00Z"


def test_a_used_up_quota_stops_at_once_and_keeps_what_was_paid_for(
    api: XStandIn, lake: Store, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    cap = {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped", "period": "Monthly"}
    api.script.append(at_page(3, lambda _: Scripted(429, body=json.dumps(cap).encode())))
    monkeypatch.setenv("X_QUERIES", f"{NIGHT}; flixbus")
    with pytest.raises(RefusedError, match="the Monthly quota is used up"):
        load(lake)
    assert waits == []
    assert ids(lake) == posted(api)[:200]
    assert len(api.requests) == 3
    api.requests.clear()
    monkeypatch.setenv("X_QUERIES", NIGHT)
    load(lake)
    assert api.requests[0].page == 3
    assert Counter(ids(lake)) == Counter(posted(api))


def test_a_rate_limit_is_waited_for(api: XStandIn, lake: Store, waits: list[float], clock: Clock) -> None:
    reset = {"x-rate-limit-reset": f"{NOW.timestamp() + 312:.0f}"}
    api.script.append(at_page(2, lambda _: Scripted(429, headers=reset)))
    load(lake)
    assert [round(seconds) - 312 in (0, 1) for seconds in waits] == [True]
    assert ids(lake) == posted(api)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Scripted(401), "the token is not accepted"),
        (Scripted(403), "the account or its plan does not allow this"),
        (Scripted(402, body=b'{"title":"CreditsDepleted"}'), "402 CreditsDepleted"),
    ],
)
def test_what_only_the_user_can_mend(api: XStandIn, lake: Store, answer: Scripted, told: str) -> None:
    api.script.append(answer)
    with pytest.raises(RefusedError, match=told):
        load(lake)
    assert len(api.requests) == 1


def test_one_bad_query_does_not_stop_the_others(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_QUERIES", f"{'x' * 513}; bad:operator(; {NIGHT}")
    refused = Scripted(400, body=b'{"errors":[{"parameters":{"query":["bad"]},"message":"no viable alternative"}]}')
    api.script.append(lambda request: refused if request.params["query"].startswith("bad") else None)
    with pytest.raises(HeadwaterError) as raised:
        load(lake)
    assert f"the query '{'x' * 40}'… has 513 characters; expected at most 512" in str(raised.value)
    assert "query 'bad:operator(': 127.0.0.1" in str(raised.value)
    assert "400 no viable alternative" in str(raised.value)
    assert ids(lake) == posted(api)


def test_no_value_of_a_page_vanishes() -> None:
    """A single post is a list of one; what nobody reads is named."""
    includes = b'{"tweets":[{"id":"2"}],"media":[{"m":1}],"polls":[]}'
    page = read_page(("meta",), b'{"data":{"id":"1"},"includes":%b,"more":7,"meta":{"a":1}}' % includes)
    assert (page.data, page.included, page.ids) == ([b'{"id":"1"}'], [b'{"id":"2"}'], [1])
    assert page.counts.unread == {"includes.media": 1, "more": 1}


COUNTS = ("key", "rows", "rejects", "documents", "empties", "unread")


def counted(lake: Store, stream: str, seq: int) -> list[list[Any]]:
    """The counts of each input of a load; of its key what is behind the request's hash."""
    lines = Log(lake, "x", stream).commit_lines(seq, "input")
    return [["/".join(line["key"].split("/")[-2:]), *(line[name] for name in COUNTS[1:])] for line in lines]


def test_what_nobody_reads_of_a_page_is_counted_once(api: XStandIn, lake: Store) -> None:
    """With the first part of the page that is landed; of pages that are as they were, not again."""
    page = b'{"data":[{"id":"7","text":"a"},{"id":"6"}],"includes":{"users":[{"id":"1"}],"media":[{}]},"more":%b}'
    api.script.append(Scripted(body=page % b"7"))
    commits = load(lake)
    assert counted(lake, "posts", 1) == [["0001/data", 2, 0, 1, 0, 2]]
    assert counted(lake, "users", 1) == [["0001/includes", 1, 0, 0, 0, 0]]
    assert [commit.warnings for commit in commits] == [
        [],
        [
            "values were not read at paths that are not declared: 'includes.media' (1), 'more' (1); name them in "
            "`leave` of the stream's declaration if they are not wanted; a drop's `records` has those that are"
        ],
    ]
    api.script.append(Scripted(body=page % b"8"))
    assert load(lake) == []
    api.script.append(Scripted(body=b'{"meta":{"result_count":0},"new":{"posts":[{"id":"9"}]}}'))
    assert [(commit.landed, commit.rejected) for commit in load(lake)] == [(0, 0)]
    assert counted(lake, "posts", 2) == [["0001/data", 0, 0, 1, 1, 1]]


def test_a_page_of_which_nothing_is_read_is_a_reject(api: XStandIn, lake: Store) -> None:
    """A service that renames `data` sends pages that look empty."""
    body = b'{"posts":[{"id":"9","text":"a"}],"meta":{"result_count":1}}'
    api.script.append(Scripted(body=body))
    [commit] = load(lake)
    assert (commit.stream, commit.landed, commit.rejected) == ("posts", 0, 1)
    assert counted(lake, "posts", 1) == [["0001/data", 0, 1, 1, 0, 1]]
    [added] = [line for line in Log(lake, "x", "posts").commit_lines(1, "added") if line["content"] == "rejects"]
    [line] = gzip.decompress(b"".join(lake.chunks(added["object"]))).splitlines()
    assert json.loads(line)["value"]["reason"] == "not_declared"
    assert json.loads(line)["value"]["raw"].encode() == body
    api.script.append(Scripted(body=body))
    assert load(lake) == []


def test_what_nobody_reads_of_a_look_up_is_counted(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_QUERIES", "")
    monkeypatch.setenv("X_USERNAMES", "ana_p")
    page = b'{"data":[{"id":"7","username":"zoe"}],"includes":{"tweets":[{"id":"3"}]},"more":1}'
    api.script.append(Scripted(body=page))
    load(lake)
    assert counted(lake, "users", 1) == [["0001/data", 1, 0, 1, 0, 1]]
    assert counted(lake, "posts", 1) == [["0001/includes", 1, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>maintenance</html>",
        b"[]",
        b"{}",
        b'{"data":[{"id":"1"}',
        b'{"meta":{"next_token":7}}',
        b"[" * 100_000,
        b"",
    ],
)
def test_what_is_no_page_is_tried_again_and_then_told(
    api: XStandIn, lake: Store, waits: list[float], body: bytes
) -> None:
    api.script.extend([Scripted(body=body)] * 6)
    with pytest.raises(UnavailableError, match="expected JSON, got"):
        load(lake)
    assert (len(api.requests), len(waits)) == (6, 5)
    load(lake)
    assert ids(lake) == posted(api)


def test_a_body_that_is_cut_is_asked_for_again(api: XStandIn, lake: Store, waits: list[float]) -> None:
    api.script.append(at_page(2, lambda _: Scripted(cut=1000)))
    load(lake)
    assert ids(lake) == posted(api)
    assert len(waits) == 1


def test_times_are_the_servers_whatever_our_clock_says(api: XStandIn, lake: Store, clock: Clock) -> None:
    load(lake)
    clock.now += timedelta(hours=1)
    load(lake)
    assert {params["fetched_at"] for params, _ in landed(lake)} == {"2026-03-02T14:20:00Z", "2026-03-02T15:20:00Z"}


def test_both_vocabularies_are_read() -> None:
    for word in (b"tweets", b"posts"):
        page = read_page((), b'{"data":[{"id":"1"}],"includes":{"%b":[{"id":"2"}]},"meta":{"next_token":"t"}}' % word)
        assert ([bytes(p) for p in page.included], page.ids, page.next_token) == ([b'{"id":"2"}'], [1], "t")
    assert read_page((), b'{"meta":{"result_count":0}}').data == []


def test_another_address_starts_anew(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    load(lake)
    monkeypatch.setenv("X_API_URL", api.url.replace("127.0.0.1", "localhost"))
    api.requests.clear()
    load(lake)
    assert "since_id" not in asked(api)[0]
    assert Counter(ids(lake)) == Counter(posted(api) * 2)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("X_TIMELINE_POSTS=4000", "X_TIMELINE_POSTS: Input should be less than or equal to 3200"),
        ("X_QUERIES= ; ", "nothing to ask X for; set X_QUERIES or X_USERNAMES"),
        ("X_API_URL=http://api.x.com", "no token is sent to http://api.x.com, unencrypted"),
    ],
)
def test_settings(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch, setting: str, told: str) -> None:
    monkeypatch.setenv(*setting.split("=", 1))
    with pytest.raises(ConfigurationError, match=told):
        load(lake)
    assert api.requests == []


def test_all_three_streams_must_be_declared(api: XStandIn, lake: Store) -> None:
    with pytest.raises(ConfigurationError, match="the source lacks users; one crawl feeds posts, users and errors"):
        list(x_api.load(lake, [STREAMS[0], STREAMS[2]], None, None))


def test_the_command_line(
    api: XStandIn, project: Path, headwater: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    dry = headwater("load", "--dry-run")
    assert dry.output == "x: would load 1 queries and 0 timelines\n"
    assert api.requests == []
    first = headwater("load", "x.users")
    assert [line.split(":")[0] for line in first.output.splitlines()] == ["x.errors", "x.users", "x.posts"]
    assert headwater("load").output == "x: nothing new\n"
    api.script.append(Scripted(401))
    failed = headwater("load")
    assert failed.exit_code == 1
    assert "Error: x: 127.0.0.1:" in failed.output
    assert "failed: x.posts" in headwater("status").output
    monkeypatch.setenv("X_BEARER_TOKEN", "")
    skipped = headwater("load")
    assert (skipped.exit_code, skipped.output.split(",")[0]) == (0, "x: skipped")
    assert "X_BEARER_TOKEN is not set; .env.example" in skipped.output
    named = headwater("load", "x")
    assert (named.exit_code, "nothing of x is set up" in named.output) == (1, True)


def test_without_a_token_the_stand_in_is_asked(
    project: Path, headwater: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "")
    monkeypatch.setenv("X_QUERIES", "a query of mine")
    result = headwater("load", "--demo")
    assert result.exit_code == 0, result.output
    assert "x.posts: load 1: " in result.output
    assert (os.environ["X_BEARER_TOKEN"], os.environ["X_QUERIES"]) == ("", "a query of mine")


def test_the_token_is_nowhere(api: XStandIn, project: Path, headwater: Callable[..., Result], tmp_path: Path) -> None:
    said = headwater("load").output
    api.script.append(Scripted(body=json.dumps({"data": [{"id": "1", "text": api.token}]}).encode()))
    said += headwater("load").output
    api.script.append(Scripted(400, body=json.dumps({"detail": f"no {api.token}"}).encode()))
    said += headwater("load").output + headwater("status", "--json").output
    assert "the answer repeats the token, so nothing of it is kept" in said
    assert api.token not in said
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    contents = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files]
    assert len(files) > 6
    assert [path for path, content in zip(files, contents, strict=True) if api.token.encode() in content] == []
    assert [request for request in api.requests if api.token in str(request.params)] == []


def test_an_answer_that_was_kept_counts_once(api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a load that was killed; were it taken again, the look for what is new since would never come."""
    monkeypatch.setenv("X_QUERIES", "zebrasincoats")
    commit = Landing.commit
    monkeypatch.setattr(Landing, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        load(lake)
    monkeypatch.setattr(Landing, "commit", commit)
    assert load(lake) == []
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: b"",
        lambda kept: kept[:20],
        lambda kept: kept[:-20],
        lambda kept: b"null\n" + kept.partition(b"\n")[2],
        lambda kept: kept.replace(b'"answered_at": "2', b'"answered_at": "x'),
        lambda kept: kept.partition(b"\n")[0] + b"\n{}",
        lambda kept: kept.partition(b"\n")[0] + b'\n{"data":[],"meta":{}}',
    ],
)
def test_a_damaged_answer_is_asked_for_anew(
    api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch, damage: Callable[[bytes], bytes]
) -> None:
    commit = Landing.commit
    monkeypatch.setattr(Landing, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        load(lake)
    monkeypatch.setattr(Landing, "commit", commit)
    for entry in lake.entries("state/x/posts/answers/"):
        lake.put(entry.key, damage(b"".join(lake.chunks(entry.key))))
    load(lake)
    assert {*ids(lake)} == {*posted(api)}
    assert [*lake.entries("state/x/posts/answers/")] == []


def test_what_could_not_be_read_can_be_mended_and_replayed(api: XStandIn, lake: Store) -> None:
    good, bad = b'{"id":"1","text":"good"}', b'{"id":"5","text":"\xff"}'
    api.script.append(Scripted(body=b'{"data":[%b,%b],"meta":{}}' % (good, bad)))
    load(lake)
    before = state(lake)
    [reject] = [e.key for e in lake.entries("rejects/x/posts/")]
    wrong = Mended(stream="x.posts", record=f"{reject}#1", raw='{"id":"5","text":')
    refused: list[str] = []
    assert replay(lake, STREAMS[0], [wrong], refused.append).commit is None
    assert "it still cannot be read: truncated" in refused[0]
    right = Mended(stream="x.posts", record=f"{reject}#1", raw='{"id":"5","text":"mended"}')
    commit = replay(lake, STREAMS[0], [right], refused.append).commit
    assert commit
    assert (commit.landed, commit.state) == (1, before)
    assert landed(lake)[-1] == (landed(lake)[0][0], {"id": "5", "text": "mended"})


CAP = json.dumps({"title": "UsageCapExceeded", "period": "Monthly"}).encode()


def test_a_crawl_that_goes_on_after_more_than_a_week_begins_anew(api: XStandIn, lake: Store, clock: Clock) -> None:
    load(lake)
    clock.now += timedelta(days=2)
    api.script.append(at_page(2, lambda _: Scripted(429, body=CAP)))
    with pytest.raises(RefusedError):
        load(lake)
    clock.now += timedelta(days=9)
    api.requests.clear()
    load(lake)
    start = datetime(2026, 3, 6, 14, 21, tzinfo=UTC)
    assert asked(api)[1]["start_time"] == "2026-03-06T14:21:00Z"
    assert {*ids(lake)} >= {i for i in posted(api) if i >= id_at(start)}
    assert task(lake)["newest_id"] == str(max(posted(api)))
    assert "until_id" not in str(asked(api))


def test_a_crawl_that_is_refused_half_way_goes_on_there(
    api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X_QUERIES", f"{NIGHT}; zebrasincoats")
    api.script.append(at_page(3, lambda _: Scripted(400, body=b'{"detail":"not now"}')))
    with pytest.raises(HeadwaterError, match="400 not now"):
        load(lake)
    assert ids(lake) == posted(api)[:200]
    api.requests.clear()
    load(lake)
    assert api.requests[0].page == 3
    assert Counter(ids(lake)) == Counter(posted(api))


def test_what_another_address_answered_is_not_taken(
    api: XStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Landing, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        load(lake)
    monkeypatch.undo()
    monkeypatch.setenv("X_API_URL", api.url.replace("127.0.0.1", "localhost"))
    monkeypatch.setenv("X_BEARER_TOKEN", api.token)
    monkeypatch.setenv("X_QUERIES", NIGHT)
    api.requests.clear()
    load(lake)
    assert "since_id" not in asked(api)[0]
    assert ids(lake) == posted(api)
