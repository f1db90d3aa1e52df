"""The demo's saved files of X, read back by a parser that shares nothing with the generator or the loaders."""

import html
import json
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from loaders.declarations import read_declarations, select
from loaders.demo.x_api import serve
from loaders.demo.x_archives import Made, make
from loaders.lake import open_store
from loaders.registry import DEMOS, KINDS
from loaders.sources import files as files_loader
from loaders.sources.drop import FileDrop, introduce

Json = dict[str, Any]
Files = dict[str, bytes]

UNTIL = date(2026, 3, 2)
OLD = "v1.1/2021-11-03"
COUNTERS = ["retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count"]
EPOCH_MS = 1_288_834_974_657


def collected(**arguments: Any) -> tuple[Files, Made]:
    files: Files = {}

    def put(key: str, data: bytes) -> None:
        assert key not in files
        files[key] = data

    return files, make(put, **{"until": UNTIL, **arguments})


def has_lines(key: str) -> bool:
    return key.endswith(("/statuses.json", "/tweets.json"))


def elements(key: str, data: bytes) -> list[Any]:
    """What stands where a file has its records; None is a line that is no JSON."""
    if has_lines(key):
        found = []
        for line in data.decode().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append(None)
        return found
    document = json.loads(data)
    read: list[Any] = document if isinstance(document, list) else document.get("statuses", document.get("data"))
    return read


def created(text: str) -> datetime:
    form = "%Y-%m-%d" if text[4] == "-" else "%a %b %d %H:%M:%S %z %Y"
    return datetime.fromisoformat(text) if form == "%Y-%m-%d" else datetime.strptime(text, form)


def post_id(record: Json) -> str:
    return str(record.get("id_str", record.get("tweet_id", record.get("id"))))


def is_good(record: Json) -> bool:
    return post_id(record).isdigit() and record.get("created_at", record.get("tweet_created_at")) != "yesterday"


def counted(files: Files) -> dict[str, int]:
    """What Made should say, found by reading."""
    tally = Counter(objects=len(files), bytes=sum(map(len, files.values())))
    for key, data in files.items():
        found = elements(key, data)
        records = [record for record in found if isinstance(record, dict)]
        good = [record for record in records if is_good(record)]
        tally.update(posts=len(good), uncastable=len(records) - len(good))
        tally["unreadable" if has_lines(key) else "broken"] += len(found) - len(records)
        if key.startswith("v2/"):
            includes, ids = json.loads(data)["includes"], {post["id"] for post in good}
            again = sum(post["id"] in ids for post in includes.get("tweets", ()))
            tally.update(posts=len(includes.get("tweets", ())) - again, duplicates=again, users=len(includes["users"]))
    return {name: tally[name] for name in asdict(Made(0, 0, 0, 0, 0, 0, 0, 0))}


def text_of(status: Json) -> str:
    return str(status["full_text"] if "full_text" in status else status["text"])


def nested(record: Json) -> Iterator[Json]:
    """A status, and those within it."""
    yield record
    for name in ("retweeted_status", "quoted_status"):
        if name in record:
            yield from nested(record[name])


class Run(NamedTuple):
    files: Files
    made: Made
    records: dict[str, list[Json]]

    def of(self, begin: str) -> list[Json]:
        return [record for key, records in self.records.items() if key.startswith(begin) for record in records]

    def answers(self) -> Iterator[tuple[date, Json]]:
        for key, data in self.files.items():
            if key.startswith("v2/"):
                yield date.fromisoformat(key.split("/")[1]), json.loads(data)


@pytest.fixture(scope="module")
def clean() -> Run:
    """The default without damage."""
    files, made = collected(dirt=0)
    return Run(files, made, {key: elements(key, data) for key, data in files.items()})


@pytest.fixture(scope="module")
def dirty() -> Run:
    return Run(*collected(dirt=0.3, scale=0.2, seed=3), {})


def test_keys_and_counts_literally() -> None:
    files, made = collected(scale=0.6, seed=3, dirt=0.1)
    assert list(files) == [
        "v1.1/2021-11-03/search-compat-1.json",
        "v1.1/2021-11-03/search-compat-2.json",
        "v1.1/2021-11-03/search-extended-1.json",
        "v1.1/2021-11-03/search-extended-2.json",
        "v1.1/2021-11-03/timeline-someline-1.json",
        "v1.1/2021-11-03/statuses.json",
        "cleansed/2021-12-01/tweets.json",
        "v2/2021-12-06/page-1.json",
        "v2/2022-11-15/page-1.json",
        "v2/2023-03-15/page-1.json",
        "v2/2023-06-01/page-1.json",
        "v2/2026-03-02/recent-1.json",
    ]
    assert made == Made(
        objects=12, bytes=1217834, posts=819, duplicates=15, users=285, uncastable=40, broken=28, unreadable=11
    )


def test_counts_are_what_a_reader_finds(clean: Run, dirty: Run) -> None:
    for run in (clean, dirty):
        assert asdict(run.made) == counted(run.files)
    assert (clean.made.uncastable, clean.made.broken, clean.made.unreadable) == (0, 0, 0)
    assert min(dirty.made.uncastable, dirty.made.broken, dirty.made.unreadable) > 5
    assert 1200 < clean.made.posts < 1500


@pytest.mark.parametrize("dirt", [0.02, 1])
def test_what_lands_is_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dirt: float) -> None:
    drop, lake = tmp_path / "drop", open_store(str(tmp_path / "lake"))
    drop.mkdir()
    made = DEMOS["x.archived_posts"](open_store(str(drop)).put, scale=0.1, seed=3, dirt=dirt, until=UNTIL)
    monkeypatch.setenv("X_URL", str(drop))
    found: dict[str, tuple[int, int]] = {}
    declared = list(read_declarations(Path(__file__).parents[2] / "models/staging/x", KINDS))
    introduce(declared)
    for stream in select(declared, ["x.archived_posts", "x.archived_users"]):
        assert isinstance(stream, FileDrop)
        [commit] = files_loader.load(lake, stream, None, None)
        found[stream.name] = commit.landed, commit.rejected
    assert found == {
        "archived_posts": (made.posts + made.duplicates + made.uncastable, made.broken + made.unreadable),
        "archived_users": (made.users, 0),  # what cannot be read is the first stream's to reject
    }


def test_the_same_arguments_give_the_same_bytes() -> None:
    def run(**change: Any) -> dict[str, str]:
        arguments = {"scale": 0.05, "seed": 3, "dirt": 0.1} | change
        return {key: sha256(data).hexdigest() for key, data in collected(**arguments)[0].items()}

    once = run()
    assert list(once.items()) == list(run().items()) == list(run(days=3).items())
    later = run(until=date(2026, 3, 5))
    assert once.keys() - later.keys() == {"v2/2026-03-02/recent-1.json"}
    assert later.keys() - once.keys() == {"v2/2026-03-05/recent-1.json"}
    assert all(once[key] == later[key] for key in once.keys() & later.keys())
    other = run(seed=1)
    assert [key for key in once if once[key] == other[key]] == []


def test_damage_stands_beside_what_is_good_under_ids_of_its_own(dirty: Run) -> None:
    clean, _ = collected(dirt=0, scale=0.2, seed=3)
    kinds: Counter[str] = Counter()
    for key, data in dirty.files.items():
        found = elements(key, data)
        good = [record for record in found if isinstance(record, dict) and is_good(record)]
        assert good == elements(key, clean[key]), key
        ids = set(map(post_id, good))
        for record in found:
            if isinstance(record, dict) and record not in good:
                kinds["time" if post_id(record).isdigit() else "id"] += 1
                assert post_id(record) not in ids
            elif record not in good:
                kinds[str(record)] += 1
    assert set(kinds) == {"id", "time", "None", "Over capacity"}


def test_statuses_of_version_1(clean: Run) -> None:
    statuses = clean.of(OLD)
    assert all(list(status)[:3] == ["created_at", "id", "id_str"] for status in statuses)
    for told in (part for outer in statuses for part in nested(outer)):
        assert str(told["id"]) == told["id_str"]
        assert told["id"] > 2**53
        assert told["retweeted"] is False
        assert re.fullmatch(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+0000 2021", told["created_at"])
        assert int(created(told["created_at"]).timestamp()) == ((told["id"] >> 22) + EPOCH_MS) // 1000
        assert created(told["user"]["created_at"]) <= created(told["created_at"]) < datetime(2021, 11, 3, tzinfo=UTC)
        assert {"location", "followers_count", "id_str", "screen_name"} <= told["user"].keys()
        assert (told["in_reply_to_status_id"] is None) == (told["in_reply_to_screen_name"] is None)
        if "retweeted_status" in told:
            original = told["retweeted_status"]
            assert text_of(told).startswith(f"RT @{original['user']['screen_name']}: ")
            assert original["id"] < told["id"]
            assert told["retweet_count"] == original["retweet_count"]
        if "quoted_status" in told:
            assert told["is_quote_status"] is True
            assert told["quoted_status_id_str"] == told["quoted_status"]["id_str"]
    found = clean.of(f"{OLD}/search-") + clean.of(f"{OLD}/statuses")
    assert 0.23 < sum("retweeted_status" in status for status in found) / len(found) < 0.31
    assert 0.15 < sum(status["user"]["location"] == "" for status in found) / len(found) < 0.27
    assert sum("quoted_status" in status for status in found) > 10
    assert sum(status["in_reply_to_user_id_str"] is not None for status in found) > 50
    assert len({status["id"] for status in statuses}) > 0.98 * len(statuses)


def test_short_and_extended_mode(clean: Run) -> None:
    compat = clean.of(f"{OLD}/search-compat-") + clean.of(f"{OLD}/statuses")
    assert not any("full_text" in status for status in compat)
    cut = [status for status in compat if status["truncated"]]
    assert 30 < len(cut) < len(compat) / 2
    assert all(len(status["text"]) <= 140 for status in compat)
    assert all(status["text"].endswith("…") == status["truncated"] for status in compat)
    extended = clean.of(f"{OLD}/search-extended-") + clean.of(f"{OLD}/timeline-")
    assert not any("text" in status or status["truncated"] for status in extended)
    assert max(len(status["full_text"]) for status in extended) > 200
    for status in extended:
        start, end = status["display_text_range"]
        assert end == len(status["full_text"])
        assert start == 0 or status["full_text"][:start] == f"@{status['in_reply_to_screen_name']} "


def test_one_file_is_pretty_one_an_array_and_one_has_lines(clean: Run) -> None:
    begins = {key: data[:14] for key, data in clean.files.items() if key.startswith(OLD)}
    assert begins == {
        f"{OLD}/search-compat-1.json": b'{"statuses":[{',
        f"{OLD}/search-compat-2.json": b'{"statuses":[{',
        f"{OLD}/search-extended-1.json": b'{\n "statuses":',
        f"{OLD}/search-extended-2.json": b'{"statuses":[{',
        f"{OLD}/timeline-someline-1.json": b'[{"created_at"',
        f"{OLD}/statuses.json": b'{"created_at":',
    }
    assert clean.files[f"{OLD}/statuses.json"].count(b"\n{") == 149
    metadata = json.loads(clean.files[f"{OLD}/search-compat-2.json"])["search_metadata"]
    assert metadata["max_id_str"] == str(metadata["max_id"]) == clean.of(f"{OLD}/search-compat-2")[0]["id_str"]
    assert {status["user"]["screen_name"] for status in clean.of(f"{OLD}/timeline-")} == {"someline"}


def test_every_hashtag_stands_where_it_is_said_to(clean: Run) -> None:
    seen: Counter[str] = Counter()
    for status in (part for outer in clean.of(OLD) for part in nested(outer)):
        text = text_of(status)
        for tag in status["entities"]["hashtags"]:
            start, end = tag["indices"]
            assert text[start:end] == f"#{tag['text']}"
            seen["v1.1"] += 1
            seen["behind &amp;"] += "&amp;" in text[:start]
            seen["behind an emoji"] += any(ord(c) > 0xFFFF for c in text[:start])
    for _, answer in clean.answers():
        for post in answer["data"] + answer["includes"]["tweets"]:
            for part in (post, post.get("note_tweet", {})):
                for tag in part.get("entities", {}).get("hashtags", ()):
                    assert part["text"][tag["start"] : tag["end"]] == f"#{tag['tag']}"
                    seen["v2"] += 1
    assert min(seen.values()) > 50, seen
    assert len(seen) == 4


def test_recordings_have_what_there_was_at_the_time(clean: Run) -> None:
    counters = {
        date(2021, 12, 6): COUNTERS[:4],
        date(2022, 11, 15): [*COUNTERS[:4], "impression_count"],
        date(2023, 3, 15): COUNTERS,
        date(2023, 6, 1): COUNTERS,
        UNTIL: COUNTERS,
    }
    retweets: Counter[date] = Counter()
    for day, answer in clean.answers():
        posts, until = answer["data"] + answer["includes"]["tweets"], datetime(*day.timetuple()[:3], tzinfo=UTC)
        assert all(list(post["public_metrics"]) == counters[day] for post in posts)
        assert all(("edit_history_tweet_ids" in post) == (day.year > 2021) for post in posts)
        assert all("note_tweet" not in post for post in posts) or day.year > 2022
        assert answer["meta"]["result_count"] == len(answer["data"])
        born = {user["id"]: created(user["created_at"]) for user in answer["includes"]["users"]}
        for post in posts:
            assert int(post["id"]) > 2**53
            assert created(post["created_at"]) < until
            if post["author_id"] in born:  # else the errors tell of them
                assert born[post["author_id"]] < created(post["created_at"])
            retweets[day] += {"retweeted"} == {other["type"] for other in post.get("referenced_tweets", ())}
    assert retweets[UNTIL] == 0
    assert min(retweets[day] for day in counters if day != UNTIL) > 5
    assert sum(len(answer.get("errors", ())) for _, answer in clean.answers()) > 3
    first, second = (json.loads(clean.files[f"v2/2023-03-15/page-{n}.json"])["meta"] for n in (1, 2))
    assert "next_token" in first
    assert "next_token" not in second


def test_posts_that_are_fetched_again_have_grown(clean: Run) -> None:
    before = {post["id"]: post for post in clean.of("v2/2023-03-15/")}
    grown = 0
    for post in clean.of("v2/2023-06-01/"):
        old = before[post["id"]]
        assert {**post, "public_metrics": 0} == {**old, "public_metrics": 0}
        assert all(post["public_metrics"][name] >= old["public_metrics"][name] for name in COUNTERS)
        grown += post["public_metrics"] != old["public_metrics"]
    assert grown > 40


def test_todays_posts_are_those_that_the_api_serves(clean: Run) -> None:
    posts = {post["id"]: post for post in clean.of(f"v2/{UNTIL}/")}
    assert len(posts) == 75
    with serve(seed=1, now=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC)) as api:
        asked = f"{api.url}/2/tweets?tweet.fields=created_at,author_id,entities&ids={','.join(posts)}"
        request = urllib.request.Request(asked, headers={"Authorization": f"Bearer {api.token}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            served = json.load(response)["data"]
    assert len(served) == 75
    for post in served:
        names = post.keys() - {"edit_history_tweet_ids"}
        assert {name: posts[post["id"]][name] for name in names} == {name: post[name] for name in names}


def test_cleansed_rows(clean: Run) -> None:
    rows = clean.of("cleansed/")
    assert len(rows) == 200
    statuses = {status["id_str"]: status for status in clean.of(f"{OLD}/statuses")}
    shared = [row for row in rows if row["tweet_id"] in statuses]
    assert len(shared) == 150
    assert {status["id_str"] for status in clean.of(OLD)}.isdisjoint(row["tweet_id"] for row in rows[150:])
    for row in rows:
        assert list(row) == [
            *("tweet_id", "tweet_created_at", "tweet_text", "tweet_hasthags", "is_retweet", "user_id"),
            *("user_followers_count", "user_location"),
        ]
        assert row["is_retweet"] == row["tweet_text"].startswith("RT @")
        assert all(f"#{tag}" in row["tweet_text"] for tag in row["tweet_hasthags"])
    for row in shared:
        status = statuses[row["tweet_id"]]
        assert row["tweet_created_at"] == f"{created(status['created_at']):%Y-%m-%d %H:%M:%S}"
        assert row["is_retweet"] == ("retweeted_status" in status)
        assert row["user_id"] == status["user"]["id_str"]
        assert row["user_followers_count"] == status["user"]["followers_count"]
        assert row["user_location"] in (status["user"]["location"], None, "null")
        if not status["truncated"]:
            assert row["tweet_text"] == html.unescape(status["text"])
    locations = Counter(row["user_location"] for row in rows)
    assert min(locations["null"], locations[None]) > 5
    assert "" not in locations


def test_a_small_scale_leaves_no_file_empty() -> None:
    files, made = collected(scale=0.001, seed=9)
    assert len(files) == 10
    assert all(len(elements(key, data)) >= 4 for key, data in files.items())
    assert asdict(made) == counted(files)
