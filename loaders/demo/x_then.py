"""The demo's X years ago: what of it could be seen on a day, and found by the searches of the time."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from loaders.demo import x_texts as texts
from loaders.demo.x_posts import REPOSTS, Post
from loaders.demo.x_queries import matcher
from loaders.demo.x_users import ACCOUNTS, HOUR_MS, User, created_ms, snowflake
from loaders.demo.x_world import QUERIES, World

RETWEETED = 0.37  # of the posts of old searches; so 27 of 100 are retweets
EDITS_MS, LONG_MS = 1_664_582_400_000, 1_675_814_400_000  # 2022-10-01, 2023-02-08: since when there are any


def midnight(day: date) -> datetime:
    """When a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class Then(World):
    """The world on a day years ago: without users, edits and long posts that came later, but searches had retweets."""

    def __init__(self, seed: int, day: date) -> None:
        super().__init__(seed, lambda: midnight(day))

    def find(self, post_id: int) -> Post | None:
        """As of any world."""
        post = super().find(post_id)
        return post if post and self._was_there(post) else None

    def timeline(self, user: User) -> list[Post]:
        """As of any world, but retweets of what cannot be found."""
        found = filter(self._was_there, super().timeline(user))
        return [post for post in found if not (post.reference and post.is_a(REPOSTS)) or self.find(post.reference[1])]

    def searched(self, count: int) -> list[Post]:
        """So many of the newest posts and retweets of the demo's first query, newest first."""
        listed = self._listed(None, 24 * (2 + count // 100), range(len(ACCOUNTS) + 1))
        found = list(filter(matcher(QUERIES[0]), filter(self._was_there, listed)))
        found += [again for post in found for again in self._retweets(post)]
        return sorted(found, key=lambda post: -post.id)[:count]

    def _retweets(self, post: Post) -> Iterator[Post]:
        """The retweet of a post, if it has one."""
        draw = random.Random(post.id)
        ms, author = created_ms(post.id) + int(draw.expovariate(1 / 3) * HOUR_MS), draw.choice(self.people.crowd)
        made = snowflake(ms, 1 << 21 | post.id & 0x1FFFFE)  # the other posts of a world leave this bit
        text = f"RT @{post.author.username}: {post.text}"
        again = Post(made, author, text, post.language, (made,), (REPOSTS, post.id))
        if draw.random() < RETWEETED and ms < self.now_ms() and self._was_there(again):
            yield again

    def _was_there(self, post: Post) -> bool:
        ms, names = created_ms(post.id), re.findall(r"@(\w+)", post.text)
        people = [user for name in names if (user := self.people.by_name.get(name.lower()))]
        is_short = len(texts.escaped(post.text)) <= texts.LIMIT or post.is_a(REPOSTS)
        is_possible = (ms >= EDITS_MS or len(post.history) == 1) and (ms >= LONG_MS or is_short)
        return is_possible and all(user.born_ms < ms for user in (post.author, *people))
