"""Posts of the demo's X as version 1.1 of its API told them, and the rows that an old pipeline made of those.

Format: https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/tweet
"""

import html
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from loaders.demo import x_texts as texts
from loaders.demo.x_posts import QUOTES, REPLIES, REPOSTS, Post, metrics
from loaders.demo.x_users import HOUR_MS, User, created_ms
from loaders.demo.x_world import World

Document = dict[str, Any]
# What version 1.1 calls the entities, and what it says of each beside where they stand.
ENTITIES = {
    "hashtags": ("hashtags", {"text": "tag"}),
    "mentions": ("user_mentions", {"screen_name": "username", "id_str": "id"}),
    "urls": ("urls", {"url": "url", "expanded_url": "expanded_url", "display_url": "display_url"}),
}
QUOTED = ("quoted_status_id", "quoted_status_id_str", "is_quote_status")


def status(world: World, post: Post, *, is_extended: bool, is_quoted: bool = False) -> Document:
    """A status without `metadata`; in extended mode its whole text is in full_text, else text is cut.

    What a status retweets or quotes stands within it, if it can be found; what a quoted one quotes does not.
    """
    escaped = texts.escaped(post.text)
    is_cut = not is_extended or post.is_a(REPOSTS)
    text = texts.cut(escaped, texts.REPOST_LIMIT if is_cut else texts.LIMIT)
    entities = _entities(world, text)
    counts = metrics(post, world.now_ms())
    found: Document = {"created_at": _time(created_ms(post.id)), **_ids("id", post.id)}
    if is_extended:
        start = text.index(" ") + 1 if post.is_a(REPLIES) else 0
        found |= {"full_text": text, "truncated": False, "display_text_range": [start, len(text)]}
    else:
        found |= {"text": text, "truncated": len(escaped) > texts.REPOST_LIMIT}
    found |= {
        "entities": entities,
        "source": '<a href="https://example.org/app" rel="nofollow">An App</a>',
        **_ids("in_reply_to_status_id", post.reference[1] if post.reference and post.is_a(REPLIES) else None),
        **_ids("in_reply_to_user_id", post.in_reply_to.id if post.in_reply_to else None),
        "in_reply_to_screen_name": post.in_reply_to.username if post.in_reply_to else None,
        "user": _user(world, post.author),
        **dict.fromkeys(("geo", "coordinates", "place", "contributors")),
        "is_quote_status": post.is_a(QUOTES),
        "retweet_count": counts["retweet_count"],
        "favorite_count": counts["like_count"],
        "favorited": False,
        "retweeted": False,  # by whoever asked
        "lang": post.language,
    }
    if entities["urls"]:
        found["possibly_sensitive"] = post.is_sensitive
    if post.withheld:
        found |= {"withheld_copyright": False, "withheld_in_countries": list(post.withheld)}
    return found | _referred(world, post, is_extended, is_quoted)


def cleansed(told: Document, unset: str | None) -> Document:
    """The row that the old pipeline made of a status; unset: what it wrote where a user has no location."""
    sent_at = datetime.strptime(told["created_at"][4:], "%b %d %H:%M:%S %z %Y")
    return {
        "tweet_id": told["id_str"],
        "tweet_created_at": f"{sent_at:%Y-%m-%d %H:%M:%S}",
        "tweet_text": html.unescape(told.get("full_text") or told["text"]),
        "tweet_hasthags": [tag["text"] for tag in told["entities"]["hashtags"]],
        "is_retweet": "retweeted_status" in told,
        "user_id": told["user"]["id_str"],
        "user_followers_count": told["user"]["followers_count"],
        "user_location": told["user"]["location"] or unset,
    }


def _time(ms: int) -> str:
    day, number, month, year, time, _ = format_datetime(datetime.fromtimestamp(ms // 1000, UTC)).split()
    return f"{day[:3]} {month} {number} {time} +0000 {year}"


def _ids(name: str, value: int | None) -> Document:
    return {name: value, f"{name}_str": None if value is None else str(value)}


def _entities(world: World, text: str) -> Document:
    def user_id(name: str) -> str | None:
        user = world.people.by_name.get(name.lower())
        return str(user.id) if user else None

    found = texts.entities(text, user_id) or {}
    return {
        name: [
            {said: entity[key] for said, key in parts.items()} | {"indices": [entity["start"], entity["end"]]}
            for entity in found.get(kind, ())
        ]
        for kind, (name, parts) in ENTITIES.items()
    }


def _referred(world: World, post: Post, is_extended: bool, is_quoted: bool) -> Document:
    """What is there only in a status that retweets or quotes."""
    if not post.reference or post.is_a(REPLIES):
        return {}
    original = world.find(post.reference[1])
    if post.is_a(REPOSTS) and original:
        within = status(world, original, is_extended=is_extended)
        return {"retweeted_status": within, **{name: within[name] for name in QUOTED if name in within}}
    found = _ids("quoted_status_id", post.reference[1])
    if original and not is_quoted:
        found["quoted_status"] = status(world, original, is_extended=is_extended, is_quoted=True)
    return found


def _user(world: World, user: User) -> Document:
    """A user; what is not set is empty, not absent, but for the address."""
    profile = world.people.profile(user, world.now_ms() // HOUR_MS)
    counts = profile["public_metrics"]
    return {
        **_ids("id", user.id),
        "name": user.name,
        "screen_name": user.username,
        "location": profile.get("location", ""),
        "description": profile.get("description", ""),
        "url": profile.get("url"),
        "protected": user.is_protected,
        "followers_count": counts["followers_count"],
        "friends_count": counts["following_count"],
        "listed_count": counts["listed_count"],
        "created_at": _time(user.born_ms),
        "favourites_count": counts["like_count"],
        "verified": profile["verified"],
        "statuses_count": counts["tweet_count"],
        "profile_image_url_https": profile["profile_image_url"],
    }
