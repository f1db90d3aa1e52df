"""The stand-in of X API v2, asked over HTTP by a client that shares nothing with it or with the loaders."""

import gzip
import http.client
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from loaders.demo.x_api import Request, Scripted, XStandIn, serve
from loaders.demo.x_problems import USAGE_CAPPED

Json = dict[str, Any]

NOW = datetime(2026, 3, 9, 14, 20, 15, 250_000, tzinfo=UTC)
RECENT = "/2/tweets/search/recent"
EVERYTHING = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_controls,entities,in_reply_to_user_id,lang,note_tweet,"
    "possibly_sensitive,public_metrics,referenced_tweets,withheld",
    "user.fields": "created_at,description,location,protected,public_metrics,url,verified",
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found

    @property
    def data(self) -> list[Json]:
        assert self.status == 200, self.body
        found: list[Json] = self.json.get("data", [])
        return found

    @property
    def meta(self) -> Json:
        found: Json = self.json["meta"]
        return found


class Clock:
    """What time it is for the server; a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Client:
    """One connection to a stand-in, kept alive over requests."""

    def __init__(self, api: XStandIn) -> None:
        self.api = api
        self.connection = http.client.HTTPConnection("127.0.0.1", api.server_port, timeout=10)

    def get(self, path: str, /, **params: Any) -> Answer:
        """`tweet.fields` and the like are given as a dict: **{"tweet.fields": "lang"}."""
        return self.ask({}, path, params)

    def ask(self, headers: Json, path: str, params: Json) -> Answer:
        sent = {"Authorization": f"Bearer {self.api.token}", **headers}
        self.connection.request("GET", f"{path}?{urlencode(params)}" if params else path, headers=sent)
        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def search(self, query: str = "flixbus", /, **params: Any) -> Answer:
        return self.get(RECENT, query=query, **params)

    def search_zipped(self) -> Answer:
        return self.ask({"Accept-Encoding": "gzip, deflate"}, RECENT, {"query": "flixbus"})

    def crawl(self, path: str, token: str = "next_token", **params: Any) -> Iterator[Answer]:  # noqa: S107
        while True:
            answer = self.get(path, **params)
            yield answer
            if "next_token" not in answer.meta:
                return
            params[token] = answer.meta["next_token"]

    def all(self, path: str, **params: Any) -> list[Json]:
        token = "next_token" if path == RECENT else "pagination_token"
        return [post for answer in self.crawl(path, token, max_results=100, **params) for post in answer.data]

    def user_id(self, username: str) -> str:
        return str(self.get(f"/2/users/by/username/{username}").json["data"]["id"])

    def timeline(self, username: str = "someline") -> str:
        return f"/2/users/{self.user_id(username)}/tweets"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Iterator[XStandIn]:
    with serve(seed=7, now=clock) as server:
        yield server


@pytest.fixture
def client(api: XStandIn) -> Client:
    return Client(api)


@pytest.fixture(scope="module")
def still() -> Iterator[Client]:
    """Of a server at NOW that tests ask and do nothing else with."""
    with serve(seed=7, now=lambda: NOW) as server:
        yield Client(server)


@pytest.fixture(scope="module")
def trains() -> Iterator[Client]:
    """Of a server where four posts more were posted after 14:00."""
    posts = {"Zug 1": "", "#zug 2 bus": "", "der Zugbus": "someline", "Bus @Zugbus": ""}
    with serve(seed=7, now=lambda: NOW) as server:
        for minute, (text, author) in enumerate(posts.items()):
            server.world.add(text, author=author, at=NOW.replace(minute=minute), language="xx")
        yield Client(server)


class Crawls(NamedTuple):
    """With all fields, the pages of the demo's queries and of its accounts."""

    searches: list[Answer]
    timelines: list[Answer]


@pytest.fixture(scope="module")
def crawls(still: Client) -> Crawls:
    shown: Json = {"max_results": 100, **EVERYTHING}
    searches = [page for query in still.api.queries for page in still.crawl(RECENT, query=query, **shown)]
    names = still.api.usernames
    timelines = [page for name in names for page in still.crawl(still.timeline(name), "pagination_token", **shown)]
    return Crawls(searches, timelines)


@pytest.fixture(scope="module")
def found(crawls: Crawls) -> dict[str, Json]:
    """All posts of the crawls by their ids."""
    return {post["id"]: post for page in crawls.searches + crawls.timelines for post in page.data}


def ids(posts: list[Json]) -> list[int]:
    return [int(post["id"]) for post in posts]


def moment(post_id: str | int) -> datetime:
    """When a post was created, from its id: (id >> 22) + 1288834974657 is the time in ms."""
    return datetime.fromtimestamp(((int(post_id) >> 22) + 1_288_834_974_657) / 1000, UTC)


def without_metrics(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_metrics(part) for name, part in value.items() if name != "public_metrics"}
    return [without_metrics(part) for part in value] if isinstance(value, list) else value


# --- the world ---


def test_a_post_literally(still: Client) -> None:
    """Offsets counted by hand: "@ana_19 Just boarded, and the FlixBus driver is on time again. " has 63 characters."""
    answer = still.search(**EVERYTHING)
    assert answer.data[1] == {
        "id": "2031005083890830630",
        "text": "@ana_19 Just boarded, and the FlixBus driver is on time again. #NightBus",
        "edit_history_tweet_ids": ["2031005083890830630"],
        "author_id": "1717984580321246556",
        "conversation_id": "2030974968343474636",
        "created_at": "2026-03-09T13:52:00.906Z",
        "lang": "en",
        "possibly_sensitive": False,
        "in_reply_to_user_id": "2512819525",
        "referenced_tweets": [{"type": "replied_to", "id": "2030974968343474636"}],
        "public_metrics": {
            "retweet_count": 0,
            "reply_count": 0,
            "like_count": 0,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": 13,
        },
        "edit_controls": {
            "edits_remaining": 5,
            "is_edit_eligible": False,
            "editable_until": "2026-03-09T14:22:00.906Z",
        },
        "entities": {
            "mentions": [{"start": 0, "end": 7, "username": "ana_19", "id": "2512819525"}],
            "hashtags": [{"start": 63, "end": 72, "tag": "NightBus"}],
        },
    }
    assert answer.meta.keys() == {"newest_id", "oldest_id", "result_count", "next_token"}
    assert answer.meta["newest_id"] == "2031005257564645972"
    assert answer.meta["oldest_id"] == "2030995536346286416"
    assert answer.meta["result_count"] == 10
    original = next(post for post in answer.json["includes"]["tweets"] if post["id"] == "2030974968343474636")
    assert (original["author_id"], original["lang"]) == ("2512819525", "de")
    assert answer.json["includes"]["users"][1] == {
        "id": "1717984580321246556",
        "name": "Ana",
        "username": "ana_104",
        "created_at": "2023-10-27T19:20:17.215Z",
        "protected": False,
        "verified": False,
        "public_metrics": {
            "followers_count": 19,
            "following_count": 444,
            "tweet_count": 3922,
            "listed_count": 13,
            "like_count": 2860,
        },
        "location": "Łódź",
        "description": "line 1\nline 2",
    }


def test_ids_are_the_times_of_their_posts(found: dict[str, Json]) -> None:
    for post in found.values():
        assert moment(post["id"]).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" == post["created_at"]
        assert int(post["id"]) > 2**53


def test_shares_of_what_searches_give(crawls: Crawls) -> None:
    pages = crawls.searches
    posts = {post["id"]: post for page in pages for post in page.data}
    users = {user["id"]: user for page in pages for user in page.json["includes"]["users"]}
    assert 1_900 < len(posts) < 2_400
    assert all(NOW - timedelta(days=7) <= moment(post) < NOW.replace(minute=0, second=0) for post in posts)
    share = {name: count / len(posts) for name, count in Counter(post["lang"] for post in posts.values()).items()}
    share["with a hashtag"] = sum("hashtags" in post.get("entities", ()) for post in posts.values()) / len(posts)
    share["without entities"] = sum("entities" not in post for post in posts.values()) / len(posts)
    share["users without a location"] = sum("location" not in user for user in users.values()) / len(users)
    bounds = {
        "en": (0.29, 0.37),
        "de": (0.19, 0.26),
        "it": (0.12, 0.18),
        "und": (0.06, 0.11),
        "with a hashtag": (0.70, 0.76),
        "without entities": (0.08, 0.18),
        "users without a location": (0.18, 0.24),
    }
    assert {name: share[name] for name, (low, high) in bounds.items() if not low <= share[name] <= high} == {}
    assert set(share) - set(bounds) == {"fr", "es", "pl", "nl", "pt"}
    assert not [post for post in posts.values() if post["text"].startswith("RT ")]


def test_every_kind_of_post_occurs(found: dict[str, Json]) -> None:
    counts: Counter[str] = Counter()
    for post in found.values():
        counts.update(reference["type"] for reference in post.get("referenced_tweets", ()))
        counts["edited"] += len(post["edit_history_tweet_ids"]) > 1
        counts["long"] += "note_tweet" in post
        counts["withheld"] += "withheld" in post
        counts["emoji before a hashtag"] += bool(re.search(r"[\U0001F300-\U0001FAFF].*#\w", post["text"], re.S))
        counts["&amp; before a hashtag"] += bool(re.search(r"&amp;.*#\w", post["text"], re.S))
        counts["retweet cut"] += post["text"].startswith("RT @") and post["text"].endswith("…")
        counts["remaining as text"] += isinstance(post["edit_controls"]["edits_remaining"], str)
        counts.update(post.get("entities", {}).keys())
    kinds = {"retweeted", "quoted", "replied_to", "edited", "long", "withheld", "retweet cut", "remaining as text"}
    assert set(counts) == kinds | {"emoji before a hashtag", "&amp; before a hashtag", "hashtags", "mentions", "urls"}
    assert min(counts.values()) > 15, counts


def test_offsets_count_code_points_of_the_text_as_delivered(found: dict[str, Json]) -> None:
    marks = {"hashtags": ("#", "tag"), "mentions": ("@", "username"), "urls": ("", "url")}
    checked: Counter[str] = Counter()
    for post in found.values():
        texts = [(post["text"], post.get("entities", {}))]
        if "note_tweet" in post:
            texts.append((post["note_tweet"]["text"], post["note_tweet"].get("entities", {})))
        for text, entities in texts:
            for kind, (mark, name) in marks.items():
                for entity in entities.get(kind, ()):
                    assert text[entity["start"] : entity["end"]] == mark + entity[name]
                    checked[kind] += 1
                    before = text[: entity["start"]]
                    checked["moved in UTF-16"] += len(before) != len(before.encode("utf-16-le")) // 2
    assert checked["hashtags"] > 2_500
    assert min(checked.values()) > 500


def test_a_long_post_is_cut_and_its_note_is_whole(found: dict[str, Json]) -> None:
    long = [post for post in found.values() if "note_tweet" in post]
    for post in long:
        assert post["text"].endswith("…")
        assert 275 <= len(post["text"]) <= 280
        assert post["note_tweet"]["text"].startswith(post["text"][:-1])
    short = [post for post in found.values() if "note_tweet" not in post]
    assert max(len(post["text"]) for post in short) <= 280


def test_what_the_cut_goes_through_is_no_entity(client: Client) -> None:
    client.api.world.add("a" * 270 + " #abcdefghij", at=NOW - timedelta(minutes=1))
    client.api.world.add("a" * 276 + " & so on", at=NOW - timedelta(minutes=2))
    client.api.world.add("a" * 270 + " #abcdefgh", at=NOW - timedelta(minutes=3))
    shown = {"tweet.fields": "entities,note_tweet", "start_time": "2026-03-09T14:00:00Z"}
    tagged, escaped, just_fits = client.search("has:hashtags OR so", **shown).data
    assert tagged["text"] == "a" * 270 + " #abcdefg…"
    assert "entities" not in tagged
    assert tagged["note_tweet"]["entities"] == {"hashtags": [{"start": 271, "end": 282, "tag": "abcdefghij"}]}
    assert escaped["text"] == "a" * 276 + " …"
    assert escaped["note_tweet"] == {"text": "a" * 276 + " &amp; so on"}
    assert (len(just_fits["text"]), just_fits["entities"]["hashtags"][0]["end"]) == (280, 280)
    assert "note_tweet" not in just_fits


def test_a_retweet_is_cut_and_its_original_is_in_includes(crawls: Crawls) -> None:
    cut = 0
    for page in crawls.timelines:
        originals = {post["id"]: post for post in page.json["includes"]["tweets"]}
        for post in page.data:
            if post.get("referenced_tweets", [{}])[0].get("type") == "retweeted" and post["text"].endswith("…"):
                original = originals.get(post["referenced_tweets"][0]["id"])
                if original:
                    assert 130 < len(post["text"]) <= 140
                    body = post["text"].partition(": ")[2].removesuffix("…")
                    assert original.get("note_tweet", original)["text"].startswith(body)
                    assert len(original["text"]) > len(body)
                    counts = post["public_metrics"] | {"retweet_count": 0}
                    assert set(counts.values()) == {0}
                    assert post["public_metrics"]["retweet_count"] == original["public_metrics"]["retweet_count"]
                    cut += 1
    assert cut > 20


def test_an_edit_is_a_new_id_that_a_later_poll_finds(client: Client, clock: Clock) -> None:
    first, second = "2030640599140595830", "2030647611718893568"
    query = '"a night bus to Berlin has the best playlist"'
    assert (moment(first).strftime("%H:%M:%S"), moment(second).strftime("%H:%M:%S")) == ("13:43:40", "14:11:32")
    clock.now = datetime(2026, 3, 8, 14, 59, tzinfo=UTC)
    before = next(post for post in client.search(query).data if post["id"] == first)
    assert before["edit_history_tweet_ids"] == [first]
    assert client.get("/2/tweets", ids=second).json["meta"] == {"result_count": 0}

    clock.now = datetime(2026, 3, 8, 15, 1, tzinfo=UTC)
    assert first not in {post["id"] for post in client.search(query).data}
    after = next(post for post in client.search(query, since_id=first).data if post["id"] == second)
    assert after == {
        "id": second,
        "text": f"1. edit: {before['text']}",
        "edit_history_tweet_ids": [first, second],
    }
    # asked for by its id the first version is still there, and knows of the second
    assert client.get("/2/tweets", ids=first).data == [before | {"edit_history_tweet_ids": [first, second]}]
    shown = client.get("/2/tweets", ids=second, **{"tweet.fields": "edit_controls"}).data[0]["edit_controls"]
    assert int(shown["edits_remaining"]) == 4
    assert shown["editable_until"] == "2026-03-08T14:13:40.970Z"


def test_histories_are_in_order_and_end_after_half_an_hour(found: dict[str, Json]) -> None:
    histories = [post["edit_history_tweet_ids"] for post in found.values()]
    assert {len(history) for history in histories} == {1, 2, 3, 5}
    for post_id, history in zip(found, histories, strict=True):
        assert history[-1] == post_id
        assert history == sorted(set(history))
        assert moment(history[-1]) - moment(history[0]) < timedelta(minutes=30)


def test_metrics_grow_and_level_off(client: Client, clock: Clock) -> None:
    fields = {"tweet.fields": "public_metrics"}
    young = client.search(max_results=100, **fields).data[:40]
    asked = ",".join(post["id"] for post in young)
    totals = []
    last = {post["id"]: post["public_metrics"] for post in young}
    for hours in (0, 5, 24, 24 * 10, 24 * 11):
        clock.now = NOW + timedelta(hours=hours)
        now = {post["id"]: post["public_metrics"] for post in client.get("/2/tweets", ids=asked, **fields).data}
        assert all(now[post][name] >= count for post, counts in last.items() for name, count in counts.items())
        totals.append(sum(counts["impression_count"] for counts in now.values()))
        last = now
    assert set(last[young[0]["id"]]) == {
        *("retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")
    }
    assert totals == [3502, 12272, 28898, 40660, 40661]


def test_profiles_change_now_and_then(client: Client, clock: Clock, crawls: Crawls) -> None:
    names = sorted({user["username"] for page in crawls.searches for user in page.json["includes"]["users"]})
    asked = [",".join(names[n : n + 100]) for n in range(0, 500, 100)]

    def people() -> list[tuple[Any, Any]]:
        answers = [client.get("/2/users/by", usernames=few, **{"user.fields": "location,description"}) for few in asked]
        return [(user.get("location"), user.get("description")) for answer in answers for user in answer.data]

    first = people()
    clock.now += timedelta(minutes=30)
    assert people() == first
    clock.now += timedelta(days=5)
    changed = [(before, after) for before, after in zip(first, people(), strict=True) if before != after]
    assert 5 < len(changed) < 60
    assert {before[0] != after[0] for before, after in changed} == {True, False}


def test_the_same_hour_gives_the_same_bytes_but_for_metrics() -> None:
    answers = []
    for minute in (0, 59):
        at = NOW.replace(minute=minute, second=31)
        with serve(seed=7, now=lambda at=at: at) as server:  # type: ignore[misc]
            client = Client(server)
            answers.append([client.search(query, max_results=100, **EVERYTHING).json for query in server.queries])
            answers[-1].append(client.get(client.timeline(), max_results=100, **EVERYTHING).json)
    early, late = answers
    assert early != late
    assert without_metrics(early) == without_metrics(late)


def test_a_later_run_sees_the_same_posts_and_those_of_the_hours_since(client: Client, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 9, 14, 0, 5, tzinfo=UTC)
    before = client.all(RECENT, query="flixbus")
    newest = before[0]["id"]
    for at in (clock.now, NOW, datetime(2026, 3, 9, 14, 59, 59, tzinfo=UTC)):
        clock.now = at
        assert client.search(since_id=newest).json == {"meta": {"result_count": 0}}
    clock.now = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
    later = client.all(RECENT, query="flixbus", since_id=newest)
    assert {moment(post["id"]).hour for post in later} == {14, 15}
    after = client.all(RECENT, query="flixbus")
    begin = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    edited = {
        post["edit_history_tweet_ids"][0] for post in later if moment(post["edit_history_tweet_ids"][0]).hour < 14
    }
    kept = [post for post in before if moment(post["id"]) >= begin and post["id"] not in edited]
    assert after == later + kept


def test_seeds_differ(still: Client) -> None:
    with serve(seed=8, now=lambda: NOW) as other:
        assert set(ids(still.search().data)).isdisjoint(ids(Client(other).search().data))


# --- fields and vocabularies ---


def test_only_what_is_asked_for_is_said(still: Client) -> None:
    post, *_ = still.search().data
    assert set(post) == {"id", "text", "edit_history_tweet_ids"}
    answer = still.search(**{"tweet.fields": "lang", "expansions": "author_id"}).json
    assert set(answer) == {"data", "includes", "meta"}
    assert set(answer["data"][0]) == {"id", "text", "edit_history_tweet_ids", "lang"}
    assert {frozenset(user) for user in answer["includes"]["users"]} == {frozenset({"id", "name", "username"})}
    referring = still.search("flixbus is:reply", **{"expansions": "referenced_tweets.id"}).json
    assert set(referring["includes"]) == {"tweets"}


def test_the_vocabulary_of_the_request_is_that_of_the_answer(still: Client) -> None:
    query = "flixbus is:reply"
    tweets = still.search(query, max_results=100, **EVERYTHING)
    spelt = {name.replace("tweet", "post"): value.replace("tweet", "post") for name, value in EVERYTHING.items()}
    posts = still.search(query, max_results=100, **spelt)
    names = {"edit_history_post_ids", "referenced_posts", "public_metrics", "entities", "lang"}
    assert names < set().union(*posts.data)
    assert set(posts.data[0]["public_metrics"]) > {"repost_count", "like_count"}
    assert set(posts.json["includes"]["users"][0]["public_metrics"]) > {"post_count"}
    # but for the names they are the same
    text = re.sub(r'"(edit_history_|referenced_|note_|re|)tweet', r'"\1post', tweets.body.decode())
    assert json.loads(text)["data"] == posts.data
    # who asks in one spelling and reads the other finds nothing, and is not told
    assert posts.json["includes"].get("tweets", []) == []
    assert {post.get("referenced_tweets") for post in posts.data} == {None}
    assert tweets.json["includes"].get("posts", []) == []
    assert posts.json["errors"][0]["parameter"] == "referenced_posts.id"


def test_expansions_that_are_gone_are_problems_of_a_good_answer(crawls: Crawls) -> None:
    problems = [problem for page in crawls.searches for problem in page.json.get("errors", ())]
    kinds = Counter((problem["title"], problem["parameter"]) for problem in problems)
    for title in ("Not Found Error", "Authorization Error"):
        assert kinds[title, "referenced_tweets.id"] > 2, kinds
    assert kinds["Not Found Error", "author_id"] > 2, kinds
    first = next(problem for problem in problems if problem["title"] == "Not Found Error")
    gone = first["value"]
    assert first == {
        "value": gone,
        "detail": f"Could not find tweet with referenced_tweets.id: [{gone}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "referenced_tweets.id",
        "resource_id": gone,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }


# --- paging ---


def test_pages_stay_while_posts_arrive(client: Client, clock: Clock) -> None:
    first = client.search(max_results=10)
    token = first.meta["next_token"]
    second = client.search(max_results=10, next_token=token)
    added = client.api.world.add("news of #flixbus", at=clock.now - timedelta(minutes=2))
    clock.now += timedelta(hours=3)
    assert client.search(max_results=10, next_token=token).body == second.body
    assert client.search(max_results=10, pagination_token=token).body == second.body
    assert ids(first.data)[-1] > ids(second.data)[0]
    late = client.api.world.add("late #flixbus", at=moment(second.data[4]["id"]))
    assert client.search(max_results=10, next_token=token).data[4]["id"] == str(late.id)
    assert str(added.id) in {post["id"] for post in client.search(max_results=100).data}

    # whoever starts the server anew has the same tokens
    with serve(seed=7, now=lambda: NOW) as again:
        assert Client(again).search(max_results=10, next_token=token).body == second.body


def test_a_crawl_gives_each_post_once_newest_first_and_ends_without_a_token(still: Client) -> None:
    query = "flixbus #reisen lang:de"
    pages = list(still.crawl(RECENT, query=query, max_results=20))
    found = [post for page in pages for post in ids(page.data)]
    assert found == ids(still.all(RECENT, query=query))
    assert found == sorted(set(found), reverse=True)
    assert [page.meta["result_count"] for page in pages] == [20, 20, 20, 20, 20, 20, 10]
    assert "next_token" not in pages[-1].meta
    assert "previous_token" not in pages[0].meta
    for page, before in zip(pages[1:], pages, strict=False):
        back = still.search(query, max_results=20, next_token=page.meta["previous_token"])
        assert back.data == before.data


def test_since_and_until_are_exclusive_and_hold_over_pages(still: Client) -> None:
    newest = ids(still.search(max_results=100).data)
    assert ids(still.search(max_results=100, since_id=newest[30]).data) == newest[:30]
    assert ids(still.search(max_results=100, since_id=newest[30] - 1).data) == newest[:31]
    assert ids(still.search(max_results=100, since_id=newest[30], until_id=newest[10]).data) == newest[11:30]
    pages = still.crawl(RECENT, query="flixbus", max_results=10, since_id=newest[30], until_id=newest[10])
    assert [ids(page.data) for page in pages] == [newest[11:21], newest[21:30]]
    # the token itself knows where the crawl is to end
    token = still.search(max_results=10, since_id=newest[15]).meta["next_token"]
    assert ids(still.search(max_results=10, next_token=token).data) == newest[10:15]


def test_start_is_inclusive_and_end_exclusive(client: Client) -> None:
    for second in (29, 30, 31):
        at = datetime(2026, 3, 9, 13, 59, second, tzinfo=UTC)
        client.api.world.add("zzz", at=at)
    found = client.search("zzz", start_time="2026-03-09T13:59:30Z", end_time="2026-03-09T13:59:31Z").data
    assert [moment(post["id"]).second for post in found] == [30]


def test_a_search_shows_posts_after_half_a_minute(client: Client, clock: Clock) -> None:
    client.api.world.add("zzz")
    assert client.search("zzz").json == {"meta": {"result_count": 0}}
    clock.now += timedelta(seconds=29)
    assert client.search("zzz").json == {"meta": {"result_count": 0}}
    clock.now += timedelta(seconds=2)
    assert client.search("zzz").meta["result_count"] == 1


def test_a_page_in_order_of_relevancy_holds_the_same_posts(still: Client) -> None:
    fields: Json = {"tweet.fields": "public_metrics", "max_results": 50}
    recent, relevant = still.search(**fields), still.search(sort_order="relevancy", **fields)
    assert recent.meta == relevant.meta
    likes = [post["public_metrics"]["like_count"] for post in relevant.data]
    assert likes == sorted(likes, reverse=True)
    assert sorted(ids(relevant.data), reverse=True) == ids(recent.data)


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("zug", ["Zug 1", "#zug 2 bus"]),
        ('"zug 1"', ["Zug 1"]),
        ("zug -bus", ["Zug 1"]),
        ("zug -(bus OR tram)", ["Zug 1"]),
        ("#zug", ["#zug 2 bus"]),
        ("zug has:hashtags", ["#zug 2 bus"]),
        ("bus lang:xx", ["#zug 2 bus", "Bus @Zugbus"]),
        ("from:someline lang:xx", ["der Zugbus"]),
        ("zugbus", ["der Zugbus", "Bus @Zugbus"]),
        ("zugbus -@zugbus", ["der Zugbus"]),
        ("zug 1 OR zugbus from:someline", ["Zug 1", "der Zugbus"]),
        ("(zug OR zugbus) lang:xx -has:mentions", ["Zug 1", "#zug 2 bus", "der Zugbus"]),
        ("lang:xx is:retweet", []),
    ],
)
def test_what_queries_find(trains: Client, query: str, texts: list[str]) -> None:
    found = trains.search(query, start_time="2026-03-09T14:00:00Z").data
    assert [post["text"] for post in reversed(found)] == texts


# --- what is refused ---

LONG = "x" * 513
INVALID: list[tuple[str, Json, list[str], str]] = [
    (
        RECENT,
        {"since_id": "1"},
        ["since_id"],
        "'since_id' must be a tweet id created after 2026-03-02T14:20Z. "
        "Please use a 'since_id' that is larger than 2028475475424182272",
    ),
    (
        RECENT,
        {"until_id": "2028475475424182272"},
        ["until_id"],
        "'until_id' must be a tweet id created after 2026-03-02T14:20Z. "
        "Please use a 'until_id' that is larger than 2028475475424182272",
    ),
    (
        RECENT,
        {"start_time": "2026-01-01T00:00:00Z"},
        ["start_time"],
        "Invalid 'start_time':'2026-01-01T00:00Z'. 'start_time' must be on or after 2026-03-02T14:20Z",
    ),
    (
        RECENT,
        {"end_time": "2026-03-09T14:20:06Z"},
        ["end_time"],
        "Invalid 'end_time':'2026-03-09T14:20Z'. 'end_time' must be a minimum of 10 seconds prior to the request time.",
    ),
    (
        RECENT,
        {"start_time": "2026-03-09T00:00:00Z", "end_time": "2026-03-09T00:00:00Z"},
        ["start_time", "end_time"],
        "Invalid 'start_time':'2026-03-09T00:00Z'. 'start_time' must be before 'end_time'",
    ),
    (
        RECENT,
        {"since_id": "2031005083890830630", "end_time": "2026-03-09T14:00:00Z"},
        ["since_id", "end_time"],
        "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'.",
    ),
    (
        RECENT,
        {"max_results": 9},
        ["max_results"],
        "The `max_results` query parameter value [9] is not between 10 and 100",
    ),
    (
        RECENT,
        {"max_results": 101},
        ["max_results"],
        "The `max_results` query parameter value [101] is not between 10 and 100",
    ),
    (
        RECENT,
        {"max_results": "many"},
        ["max_results"],
        "The `max_results` query parameter value [many] is not between 10 and 100",
    ),
    (RECENT, {"query": ""}, ["query"], "The `query` query parameter can not be empty"),
    (RECENT, {"query": LONG}, ["query"], "The `query` query parameter length [513] is not between 1 and 512"),
    (
        RECENT,
        {"query": "a OR"},
        ["query"],
        "There were errors processing your request: no viable alternative at '<EOF>'",
    ),
    (RECENT, {"query": "(a"}, ["query"], "There were errors processing your request: missing ')'"),
    (RECENT, {"query": "a)"}, ["query"], "There were errors processing your request: no viable alternative at ')'"),
    (RECENT, {"query": 'a "b'}, ["query"], "There were errors processing your request: missing closing '\"'"),
    (
        RECENT,
        {"query": "near:me"},
        ["query"],
        "There were errors processing your request: no viable alternative at 'near:me'",
    ),
    (
        RECENT,
        {"since_id": "12a"},
        ["since_id"],
        "The `since_id` query parameter value [12a] does not match ^[0-9]{1,19}$",
    ),
    (
        RECENT,
        {"start_time": "2026-02-30T00:00:00Z"},
        ["start_time"],
        "The `start_time` query parameter value [2026-02-30T00:00:00Z] is not a time as YYYY-MM-DDTHH:mm:ssZ",
    ),
    (
        RECENT,
        {"sort_order": "age"},
        ["sort_order"],
        "The `sort_order` query parameter value [age] is not one of [recency,relevancy]",
    ),
    (
        RECENT,
        {"next_token": "b26v89c19zqg8o3f"},
        ["next_token"],
        "The `next_token` query parameter value [b26v89c19zqg8o3f] is not a valid token.",
    ),
    (
        RECENT,
        {"user.fields": "name,age"},
        ["user.fields"],
        "The `user.fields` query parameter value [age] is not one of [affiliation,connection_status,created_at,"
        "description,entities,id,location,most_recent_tweet_id,name,parody,pinned_tweet_id,profile_banner_url,"
        "profile_image_url,protected,public_metrics,receives_your_dm,subscription_type,url,username,verified,"
        "verified_followers_count,verified_type,withheld]",
    ),
    (
        RECENT,
        {"expansions": "bogus"},
        ["expansions"],
        "The `expansions` query parameter value [bogus] is not one of [article.cover_media,article.media_entities,"
        "attachments.media_keys,attachments.media_source_tweet,attachments.poll_ids,author_id,edit_history_tweet_ids,"
        "entities.mentions.username,geo.place_id,in_reply_to_user_id,entities.note.mentions.username,"
        "referenced_tweets.id,referenced_tweets.id.attachments.media_keys,referenced_tweets.id.author_id]",
    ),
    (
        RECENT,
        {"poll.fields": "votes"},
        ["poll.fields"],
        "The `poll.fields` query parameter value [votes] is not one of "
        "[duration_minutes,end_datetime,id,options,voting_status]",
    ),
    (
        RECENT,
        {"tweet.fields": "lang", "expansions": "referenced_posts.id"},
        ["tweet.fields", "post.fields"],
        "The vocabularies of tweets and posts cannot be used in one request.",
    ),
    (
        RECENT,
        {"tweet.fields": "lang", "post.fields": "lang"},
        ["tweet.fields", "post.fields"],
        "The vocabularies of tweets and posts cannot be used in one request.",
    ),
    (
        RECENT,
        {"previous_token": "x"},
        ["previous_token"],
        "The query parameter [previous_token] is not one of [query,since_id,until_id,start_time,end_time,max_results,"
        "pagination_token,next_token,sort_order,tweet.fields,post.fields,user.fields,expansions,media.fields,"
        "poll.fields,place.fields]",
    ),
    (
        "/2/users/31/tweets",
        {"max_results": 4},
        ["max_results"],
        "The `max_results` query parameter value [4] is not between 5 and 100",
    ),
    (
        "/2/users/31/tweets",
        {"start_time": "2010-11-05T23:59:59Z"},
        ["start_time"],
        "Invalid 'start_time':'2010-11-05T23:59Z'. 'start_time' must be on or after 2010-11-06T00:00Z",
    ),
    (
        "/2/users/31/tweets",
        {"exclude": "replies,quotes"},
        ["exclude"],
        "The `exclude` query parameter value [quotes] is not one of [replies,retweets]",
    ),
    ("/2/users/me/tweets", {}, ["id"], "The `id` query parameter value [me] does not match ^[0-9]{1,19}$"),
    (
        "/2/users/by",
        {"usernames": "someline,no-name"},
        ["usernames"],
        "The `usernames` query parameter value [no-name] does not match ^[A-Za-z0-9_]{1,15}$",
    ),
    (
        "/2/users/by",
        {"usernames": ",".join(101 * ["a"])},
        ["usernames"],
        "The number of values in the `usernames` query parameter list [101] is not between 1 and 100",
    ),
    (
        "/2/users/by/username/sixteen_letters_",
        {},
        ["username"],
        "The `username` query parameter value [sixteen_letters_] does not match ^[A-Za-z0-9_]{1,15}$",
    ),
    ("/2/tweets", {"ids": "1,x"}, ["ids"], "The `ids` query parameter value [x] does not match ^[0-9]{1,19}$"),
]


@pytest.mark.parametrize(("path", "params", "names", "message"), INVALID, ids=range(len(INVALID)))
def test_what_is_wrong_is_told(still: Client, path: str, params: Json, names: list[str], message: str) -> None:
    within = {
        "/2/users/me/tweets": {"id": "me"},
        "/2/users/by/username/sixteen_letters_": {"username": "sixteen_letters_"},
    }
    answer = still.get(path, **({"query": "flixbus"} if path == RECENT else {}) | params)
    told = params | within.get(path, {})
    assert answer.status == 400
    assert answer.json == {
        "errors": [
            {"parameters": {name: [str(told[name])] if name in told else [] for name in names}, "message": message}
        ],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.twitter.com/2/problems/invalid-request",
    }
    assert answer.headers["x-rate-limit-limit"]


def test_all_that_is_wrong_is_told_at_once(still: Client) -> None:
    answer = still.get(RECENT, max_results=1, since_id="x", **{"tweet.fields": "bogus"})
    named = [list(error["parameters"]) for error in answer.json["errors"]]
    assert named == [["max_results"], ["query"], ["tweet.fields"], ["since_id"]]


def test_a_token_of_something_else_is_refused(still: Client) -> None:
    token = still.search().meta["next_token"]
    assert still.search("flixbus", next_token=token).status == 200
    assert still.search("flixbus ", next_token=token).status == 400
    assert still.search(next_token=token[:-1] + ("a" if token[-1] != "a" else "b")).status == 400
    assert still.search(next_token=token.upper()).status == 400
    assert still.get(still.timeline(), pagination_token=token).status == 400


# --- timelines ---


def test_two_timelines_go_back_half_a_year(still: Client) -> None:
    for name, low, high in (("someline", 500, 800), ("sleeperclub", 150, 400)):
        posts = still.all(still.timeline(name), **{"tweet.fields": "author_id"})
        assert low < len(posts) < high
        assert {post["author_id"] for post in posts} == {still.user_id(name)}
        assert ids(posts) == sorted(ids(posts), reverse=True)
        assert timedelta(days=170) < NOW - moment(posts[-1]["id"]) < timedelta(days=180)


def test_exclusion_comes_after_paging(still: Client) -> None:
    path, shown = still.timeline(), {"max_results": 10, "tweet.fields": "referenced_tweets"}
    plain = list(still.crawl(path, "pagination_token", **shown))
    pages = list(still.crawl(path, "pagination_token", exclude="replies,retweets", **shown))
    assert len(pages) == len(plain)
    for page, whole in zip(pages, plain, strict=True):
        kinds = ("replied_to", "retweeted")
        kept = [post for post in whole.data if post.get("referenced_tweets", [{}])[0].get("type") not in kinds]
        assert page.data == kept
        assert page.meta["result_count"] == len(kept)
        assert page.meta.get("next_token") == whole.meta.get("next_token")
    assert min(len(page.data) for page in pages) < 4


def test_a_page_may_be_empty_and_yet_not_the_last(still: Client) -> None:
    everything = still.all(still.timeline(), **{"tweet.fields": "referenced_tweets"})
    kinds = [post.get("referenced_tweets", [{"type": ""}])[0]["type"] for post in everything]
    runs = [n for n in range(len(kinds) - 5) if set(kinds[n : n + 5]) <= {"replied_to", "retweeted"}]
    until = everything[runs[0] - 1]["id"]
    answer = still.get(still.timeline(), max_results=5, until_id=until, exclude="replies,retweets")
    assert set(answer.json) == {"meta"}
    assert set(answer.meta) == {"result_count", "next_token"}
    assert answer.meta["result_count"] == 0


def test_a_timeline_ends_after_3200_posts(client: Client, clock: Clock) -> None:
    for n in range(3_300):
        client.api.world.add(f"number {n}", author="sleeperclub", at=clock.now - timedelta(seconds=(3_400 - n) / 4))
    posts = client.all(client.timeline("sleeperclub"))
    assert len(posts) == 3_200
    assert (posts[0]["text"], posts[-1]["text"]) == ("number 3299", "number 100")


def test_ids_take_precedence_over_times_in_timelines(still: Client) -> None:
    newest = ids(still.get(still.timeline(), max_results=100).data)
    found = still.get(still.timeline(), max_results=100, since_id=newest[5], start_time="2026-03-09T00:00:00Z").data
    assert ids(found) == newest[:5]
    assert still.get(still.timeline(), max_results=5, since_id="1").meta["result_count"] == 5


@pytest.mark.parametrize(
    ("username", "title", "kind", "detail"),
    [
        (
            "quiet_rider",
            "Authorization Error",
            "not-authorized-for-resource",
            "Sorry, you are not authorized to see the user with id: [{}].",
        ),
        ("bus_bot_9000", "Forbidden", "resource-not-found", "User has been suspended: [{}]."),
        ("nobody", "Not Found Error", "resource-not-found", "Could not find user with id: [{}]."),
    ],
)
def test_timelines_that_cannot_be_seen(still: Client, username: str, title: str, kind: str, detail: str) -> None:
    user = still.api.world.people.by_name.get(username)
    user_id = str(user.id if user else 999)
    answer = still.get(f"/2/users/{user_id}/tweets")
    assert answer.status == 200
    assert answer.json == {
        "errors": [
            {
                "value": user_id,
                "detail": detail.format(user_id),
                "title": title,
                "resource_type": "user",
                "parameter": "id",
                "resource_id": user_id,
                "type": f"https://api.twitter.com/2/problems/{kind}",
            }
        ]
    }


# --- look-ups ---


def test_users_by_names(still: Client) -> None:
    answer = still.get(
        "/2/users/by", usernames="SomeLine,nobody,bus_bot_9000,quiet_rider", **{"user.fields": "protected"}
    )
    assert [(user["username"], user["protected"]) for user in answer.data] == [
        ("someline", False),
        ("quiet_rider", True),
    ]
    assert answer.data[0] == {"id": "1174306843", "name": "Some Line 🚌", "username": "someline", "protected": False}
    base = {
        "resource_type": "user",
        "parameter": "usernames",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }
    assert answer.json["errors"] == [
        {
            **base,
            "value": "nobody",
            "detail": "Could not find user with usernames: [nobody].",
            "title": "Not Found Error",
            "resource_id": "nobody",
        },
        {
            **base,
            "value": "bus_bot_9000",
            "detail": "User has been suspended: [bus_bot_9000].",
            "title": "Forbidden",
            "resource_id": "bus_bot_9000",
        },
    ]
    assert set(still.get("/2/users/by", usernames="nobody").json) == {"errors"}


def test_a_user_by_name(still: Client) -> None:
    answer = still.get("/2/users/by/username/someline").json
    assert answer == {"data": {"id": "1174306843", "name": "Some Line 🚌", "username": "someline"}}
    assert set(still.get("/2/users/by/username/nobody").json) == {"errors"}


def test_posts_by_ids(still: Client) -> None:
    answer = still.get("/2/tweets", ids="2031005083890830630,2031005083890830631,1", **{"post.fields": "lang"})
    assert [(post["id"], post["lang"]) for post in answer.data] == [("2031005083890830630", "en")]
    assert answer.meta == {"result_count": 1}
    assert [error["value"] for error in answer.json["errors"]] == ["2031005083890830631", "1"]
    assert answer.json["errors"][1]["detail"] == "Could not find post with ids: [1]."


# --- the wire ---


def test_an_answer_is_zipped_for_who_takes_that(still: Client) -> None:
    plain, zipped = still.search(), still.search_zipped()
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert plain.headers["content-type"] == "application/json; charset=utf-8"
    assert int(plain.headers["content-length"]) == len(plain.body)
    assert plain.headers["date"] == "Mon, 09 Mar 2026 14:20:15 GMT"


def test_connections_are_kept_and_ended_with_the_server() -> None:
    with serve(seed=7, now=lambda: NOW) as server:
        client = Client(server)
        client.search()
        port = client.connection.sock.getsockname()
        client.search()
        assert client.connection.sock.getsockname() == port
    assert client.connection.sock.recv(1) == b""


def test_only_its_own_token_is_good(still: Client) -> None:
    for header in ("Bearer x", f"Basic {still.api.token}", f"Bearer {still.api.token}x"):
        answer = still.ask({"Authorization": header}, RECENT, {"query": "flixbus"})
        assert answer.status == 401
        assert answer.json == {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
        assert not [name for name in answer.headers if name.startswith("x-rate")]
    with serve(seed=7) as other:
        assert other.token != still.api.token


def test_what_is_not_there_is_not_found(still: Client) -> None:
    answer = still.get("/2/users/1/likes")
    assert (answer.status, answer.json["title"]) == (404, "Not Found")


def limits(answer: Answer) -> tuple[str | None, ...]:
    return tuple(answer.headers[f"x-rate-limit-{name}"] for name in ("limit", "remaining", "reset"))


def test_limits_are_counted_per_endpoint_and_end_with_their_window(clock: Clock) -> None:
    with serve(seed=7, now=clock, limits={"search": 2, "users": 5}, window=60) as server:
        client = Client(server)
        reset = str(int(NOW.timestamp()) + 60)
        assert limits(client.search()) == ("2", "1", reset)
        assert limits(client.search("")) == ("2", "0", reset)  # a 400
        refused = client.search()
        assert limits(refused) == ("2", "0", reset)
        assert (refused.status, refused.json) == (
            429,
            {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429},
        )
        assert limits(client.get("/2/users/by/username/someline")) == ("5", "4", reset)
        assert limits(client.get("/2/users/1/tweets")) == ("10000", "9999", reset)
        assert limits(client.get("/2/tweets", ids="1")) == ("3500", "3499", reset)
        clock.now = datetime.fromtimestamp(int(reset) - 0.001, UTC)
        assert client.search().status == 429
        clock.now = datetime.fromtimestamp(int(reset), UTC)
        assert limits(client.search()) == ("2", "1", str(int(reset) + 60))


def test_requests_are_noted(client: Client) -> None:
    token = client.search(max_results=10).meta["next_token"]
    client.search(max_results=10, next_token=token)
    client.get(RECENT)
    client.ask({"Authorization": "none"}, RECENT, {})
    client.get("/3")
    noted = client.api.requests
    assert [(request.method, request.path, request.status, request.page) for request in noted] == [
        ("GET", RECENT, 200, 1),
        ("GET", RECENT, 200, 2),
        ("GET", RECENT, 400, 1),
        ("GET", RECENT, 401, 1),
        ("GET", "/3", 404, 1),
    ]
    assert noted[1].params == {"query": "flixbus", "max_results": "10", "next_token": token}
    assert [request.at for request in noted] == sorted(request.at for request in noted)


# --- the script ---


def test_scripted_answers_are_used_once_in_their_order(client: Client) -> None:
    script = client.api.script
    script += [Scripted(429, {"x-rate-limit-reset": "17"}), Scripted(429, {"x-rate-limit-reset": None}), Scripted(503)]
    script += [
        Scripted(500),
        Scripted(502),
        Scripted(402),
        Scripted(403),
        Scripted(404, body=b"?"),
        Scripted(200, body=b"{}"),
    ]
    answers = [client.search() for _ in range(10)]
    assert [answer.status for answer in answers] == [429, 429, 503, 500, 502, 402, 403, 404, 200, 200]
    assert [request.status for request in client.api.requests] == [answer.status for answer in answers]
    limited, unsaid, html, failed, nothing, unpaid, forbidden, other, empty, normal = answers
    assert limits(limited) == ("450", "0", "17")
    assert limits(unsaid)[1:] == ("0", None)
    assert limited.json["status"] == 429
    assert html.body.startswith(b"<!DOCTYPE html>")
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    assert (failed.json["status"], nothing.body, other.body, empty.json) == (500, b"", b"?", {})
    assert unpaid.json["title"] == "CreditsDepleted"
    assert set(forbidden.json) == {
        *("client_id", "detail", "reason", "registration_url", "required_enrollment", "title", "type")
    }
    assert forbidden.json["reason"] == "client-not-enrolled"
    assert limits(forbidden)[0] == "450"
    assert limits(failed) == (None, None, None)
    assert len(normal.data) == 10
    assert not script


def test_a_used_up_cap_says_so(client: Client) -> None:
    client.api.script.append(Scripted(429, body=json.dumps(USAGE_CAPPED).encode()))
    answer = client.search()
    assert (answer.status, answer.json["title"], answer.json["period"]) == (429, "UsageCapExceeded", "Monthly")
    assert answer.json["type"] == "https://api.twitter.com/2/problems/usage-capped"


def test_a_cut_body_ends_the_connection(client: Client) -> None:
    client.api.script.append(Scripted(cut=100))
    with pytest.raises(http.client.IncompleteRead) as cut:
        client.search()
    assert len(cut.value.partial) == 100
    assert cut.value.expected is not None
    assert cut.value.expected > 1_000
    client.connection.close()
    whole = client.search().body
    assert cut.value.partial == whole[:100]
    assert cut.value.expected == len(whole) - 100


def test_a_delay_comes_before_the_answer(client: Client) -> None:
    client.api.script.append(Scripted(delay=0.15))
    started = time.perf_counter()
    assert client.search().status == 200
    assert time.perf_counter() - started >= 0.15


def test_a_script_may_choose_its_request(client: Client, clock: Clock) -> None:
    def second_page(request: Request) -> Scripted | None:
        if request.page != 2:
            return None
        client.api.world.add("between #flixbus", at=clock.now - timedelta(minutes=1))
        return Scripted(503)

    client.api.script.append(second_page)
    client.api.script.append(Scripted(500))
    assert client.search().status == 500  # the first that is for this request
    first = client.search(max_results=10)
    token = first.meta["next_token"]
    assert client.search(max_results=10, next_token=token).status == 503
    rest = client.search(max_results=10, next_token=token)
    assert rest.status == 200
    assert "between #flixbus" not in {post["text"] for post in rest.data}
    assert client.search().data[0]["text"] == "between #flixbus"
    assert not client.api.script


def test_a_server_is_up_at_once() -> None:
    started = time.perf_counter()
    with serve() as server:
        assert Client(server).search(max_results=100).meta["result_count"] == 100
    assert time.perf_counter() - started < 1
