"""Text from outside, as messages, log and terminal may have it: printable, of bounded length, and without secrets.

A server may repeat a token in an answer, a header or an error, spelt as JSON or an address spells it; a file may hold
what a terminal takes for commands.
"""

import re

LONGEST = 300
"""So many characters of a foreign text say enough."""

_JSON = re.compile(rb"\\(?:u00([0-7][0-9a-fA-F])|(/))")
_PERCENT = re.compile(rb"%([0-7][0-9a-fA-F])")


def printable(text: object, longest: int = LONGEST) -> str:
    """The text without control characters, line breaks and half surrogates, each a blank."""
    shown = "".join(c if c.isprintable() else " " for c in str(text)).strip()
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


class Secret:
    """A token that no text may show, however it is spelt: plain, or as JSON or percent-encoding escapes it."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._plain = plain(self._token)  # tokens of X are percent-encoded as they are issued

    def is_in(self, text: bytes) -> bool:
        """Whether the text has the token."""
        if not self._token:
            return False
        return self._token in text or self._plain in plain(text)

    def hidden(self, text: str) -> str:
        """The text with *** for the token, or *** alone if the token is in it in another spelling."""
        told = text.replace(self._token.decode(), "***") if self._token else text
        return "***" if self.is_in(told.encode(errors="replace")) else told


def plain(text: bytes) -> bytes:
    r"""The text with \/, \u0041 and %41 as the characters that they stand for, also where one is spelt by the other."""
    for _ in range(2):
        text = _PERCENT.sub(lambda found: bytes((int(found[1], 16),)), text)
        text = _JSON.sub(lambda found: found[2] or bytes((int(found[1], 16),)), text)
    return text
