"""The people of the demo's X: who they are, and what their profile says in a given hour."""

import hashlib
import random
from typing import Any, NamedTuple

CROWD = 900
PLACELESS = 21  # percent of the users, who never told where they are
DAY_MS, HOUR_MS = 86_400_000, 3_600_000
EPOCH_MS = 1_288_834_974_657  # where X's ids begin to count

SUSPENDED, PROTECTED, VANISHED = "bus_bot_9000", "quiet_rider", "gone_by_now"
# Username, name, posts an hour.
ACCOUNTS = (("someline", "Some Line 🚌", 0.15), ("sleeperclub", "Sleeper Club", 0.06))

FIRST = (
    *("Ana", "Bruno", "Chloé", "Dmitri", "Elif", "Farah", "Gözde", "Henk", "Inês", "Jun", "Kofi", "Łucja", "Mara"),
    *("Noor", "Oskar", "Pia", "Søren", "Tomás", "Uta", "Vera"),
)
MARKS = ("", "", "", " ☕", " 🚌", " | he/him", " & Co", "™")
PLACES = (
    *("Berlin", "München, Deutschland", "Milano", "Torino, Italia", "London", "Leeds, UK", "Köln", "Paris", "Utrecht"),
    *("São Paulo", "Łódź", "Porto 🇵🇹", "somewhere & nowhere", "東京", "Roma", "Hamburg ⚓", "null", "Gent", "the back"),
)
ABOUT = (
    *("Early riser, late sleeper.", "Rails & roads.", "Tea 🍵, maps, bad puns", "opinions are my own", "Nachteule."),
    *("I like buses <and> brackets", "viaggi lenti", "line 1\nline 2", "plants · bikes · naps", "no DMs please"),
)


def snowflake(ms: int, low: int = 0) -> int:
    """The id of something created at ms since 1970; low: its 22 lowest bits."""
    return (ms - EPOCH_MS) << 22 | low


def created_ms(snowflake_id: int) -> int:
    """When the thing with this id was created, in ms since 1970."""
    return (snowflake_id >> 22) + EPOCH_MS


class User(NamedTuple):
    """Who a user is for good; lot: random bytes that their profile is made of."""

    id: int
    username: str
    name: str
    born_ms: int
    is_protected: bool
    is_placeless: bool
    lot: bytes


class People:
    """The users of one seed: a crowd, the two accounts, one suspended, one protected, one that cannot be found."""

    def __init__(self, seed: int) -> None:
        self.crowd = [self._made(seed, n) for n in range(CROWD)]
        named = [name for name, _, _ in ACCOUNTS] + [SUSPENDED, PROTECTED, VANISHED]
        special = [self._made(seed, CROWD + n, name) for n, name in enumerate(named)]
        self.accounts = [user._replace(name=name) for user, (_, name, _) in zip(special, ACCOUNTS, strict=False)]
        everyone = [*self.crowd, *self.accounts, *special[len(ACCOUNTS) :]]
        self.by_id = {user.id: user for user in everyone}
        self.by_name = {user.username.lower(): user for user in everyone}

    @staticmethod
    def _made(seed: int, number: int, username: str = "") -> User:
        draw = random.Random(f"{seed}|user|{number}")
        name = draw.choice(FIRST)
        first, last = 1_300_000_000_000, 1_400_000_000_000 if username else 1_740_000_000_000
        born = draw.randrange(snowflake(first), snowflake(last))
        born_ms = created_ms(born)
        # accounts from before 2015 have numbers that count
        user_id = born if born_ms > 1_420_000_000_000 else 30_000_000 + (born_ms - first) // 40 + number
        plain = name.encode("ascii", "ignore").decode().lower()
        lot = hashlib.blake2b(b"%d|%d" % (seed, number), digest_size=16).digest()
        is_placeless = number * 37 % 100 < PLACELESS and not username
        called = username or f"{plain}{draw.choice(('', '_', '_rides'))}{number}"[:15]
        return User(user_id, called, name + draw.choice(MARKS), born_ms, username == PROTECTED, is_placeless, lot)

    def profile(self, user: User, hour: int) -> dict[str, Any]:
        """A user object with every field X has for them in this hour (hours since 1970).

        One in four has another location or description every 5 to 60 days, from some hour on. Location, description and
        url that are not set are absent.
        """
        lot, day = user.lot, hour // 24
        version = (hour + lot[0]) // (24 * (5 + lot[1] % 56)) if lot[2] < 64 else 0
        is_account = user in self.accounts
        followers = 40_000 + 900 * lot[3] if is_account else int(10 / ((lot[3] + 1) / 256) ** 1.7)
        profile: dict[str, Any] = {
            "id": str(user.id),
            "name": user.name,
            "username": user.username,
            "created_at": user.born_ms,
            "protected": user.is_protected,
            "verified": lot[4] < 20 or is_account,
            "verified_type": "business" if is_account else "blue" if lot[4] < 20 else "none",
            "profile_image_url": f"https://pbs.example.org/profile_images/{user.id}/small_normal.jpg",
            "public_metrics": {
                "followers_count": followers + followers * day // 40_000,
                "following_count": lot[5] * 3,
                "tweet_count": lot[6] * 40 + max(0, day - 20_000) * (1 + lot[7] % 3),
                "listed_count": lot[8] // 16,
                "like_count": lot[9] * 55,
            },
        }
        if not user.is_placeless:
            profile["location"] = PLACES[(lot[11] + (version + 1) // 2) % len(PLACES)]
        if lot[12] >= 60:
            profile["description"] = ABOUT[(lot[13] + version // 2) % len(ABOUT)]
        if lot[14] < 50:
            profile["url"] = f"https://t.co/{user.lot.hex()[:10]}"
        return profile
