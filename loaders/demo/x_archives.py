"""What somebody saved of X over the years, made up and repeatable: answers of both versions of its API, and old rows.

At scale 1 there are about 1,300 posts in 13 files: 2 MB, in 1 s. The files of 2021 to 2023 depend on nothing but seed,
scale and dirt; one more is of the day `until`, and has posts that the stand-in of the API knows, too. Damage is put
beside the good records, never done to them, under ids of its own.
"""

import dataclasses
import json
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from loaders.demo import x_objects as objects
from loaders.demo.x_paging import Page, token
from loaders.demo.x_posts import Post
from loaders.demo.x_queries import matcher
from loaders.demo.x_statuses import Document, cleansed, status
from loaders.demo.x_then import Then, midnight
from loaders.demo.x_world import QUERIES, World

PAGE = 100
STATUSES_OF, CLEANSED_OF, AGAIN = date(2021, 11, 3), date(2021, 12, 1), date(2023, 6, 1)
# Of a recorded search: its day, the fields and the counters that did not exist then, and its posts at scale 1.
RECORDINGS: tuple[tuple[date, Collection[str], Collection[str], int], ...] = (
    (date(2021, 12, 6), ("edit_history_tweet_ids", "edit_controls"), ("impression_count", "bookmark_count"), 50),
    (date(2022, 11, 15), (), ("bookmark_count",), 50),
    (date(2023, 3, 15), (), (), 150),
)
EXPANSIONS = frozenset({"author_id", "in_reply_to_user_id", "referenced_tweets.id", "referenced_tweets.id.author_id"})
NAMES = {"v1.1": ("id_str", "created_at"), "v2": ("id", "created_at"), "cleansed": ("tweet_id", "tweet_created_at")}


@dataclasses.dataclass(frozen=True)
class Made:
    """What was put. The six counts of records are disjoint.

    posts: good posts, statuses and rows, with those that came along as referred to; one of several files is counted in
    each. duplicates: those that came along although the same answer has them as asked for. users: of answers of
    version 2. uncastable: posts with an id or a time that cannot be one. broken: elements of an answer's list of posts
    that are no objects; only a reader of posts meets them. unreadable: lines that are no JSON, so that no reader can
    tell of what kind they were.
    """

    objects: int
    bytes: int
    posts: int
    duplicates: int
    users: int
    uncastable: int
    broken: int
    unreadable: int


class File(NamedTuple):
    """around: what else the document holds that has the records at `path`; without a path they are bare, on lines."""

    key: str
    records: Sequence[Document]
    path: str
    around: Document
    is_pretty: bool = False
    is_array: bool = False

    @property
    def form(self) -> str:
        """What its records are: v1.1, v2 or cleansed."""
        return self.key.partition("/")[0]

    def dumped(self, value: Any) -> str:
        """JSON as this file has it; only version 2 does not escape what is not ASCII."""
        indent, separators = (1, None) if self.is_pretty else (None, (",", ":"))
        return json.dumps(value, ensure_ascii=self.form != "v2", indent=indent, separators=separators)


class Cut(str):
    """The beginning of a line that was not written to its end."""


def _pages(records: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
    """(number from 1, records) of each page."""
    return ((n // PAGE + 1, records[n : n + PAGE]) for n in range(0, len(records), PAGE))


def _statuses(seed: int, many: Callable[[int], int]) -> Iterator[File]:
    """What was saved of version 1.1, and the rows of the old pipeline, which held some of it and more."""
    then, folder = Then(seed, STATUSES_OF), f"v1.1/{STATUSES_OF}"
    ends = (0, many(200), 2 * many(200), 2 * many(200) + many(150), 2 * many(200) + many(150) + many(50))
    posts = then.searched(ends[-1])
    cut, whole, kept, lost = (posts[first:last] for first, last in pairwise(ends))
    for mode, found in (("compat", cut), ("extended", whole)):
        for number, page in _pages(found):
            told = [_found(then, post, is_extended=mode == "extended") for post in page]
            key = f"{folder}/search-{mode}-{number}.json"
            yield File(key, told, "statuses", _search_metadata(told), is_pretty=(mode, number) == ("extended", 1))
    account = then.people.accounts[0]
    for number, page in _pages(then.timeline(account)[: many(100)]):
        told = [status(then, post, is_extended=True) for post in page]
        yield File(f"{folder}/timeline-{account.username}-{number}.json", told, "", {}, is_array=True)
    yield File(f"{folder}/statuses.json", [_found(then, post, is_extended=False) for post in kept], "", {})
    rows = [
        cleansed(status(then, post, is_extended=True), None if post.author.lot[0] % 2 else "null")
        for post in kept + lost
    ]
    yield File(f"cleansed/{CLEANSED_OF}/tweets.json", rows, "", {})


def _found(world: World, post: Post, is_extended: bool) -> Document:
    metadata = {"iso_language_code": post.language, "result_type": "recent"}
    return status(world, post, is_extended=is_extended) | {"metadata": metadata}


def _search_metadata(told: Sequence[Document]) -> Document:
    newest, oldest = told[0]["id"], told[-1]["id"]
    metadata: Document = {
        "completed_in": 0.087,
        "max_id": newest,
        "max_id_str": str(newest),
        "query": QUERIES[0],
        "count": PAGE,
    }
    metadata |= {"next_results": f"?max_id={oldest - 1}&q={QUERIES[0]}", "since_id": 0, "since_id_str": "0"}
    return {"search_metadata": metadata}


def _recordings(seed: int, many: Callable[[int], int], until: date) -> Iterator[File]:
    """Pages of searches with version 2: of three years, some of the last posts again, and of the day `until`."""
    posts: list[Post] = []
    for day, unknown, uncounted, count in RECORDINGS:
        then = Then(seed, day)
        posts = then.searched(many(count))
        yield from _answers(then, f"v2/{day}/page", posts, unknown, uncounted)
    yield from _answers(Then(seed, AGAIN), f"v2/{AGAIN}/page", posts[: many(75)])
    today = World(seed, lambda: midnight(until))
    yield from _answers(today, f"v2/{until}/recent", list(filter(matcher(QUERIES[0]), today.recent()))[: many(75)])


def _answers(
    world: World, key: str, posts: Sequence[Post], unknown: Collection[str] = (), uncounted: Collection[str] = ()
) -> Iterator[File]:
    fields, of_users = frozenset(objects.POST_FIELDS) - {*unknown}, frozenset(objects.USER_FIELDS)
    for number, page in _pages(posts):
        answer = objects.answer(world, list(page), objects.Asked("tweet", fields, of_users, EXPANSIONS))
        for post in answer["data"] + answer["includes"].get("tweets", []):
            for name in uncounted:
                del post["public_metrics"][name]
        ids = [post.id for post in page]
        meta = {"newest_id": str(max(ids)), "oldest_id": str(min(ids)), "result_count": len(ids)}
        if number * PAGE < len(posts):
            meta["next_token"] = token(Page(number + 1, False, min(ids), 0), QUERIES[0])
        data = answer.pop("data")
        yield File(f"{key}-{number}.json", data, "data", {**answer, "meta": meta})


def _damaged(file: File, record: Document, draw: random.Random) -> tuple[str, Any]:
    """Where it is counted, and what stands damaged beside a good record: anything of JSON, or text that is none."""
    post_id, sent_at = NAMES[file.form]
    other = int(record[post_id]) + 1
    spare = record | ({"id": other} if file.form == "v1.1" else {}) | {post_id: str(other)}
    damages: list[tuple[str, Any]] = [
        ("uncastable", spare | {post_id: f"{other:.5E}"}),  # as a spreadsheet has it
        ("uncastable", spare | {sent_at: "yesterday"}),
    ]
    if file.path:
        damages += [("broken", None), ("broken", "Over capacity")]
    elif not file.is_array:
        line = file.dumped(spare)
        damages += [("unreadable", Cut(line[: len(line) // 2]))] * 2
    return draw.choice(damages)


def _stored(file: File, draw: random.Random, dirt: float, tally: Counter[str]) -> bytes:
    """A file with its damage; tally grows by what it holds."""
    post_id, included = NAMES[file.form][0], file.around.get("includes", {})
    ids = {record[post_id] for record in file.records}
    again = sum(post["id"] in ids for post in included.get("tweets", ()))
    posts = len(ids) + len(included.get("tweets", ())) - again
    tally.update(posts=posts, duplicates=again, users=len(included.get("users", ())))
    mixed: list[Any] = []
    for record in file.records:
        mixed.append(record)
        if draw.random() < dirt:
            counted, damaged = _damaged(file, record, draw)
            tally[counted] += 1
            mixed.append(damaged)
    if file.path:
        return file.dumped({file.path: mixed, **file.around}).encode()
    if file.is_array:
        return file.dumped(mixed).encode()
    return "".join(f"{line if isinstance(line, Cut) else file.dumped(line)}\n" for line in mixed).encode()


def make(  # noqa: PLR0913
    put: Callable[[str, bytes], None],
    *,
    scale: float = 1.0,
    seed: int = 1,
    dirt: float = 0.002,
    days: int = 14,
    until: date,
) -> Made:
    """Put the files, one call each; dirt: damaged records as a share of the posts that were asked for.

    days is taken for the sake of the other generators and limits nothing.
    """
    tally: Counter[str] = Counter()

    def many(count: int) -> int:
        return max(4, round(count * scale))

    for files in (_statuses(seed, many), _recordings(seed, many, until)):
        for file in files:
            data = _stored(file, random.Random(f"{seed}|{float(scale)}|{float(dirt)}|{file.key}"), dirt, tally)
            put(file.key, data)
            tally.update(objects=1, bytes=len(data))
    return Made(**{field.name: tally[field.name] for field in dataclasses.fields(Made)})
