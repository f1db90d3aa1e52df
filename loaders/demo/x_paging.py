"""Pages of a list of posts that grows at its newer end, and the opaque tokens that lead from one to the next."""

import base64
import hashlib
import struct
from collections.abc import Sequence
from typing import NamedTuple

from loaders.demo.x_posts import Post

PAGE = ">H?QQ"  # and six bytes that only who knows the scope can make: 25 bytes are 40 characters of base 32


class Page(NamedTuple):
    """A place in a crawl: posts older than the bound (or newer, towards the first page), and newer than a floor."""

    number: int
    is_back: bool
    bound: int
    floor: int


class Window(NamedTuple):
    """Ids between two bounds, both exclusive; asked: the lower one if the request has it, else 0."""

    above: int
    below: int
    asked: int


def token(page: Page, scope: str) -> str:
    """An opaque token for a page; it holds where the page begins, so that it never expires and nothing moves it."""
    packed = struct.pack(PAGE, *page)
    mark = hashlib.blake2b(packed + scope.encode(), digest_size=6).digest()
    return base64.b32encode(packed + mark).decode().lower()


def read(text: str, scope: str) -> Page | None:
    """The page a token is for; None where it was not given for this scope, or not at all."""
    try:
        page = Page(*struct.unpack_from(PAGE, base64.b32decode(text.upper())))
    except (ValueError, struct.error):
        return None
    return page if token(page, scope) == text else None


def turn(
    posts: Sequence[Post], window: Window, page: Page | None, size: int, scope: str
) -> tuple[list[Post], dict[str, str]]:
    """The posts of a page (newest first) and the tokens of its neighbours."""
    floor = page.floor if page else window.asked
    within = [post for post in posts if (floor or window.above) < post.id < window.below]
    if page is None:
        chosen = within[:size]
    elif page.is_back:
        chosen = [post for post in within if post.id > page.bound][-size:]
    else:
        chosen = [post for post in within if post.id < page.bound][:size]
    number, tokens = page.number if page else 1, {}
    if chosen and chosen[-1].id > within[-1].id:
        tokens["next_token"] = token(Page(number + 1, False, chosen[-1].id, floor), scope)
    if page and chosen and chosen[0].id < within[0].id:
        tokens["previous_token"] = token(Page(max(1, number - 1), True, chosen[0].id, floor), scope)
    return chosen, tokens
