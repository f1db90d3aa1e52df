"""The posts of the demo's X, made up and repeatable: every hour is a function of (seed, hour) and can be made alone.

About 2,000 posts in any seven days speak of the brand or of night buses, and two accounts have been posting for half a
year. What an hour holds can be seen from its end on. An id is the time of its post, so a post is found by its id, and
what a post refers to is made again from its id. Public metrics are a function of post and age.
"""

import dataclasses
import hashlib
import math
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from loaders.demo import x_texts as texts
from loaders.demo.x_users import ACCOUNTS, HOUR_MS, VANISHED, People, User, created_ms, snowflake

QUERIES = ("flixbus", '"night bus"')
SEARCHED_DAYS, TIMELINE_DAYS, TIMELINE_POSTS = 7, 180, 3200
EDIT_MS = 1_800_000
# Percent of the mean of 12.5 posts an hour, by UTC hour.
RHYTHM = (88, 70, 52, 40, 34, 38, 55, 80, 100, 112, 118, 122, 125, 124, 122, 122, 126, 132, 138, 140, 136, 128, 112, 98)
ANCHOR = 4  # every fourth post of an hour is an original, so that others can refer to it without making it
REPLIES, QUOTES, REPOSTS = "replied_to", "quoted", "retweeted"
CROWD_KINDS = (REPLIES,) * 28 + (QUOTES,) * 12 + ("",) * 60
ACCOUNT_KINDS = (REPOSTS,) * 20 + (REPLIES,) * 25 + (QUOTES,) * 8 + ("",) * 47


@dataclasses.dataclass(frozen=True, slots=True)
class Post:
    """One version of a post. text: as written; history: the ids of all its versions; reference: (how, id)."""

    id: int
    author: User
    text: str
    language: str
    history: tuple[int, ...]
    reference: tuple[str, int] | None = None
    in_reply_to: User | None = None
    withheld: tuple[str, ...] = ()
    is_sensitive: bool = False

    def is_a(self, kind: str) -> bool:
        """Whether it replies, quotes or retweets."""
        return self.reference is not None and self.reference[0] == kind


class Slot(NamedTuple):
    """What can be said of a post without making it."""

    id: int
    author: User


class World:
    """Everything that was ever posted, seen at now()."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self.seed, self._now, self.people = seed, now, People(seed)
        self.added: list[Post] = []
        self._hours: dict[tuple[int, int], list[tuple[Post, ...]]] = {}
        self._lists: dict[User | None, tuple[tuple[int, int], list[Post]]] = {}

    def now_ms(self) -> int:
        """What time it is, in ms since 1970."""
        return int(self._now().timestamp() * 1000)

    def _horizon(self) -> int:
        """The lowest id that cannot be seen yet."""
        return snowflake(self.now_ms() // HOUR_MS * HOUR_MS)

    def add(self, text: str, *, author: str = "", at: datetime | None = None, language: str = "en") -> Post:
        """Post something now, or as if it had been posted at some time; it is there at once.

        author: a username. A search shows posts once they are half a minute old.
        """
        ms = self.now_ms() if at is None else int(at.timestamp() * 1000)
        made = snowflake(ms, 1 << 21 | len(self.added))
        user = self.people.by_name[author.lower()] if author else self.people.crowd[0]
        post = Post(made, user, text, language, (made,))
        self.added.append(post)
        return post

    def recent(self) -> list[Post]:
        """Everything of the last seven days but retweets, newest first, each post in its newest version."""
        return self._listed(None, 24 * SEARCHED_DAYS + 1, range(len(ACCOUNTS) + 1))

    def timeline(self, user: User) -> list[Post]:
        """The 3,200 newest posts of a user, newest first; what the crowd posted goes back seven days only."""
        if user in self.people.accounts:
            return self._listed(user, 24 * TIMELINE_DAYS, [1 + self.people.accounts.index(user)])[:TIMELINE_POSTS]
        return self._listed(user, 24 * SEARCHED_DAYS + 1, [0])[:TIMELINE_POSTS]

    def _listed(self, user: User | None, hours: int, sources: Iterable[int]) -> list[Post]:
        """The posts of a user, or those of everybody that are no retweets."""
        now = self.now_ms() // HOUR_MS
        state = now, len(self.added)
        if user not in self._lists or self._lists[user][0] != state:
            span = range(now - hours, now)
            found = [
                post
                for n in sources
                for hour in span
                for versions in self._hour(n, hour)
                if (post := self._newest(versions))
            ]
            found += [post for post in self.added if created_ms(post.id) >= span.start * HOUR_MS]
            if user:
                found = [post for post in found if post.author == user]
            else:
                found = [post for post in found if not post.is_a(REPOSTS)]
            self._lists[user] = state, sorted(found, key=lambda post: -post.id)
        return self._lists[user][1]

    def find(self, post_id: int) -> Post | None:
        """The version of a post that has this id, if it can be seen."""
        hour = created_ms(post_id) // HOUR_MS
        if post_id < self._horizon():
            for number in range(len(ACCOUNTS) + 1):
                for versions in self._hour(number, hour) + self._hour(number, hour - 1):
                    for post in versions:
                        if post.id == post_id:
                            return post
        return next((post for post in self.added if post.id == post_id), None)

    def history(self, post: Post) -> tuple[int, ...]:
        """The ids of the versions of a post that can be seen, oldest first."""
        horizon = self._horizon()
        return tuple(version for version in post.history if version <= post.id or version < horizon)

    def _newest(self, versions: Iterable[Post]) -> Post | None:
        """The newest of the versions of a post that can be seen."""
        horizon = self._horizon()
        return max((post for post in versions if post.id < horizon), key=lambda post: post.id, default=None)

    def _hour(self, source: int, hour: int) -> list[tuple[Post, ...]]:
        """The versions of each post first posted in an hour, by the crowd (source 0) or by an account (1, 2)."""
        key = source, hour
        if key not in self._hours:
            self._hours[key] = [tuple(self._versions(source, hour, k)) for k in range(self._count(source, hour))]
        return self._hours[key]

    def _digest(self, source: int, hour: int, k: int) -> bytes:
        return hashlib.blake2b(b"%d|%d|%d|%d" % (self.seed, source, hour, k), digest_size=16).digest()

    def _count(self, source: int, hour: int) -> int:
        luck = self._digest(source, hour, -1)[0] / 256
        if source:
            return int(luck < ACCOUNTS[source - 1][2] * RHYTHM[hour % 24] / 100)
        return int(RHYTHM[hour % 24] / 100 * (8 + 9 * luck)) + 1

    def _slot(self, source: int, hour: int, k: int) -> Slot:
        d = self._digest(source, hour, k)
        ms = _settled(hour * HOUR_MS + (int.from_bytes(d[:3]) * HOUR_MS >> 24))
        crowd, luck = self.people.crowd, int.from_bytes(d[6:8]) / 65_536
        who = crowd[int(len(crowd) * luck * luck)] if luck < 0.997 else self.people.by_name[VANISHED]
        who = self.people.accounts[source - 1] if source else who
        # all are even, so that the number after an id stands for a post that is gone
        return Slot(snowflake(ms, int.from_bytes(d[3:6]) & 0x1FFFFE), who)

    def _referred(self, draw: random.Random, hour: int) -> tuple[int, int, int]:
        """Where an original of the hours before is."""
        past = hour - 1 - int(draw.expovariate(1 / 8))
        return 0, past, ANCHOR * draw.randrange((self._count(0, past) + ANCHOR - 1) // ANCHOR)

    def _versions(self, source: int, hour: int, k: int) -> Iterator[Post]:
        """A post and, in one case of thirty, its edits."""
        slot, draw = self._slot(source, hour, k), random.Random(f"{self.seed}|{source}|{hour}|{k}")
        kind = draw.choice(ACCOUNT_KINDS if source else CROWD_KINDS) if source or k % ANCHOR else ""
        language, text = self._written(draw, source, kind)
        reference, other = None, None
        if kind:
            where = self._referred(draw, hour)
            target = self._slot(*where)
            reference = kind, target.id | (draw.random() < 0.04)
            other = target.author if kind == REPLIES else None
            if kind == REPOSTS:
                original = next(self._versions(*where))
                language, text = original.language, f"RT @{target.author.username}: {original.text}"
            elif kind == REPLIES:
                text = f"@{target.author.username} {text}"
            else:
                text = f"{text} {texts.link(draw)}"
        edits = draw.choice((1, 1, 2, 4)) if kind in ("", QUOTES) and draw.random() < 0.033 else 0
        first = created_ms(slot.id) + 60_000  # no edit is settled before its post
        times = [first + int((n + draw.random()) * (EDIT_MS - 60_000) / edits) for n in range(edits)]
        ids = (slot.id, *(snowflake(_settled(ms), 2 * n) for n, ms in enumerate(times)))
        luck, sensitive = draw.random(), draw.random() < 0.02
        withheld = ("DE", "FR") if luck < 0.004 else ("TR",) if luck < 0.01 else ()
        for n, version in enumerate(ids):
            edited = text if n == 0 else f"{n}. edit: {text}"
            yield Post(version, slot.author, edited, language, ids, reference, other, withheld, sensitive)

    def _written(self, draw: random.Random, source: int, kind: str) -> tuple[str, str]:
        people = self.people
        mentioned = people.accounts[draw.randrange(2)] if draw.random() < 0.6 else draw.choice(people.crowd)
        if not source:
            return texts.opinion(draw, mentioned.username)
        kinds = ["answers"] if kind == REPLIES else ["notices"] * draw.choice((1, 1, 1, 2, 2, 3, 9))
        text = texts.sentences(draw, kinds)
        if kind != REPLIES and draw.random() < 0.5:
            text += draw.choice(texts.GLUE) + draw.choice(("#onthemove", "#NightBus #travel", "#autobús"))
        return "en", text + (" " + texts.link(draw) if draw.random() < 0.4 else "")


def _settled(ms: int) -> int:
    """A time a bit earlier, so that nothing is posted in the last 36 s of an hour: a search shows posts after 30 s."""
    return ms - ms % HOUR_MS // 100


def metrics(post: Post, now_ms: int) -> dict[str, int]:
    """The six counters of a post, which grow with its age and level off; a retweet has but its original's retweets."""
    counted = post.reference[1] if post.reference and post.is_a(REPOSTS) else post.id
    d = hashlib.blake2b(b"%d" % counted, digest_size=8).digest()
    hours = max(0, now_ms - created_ms(counted)) / HOUR_MS
    level = 1 - math.exp(-hours / (2 + d[0] / 10))
    likes = 1.5 / ((d[1] + 1) / 256) ** 1.2 - 1.2
    final = {
        "retweet_count": likes * d[2] / 700,
        "reply_count": likes * d[3] / 900,
        "like_count": likes,
        "quote_count": likes * d[4] / 4000,
        "bookmark_count": likes * d[5] / 2500,
        "impression_count": likes * 40 + d[6] * 2,
    }
    told = final if counted == post.id else dict.fromkeys(final, 0) | {"retweet_count": final["retweet_count"]}
    return {name: int(most * level) for name, most in told.items()}
