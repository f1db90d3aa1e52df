"""The posts of the demo's X, made up and repeatable: every hour is a function of (seed, hour) and can be made alone.

About 2,000 posts in any seven days speak of the brand or of night buses, and two accounts post now and then. Public
metrics are a function of post and age.
"""

import dataclasses
import functools
import hashlib
import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from loaders.demo import x_texts as texts
from loaders.demo.x_users import ACCOUNTS, HOUR_MS, VANISHED, People, User, created_ms, snowflake

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


class Past:
    """Everything that is ever posted in the world of a seed."""

    def __init__(self, seed: int) -> None:
        self.seed, self.people = seed, People(seed)
        self._hours: dict[tuple[int, int], list[tuple[Post, ...]]] = {}

    def hour(self, source: int, hour: int) -> list[tuple[Post, ...]]:
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


@functools.lru_cache(maxsize=8)
def past(seed: int) -> Past:
    """The same for all servers of a seed, for what it has made it need not make again."""
    return Past(seed)


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
