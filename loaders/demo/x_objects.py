"""What X API v2 says of posts and users: objects with the fields that were asked for, `includes`, `errors`.

The names are those of the tweet vocabulary; where a request uses the post vocabulary, so do all keys of its answer.
"""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from loaders.demo import x_texts as texts
from loaders.demo.x_posts import EDIT_MS, QUOTES, REPLIES, REPOSTS, Post, metrics
from loaders.demo.x_problems import NOT_ALLOWED, NOT_FOUND, problem
from loaders.demo.x_users import HOUR_MS, SUSPENDED, VANISHED, User, created_ms
from loaders.demo.x_world import World

POST_FIELDS: tuple[str, ...] = (
    *("article", "attachments", "author_id", "card_uri", "community_id", "context_annotations", "conversation_id"),
    *("created_at", "display_text_range", "edit_controls", "edit_history_tweet_ids", "entities", "geo", "id"),
    *("in_reply_to_user_id", "lang", "media_metadata", "non_public_metrics", "note_tweet", "organic_metrics"),
    *("possibly_sensitive", "promoted_metrics", "public_metrics", "referenced_tweets", "reply_settings", "scopes"),
    *("source", "suggested_source_links", "text", "withheld"),
)
USER_FIELDS: tuple[str, ...] = (
    *("affiliation", "connection_status", "created_at", "description", "entities", "id", "location"),
    *("most_recent_tweet_id", "name", "parody", "pinned_tweet_id", "profile_banner_url", "profile_image_url"),
    *("protected", "public_metrics", "receives_your_dm", "subscription_type", "url", "username", "verified"),
    *("verified_followers_count", "verified_type", "withheld"),
)
EXPANSIONS: tuple[str, ...] = (
    *("article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet"),
    *("attachments.poll_ids", "author_id", "edit_history_tweet_ids", "entities.mentions.username", "geo.place_id"),
    *("in_reply_to_user_id", "entities.note.mentions.username", "referenced_tweets.id"),
    *("referenced_tweets.id.attachments.media_keys", "referenced_tweets.id.author_id"),
)
USER_EXPANSIONS: tuple[str, ...] = ("affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id")
DEFAULTS = {"id", "text", "edit_history_tweet_ids"}, {"id", "name", "username"}


@dataclasses.dataclass(frozen=True)
class Asked:
    """Fields and expansions in the tweet vocabulary; word: tweet or post, as the answer is to be spelt."""

    word: str
    posts: frozenset[str]
    users: frozenset[str]
    expansions: frozenset[str]


def spelt(name: str, word: str) -> str:
    """A name of the tweet vocabulary in the one asked for: retweet_count becomes repost_count."""
    return name.replace("tweet", word)


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post_object(world: World, post: Post, asked: Asked) -> dict[str, Any]:
    """A post with the fields asked for; fields without a value are absent."""
    text = texts.escaped(post.text)
    delivered = texts.cut(text, texts.REPOST_LIMIT if post.is_a(REPOSTS) else texts.LIMIT)
    kind, other = post.reference or ("", None)
    history = world.history(post)
    values: dict[str, Any] = {
        "id": str(post.id),
        "text": delivered,
        "edit_history_tweet_ids": [str(version) for version in history],
        "author_id": str(post.author.id),
        "conversation_id": str(other if kind == REPLIES else post.history[0]),
        "created_at": _iso(created_ms(post.id)),
        "lang": post.language,
        "possibly_sensitive": post.is_sensitive,
        "reply_settings": "everyone",
    }
    if post.in_reply_to:
        values["in_reply_to_user_id"] = str(post.in_reply_to.id)
    if post.reference:
        values["referenced_tweets"] = [{"type": kind, "id": str(other)}]
    if post.withheld:
        values["withheld"] = {"copyright": False, "country_codes": list(post.withheld), "scope": asked.word}
    if "public_metrics" in asked.posts:
        counts = metrics(post, world.now_ms())
        values["public_metrics"] = {spelt(name, asked.word): count for name, count in counts.items()}
    if "edit_controls" in asked.posts:
        left = 5 - (len(history) - 1)
        values["edit_controls"] = {
            "edits_remaining": left if post.id >> 22 & 7 else str(left),  # a text now and then, as X has it
            "is_edit_eligible": kind not in (REPLIES, REPOSTS),
            "editable_until": _iso(created_ms(post.history[0]) + EDIT_MS),
        }
    if "entities" in asked.posts and (found := _entities(world, post, delivered)):
        values["entities"] = found
    if "note_tweet" in asked.posts and len(text) > texts.LIMIT and not post.is_a(REPOSTS):
        found = _entities(world, post, text)
        values["note_tweet"] = {"text": text} | ({"entities": found} if found else {})
    return {spelt(name, asked.word): value for name, value in values.items() if name in asked.posts}


def user_object(world: World, user: User, asked: Asked) -> dict[str, Any]:
    """A user as they are now, with the fields asked for."""
    values = world.people.profile(user, world.now_ms() // HOUR_MS)
    values["created_at"] = _iso(user.born_ms)
    values["public_metrics"] = {spelt(name, asked.word): count for name, count in values["public_metrics"].items()}
    return {spelt(name, asked.word): value for name, value in values.items() if name in asked.users}


def _entities(world: World, post: Post, text: str) -> dict[str, Any] | None:
    def user_id(name: str) -> str | None:
        user = world.people.by_name.get(name.lower())
        return str(user.id) if user else None

    return texts.entities(text, user_id, post.reference[1] if post.reference and post.is_a(QUOTES) else None)


def _referred(world: World, posts: Iterable[Post], asked: Asked) -> tuple[list[Post], list[dict[str, str]]]:
    """The posts that these refer to, each once, and a problem for each that is gone."""
    found: dict[int, Post] = {}
    problems: dict[int, dict[str, str]] = {}
    for post in posts:
        wanted = [(post.reference[1], "referenced_tweets.id")] if post.reference else []
        wanted += [(version, "edit_history_tweet_ids") for version in world.history(post)]
        for other, expansion in wanted:
            if expansion in asked.expansions and other not in found and other not in problems:
                there = world.find(other)
                if there:
                    found[other] = there
                else:
                    kind = NOT_ALLOWED if other >> 22 & 1 else NOT_FOUND  # half of them are only hidden
                    problems[other] = problem(kind, asked.word, spelt(expansion, asked.word), str(other))
    return list(found.values()), list(problems.values())


def _people(world: World, posts: Iterable[Post], referred: Iterable[Post], asked: Asked) -> Iterable[tuple[User, str]]:
    """(user, expansion that asks for them)."""
    for post in posts:
        yield post.author, "author_id"
        if post.in_reply_to:
            yield post.in_reply_to, "in_reply_to_user_id"
        if "entities.mentions.username" in asked.expansions:
            found = _entities(world, post, texts.escaped(post.text)) or {}
            for mention in found.get("mentions", ()):
                yield world.people.by_id[int(mention["id"])], "entities.mentions.username"
    for post in referred:
        yield post.author, "referenced_tweets.id.author_id"


def answer(world: World, posts: list[Post], asked: Asked) -> dict[str, Any]:
    """`data`, `includes` and `errors` for these posts; a key without content is absent."""
    referred, problems = _referred(world, posts, asked)
    users: dict[int, User] = {}
    for user, expansion in _people(world, posts, referred, asked):
        if expansion in asked.expansions and user.id not in users:
            users[user.id] = user
            if user.username in (SUSPENDED, VANISHED):
                problems.append(problem(NOT_FOUND, "user", spelt(expansion, asked.word), str(user.id)))
    present = [user for user in users.values() if user.username not in (SUSPENDED, VANISHED)]
    includes = {
        "users": [user_object(world, user, asked) for user in present],
        spelt("tweets", asked.word): [post_object(world, post, asked) for post in referred],
    }
    found = {
        "data": [post_object(world, post, asked) for post in posts],
        "includes": {name: objects for name, objects in includes.items() if objects},
        "errors": problems,
    }
    return {name: part for name, part in found.items() if part}
