"""What of the posts of the demo's X can be seen at a time: what an hour holds is seen from its end on.

An id is the time of its post, so that a post is found by its id, however old it is.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from loaders.demo.x_posts import REPOSTS, Post, past
from loaders.demo.x_users import ACCOUNTS, HOUR_MS, User, created_ms, snowflake

QUERIES = ("flixbus", '"night bus"')
SEARCHED_DAYS, TIMELINE_DAYS, TIMELINE_POSTS = 7, 180, 3200


class World:
    """What can be seen at now()."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self._now, self._past = now, past(seed)
        self.people = self._past.people
        self.added: list[Post] = []
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
            span, horizon = range(now - hours, now), self._horizon()
            made = (versions for n in sources for hour in span for versions in self._past.hour(n, hour))
            found = [post for versions in made if (post := _newest(versions, horizon))]
            found += [post for post in self.added if created_ms(post.id) >= span.start * HOUR_MS]
            found = [post for post in found if (post.author == user if user else not post.is_a(REPOSTS))]
            self._lists[user] = state, sorted(found, key=lambda post: -post.id)
        return self._lists[user][1]

    def find(self, post_id: int) -> Post | None:
        """The version of a post that has this id, if it can be seen."""
        hour = created_ms(post_id) // HOUR_MS
        if post_id < self._horizon():
            for number in range(len(ACCOUNTS) + 1):
                for versions in self._past.hour(number, hour) + self._past.hour(number, hour - 1):
                    for post in versions:
                        if post.id == post_id:
                            return post
        return next((post for post in self.added if post.id == post_id), None)

    def history(self, post: Post) -> tuple[int, ...]:
        """The ids of the versions of a post that can be seen, oldest first."""
        horizon = self._horizon()
        return tuple(version for version in post.history if version <= post.id or version < horizon)


def _newest(versions: Iterable[Post], horizon: int) -> Post | None:
    """The newest of the versions of a post that can be seen."""
    return max((post for post in versions if post.id < horizon), key=lambda post: post.id, default=None)
