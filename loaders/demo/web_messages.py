"""Messages of a small Twitter-like app, as Segment writes them: message k of an hour is a function of its number."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

# Percent of the mean of 300 events an hour (at scale 1), by UTC hour.
RHYTHM = (52, 38, 30, 26, 25, 30, 42, 60, 82, 100, 115, 125, 132, 138, 142, 148, 155, 160, 162, 158, 145, 130, 112, 93)
LATE, FUTURE = 328, 328 + 66  # of 65,536: 0.5% and 0.1%
DAY_MS = 86_400_000
AHEAD_MS = (DAY_MS // 12, 3 * DAY_MS, 400 * DAY_MS, 3_300 * DAY_MS)
MMSS = [f"{m:02d}:{s:02d}" for m in range(60) for s in range(60)]
MILLIS = [f".{ms:03d}" for ms in range(1000)]


def _spread(*shares: tuple[int, Any]) -> list[Any]:
    """256 entries, so that one random byte picks a value with its share; the shares add up to 256."""
    return [value for share, value in shares for _ in range(share)]


def _phrases(text: str, escape: bool = False) -> list[str]:
    """256 entries of JSON string content (without quotes), in turn."""
    parts = [json.dumps(part, ensure_ascii=escape)[1:-1] for part in text.split("|")]
    return (parts * 256)[:256]


POST, FOLLOW, UNFOLLOW, VIDEO = "Post Created", "Follow User", "Unfollow User", "Video Played"
IDENTIFY, PAGE = "identify", "page"
KINDS = _spread((102, POST), (66, FOLLOW), (23, UNFOLLOW), (60, IDENTIFY), (3, PAGE), (2, VIDEO))
# Of 256; 5% of all. Following needs a login, so nobody does it unnamed.
ANONYMOUS = {POST: 12, FOLLOW: 0, UNFOLLOW: 0, IDENTIFY: 24, PAGE: 160, VIDEO: 160}
# Three calls of one user about another as they arrive, each with the shift of its time in ms: back and forth, an
# unfollow that overtakes its follow, an unfollow of nobody, a follow that turns up last.
STORIES = (
    ((FOLLOW, 0), (UNFOLLOW, 0), (FOLLOW, 0)),
    ((UNFOLLOW, 0), (FOLLOW, -1_200_000), (IDENTIFY, 0)),
    ((UNFOLLOW, 0), (FOLLOW, 0), (UNFOLLOW, 0)),
    ((UNFOLLOW, 0), (IDENTIFY, 0), (FOLLOW, -2_700_000)),
)
# How a timestamp is written: characters kept of 2026-03-02T14:05:09.120, what follows, offset of its zone in ms.
ODD_STYLES = (5, (22, "Z", 0)), (5, (19, "Z", 0)), (4, (23, "417+00:00", 0)), (4, (23, "+05:30", 19_800_000))
STYLES = _spread(*ODD_STYLES, (238, (23, "Z", 0)))
PYTHON = '{"library":{"name":"analytics-python","version":"2.3.2"}}'
NODE = '{"library":{"name":"analytics-node","version":"2.1.3"},"locale":"pt-BR","timezone":"America/Sao_Paulo"}'
WEB = '{"ip":"203.0.113.7","library":{"name":"analytics.js","version":"2.11.1"},"page":{"path":"/home","title":"Home"}}'
# Channel, context, integrations, version, prefix of messageId. PHP writes an empty map as a list.
CALLERS = _spread(
    (215, ("server", PYTHON, "{}", "2", "")),
    (18, ("server", NODE, '{"All":true}', "2", "api-")),
    (13, ("browser", WEB, "{}", '"1.1"', "ajs-")),
    (10, ("server", "[]", "[]", '"1.1"', "")),
)
EN = (
    _phrases("Just found out|Nobody told me|Today I learned|Still thinking that|Hot take:|Turns out|For the record,"),
    _phrases("the kettle|my bike|the night bus|cold pizza|our cat|rain in May|this old laptop|the left sock|the build"),
    _phrases("never sleeps.|beats any plan.|needs a holiday.|was right all along.|went missing.|is a morning person."),
)
PT = (
    _phrases("Descobri agora que|Ninguém me avisou:|Opinião impopular:|Só pra constar,|Bom dia,"),
    _phrases("o café|a bicicleta|o pão de queijo|meu vizinho|a reunião de segunda"),
    _phrases("não espera ninguém.|salvou o dia.|já foi melhor.|é patrimônio nacional.|sumiu de novo."),
)
TONGUES = _spread((186, ("en", EN)), (70, ("pt", PT)))
# What breaks readers that split text instead of parsing it; as it is and in escapes, 14 of each.
TRAPS = (
    ' It printed "}{" again| }\n{|\nline two| 🙂| \u2028says the manual| "quoted"| C:\\temp\\new| {"id":1}{"id":2}|'
    " 日本語もどうぞ| not a newline: \\n| 👩‍🚀🚀| fish &amp; chips| naïve café|}}]{["
)
TAILS = [""] * 228 + _phrases(TRAPS)[:14] + _phrases(TRAPS, escape=True)[:14]
NAMES = _phrases("ana|bruno|chloé|dmitri|elif|farah|gözde|henk|inês|jun|kofi|łucja|mara|noor|oskar|pia|søren")
ABOUT = _phrases('São Paulo / café \\o/|{curly} by nature|"quotes"|early riser|plants|bikes|bad puns|maps|tea 🍵|')
PLACES = _spread((36, "null"), (20, '""'), (90, '"Lisboa"'), (60, '"São Paulo"'), (30, '"Leeds, UK"'), (20, '"東京"'))


class Hour:
    """The messages of one UTC hour: `count` good ones, and as many to be spoilt as are wanted from `spare` on."""

    def __init__(self, start: datetime, seed: int, scale: float) -> None:
        self.start, self.seed, self.scale, self.text = start, seed, scale, f"{start:%Y-%m-%dT%H:}"
        self.users = int(2000 * max(1.0, scale**0.5))
        self._hash = hashlib.blake2b(f"{seed}|{float(scale)}|{self.text}|".encode())
        noise = self._hash.digest()
        self.count = int(3 * scale * RHYTHM[start.hour] * (0.9 + noise[0] / 1275) + noise[1] / 256)
        self.spare = int(540 * scale) + 2  # over the largest count: 300 * 1.62 * 1.1
        self._first_id = int(start.replace(tzinfo=UTC).timestamp()) // 3600 * 3 * self.spare
        self._step = 3_596_000 / max(1, self.count)  # four seconds are left for what was sent to arrive

    def clock(self, ms: int) -> str:
        """ISO text without a zone, ms milliseconds after the start of the hour."""
        if 0 <= ms < 3_600_000:
            return f"{self.text}{MMSS[ms // 1000]}{MILLIS[ms % 1000]}"
        return (self.start + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")

    def called(self, k: int) -> int:
        """When message k is called at the earliest, in milliseconds after the start of the hour."""
        return int(k % self.spare * self._step)

    def _draw(self, k: int) -> bytes:
        drawn = self._hash.copy()
        drawn.update(b"%d" % k)
        return drawn.digest()

    def message(self, k: int, received: str = "", kind: str = "") -> str:
        """Message k as compact JSON, keys in order; received, kind: in place of its own."""
        who = d = self._draw(k)
        shift, friend = 0, d[20] & 7
        if not kind:
            kind = KINDS[d[16]]
            if 10 <= k % 50 <= 12:
                who = self._draw(k // 50 * 50)
                kind, shift = STORIES[who[20] & 3][k % 50 - 10]
                friend = 8 + (who[20] >> 5)
        lot = d[21] << 8 | d[22]
        if lot < FUTURE:
            shift = -(DAY_MS + 1000 + 4000 * (d[23] << 8 | d[24])) if lot < LATE else AHEAD_MS[d[23] & 3]

        # timestamp = receivedAt - (sentAt - originalTimestamp): the device's skew taken off Segment's clock.
        called = self.called(k) + int((d[25] << 8 | d[26]) * self._step) // 65_536
        wait, network = 50 + 8 * d[27], 20 + d[28]
        original = self.clock(called + shift)
        keep, suffix, zone = STYLES[d[29]]
        timestamp = self.clock(called + shift + network + zone)[:keep] + suffix
        created = timestamp if d[29] < 18 else f"{original[:19]}Z"
        sent = f'"{self.clock(called + wait)}{MILLIS[d[30]][1:]}+00:00"' if d[31] > 4 else "null"
        received = received or self.clock(called + wait + network)

        r = who[17] << 16 | who[18] << 8 | who[19]
        user = 1 + ((r * (r + (1 << 24)) >> 25) * self.users >> 24)  # low numbers are the busier ones
        if kind == IDENTIFY and user % 13 == 0:
            user -= 1  # some never tell who they are
        author, user_id, anonymous, name = user if d[34] > 30 else f'"{user}"', f'"{user}"', "", ""
        if d[33] < ANONYMOUS[kind]:
            user_id, anonymous = "null", f'"anonymousId":"{user * 40_503 % 65_536:08x}-a11c-4e55-8000-{user:012x}",'
        if kind == POST:
            tongue, (opener, topic, close) = TONGUES[d[35]]
            content = (
                f'"author":{author},"body":"{opener[d[36]]} {topic[d[37]]} {close[d[38]]}{TAILS[d[39]]}","created_at":'
                f'"{created}","id":{self._first_id + k},"language":"{tongue}"'
            )
        elif kind in (FOLLOW, UNFOLLOW):
            # At most 1,780 numbers on, so never themselves: there are 2,000 users at least.
            content = f'"user_id":{1 + (user + 7 * friend * friend + 13 * friend + user % 11) % self.users}'
        elif kind == IDENTIFY:
            content = _traits(d, user, created)
        elif kind == PAGE:
            name, content = '"name":"Home",', '"name":"Home","path":"/home"'
        else:
            content = f'"seconds":{d[34]},"video_id":{d[35]}'
        channel, context, integrations, version, prefix = CALLERS[d[32]]
        track, h = kind not in (IDENTIFY, PAGE), d[48:].hex()
        event = f'"event":"{kind}",' if track else ""
        properties, traits = f'"properties":{{{content}}},', ""
        if kind == IDENTIFY:
            properties, traits = "", f'"traits":{{{content}}},'
        return (
            f'{{{anonymous}"channel":"{channel}","context":{context},{event}"integrations":{integrations},"messageId":'
            f'"{prefix}{h[:8]}-{h[8:12]}-4{h[12:15]}-a{h[15:18]}-{h[18:30]}",{name}"originalTimestamp":"{original}+00:00",'
            f'{properties}"receivedAt":"{received}Z","sentAt":{sent},"timestamp":"{timestamp}",{traits}'
            f'"type":"{"track" if track else kind}","userId":{user_id},"version":{version}}}'
        )


def _traits(d: bytes, user: int, now: str) -> str:
    """What a user tells about themselves this time: all of it in four of ten calls, else a few."""
    about = f'"{ABOUT[d[38]]} · {ABOUT[d[39]]}"' if d[40] > 20 else '""' if d[40] > 10 else "null"
    email = f'"user{user}@example.org"' if d[41] > 12 else "null"
    name = f'"{NAMES[user & 255]}.{user}{"_" * (d[37] < 12)}"'
    traits = f'"about_me":{about}|"email":{email}|"last_seen":"{now}"|"location":{PLACES[d[42]]}|"username":{name}'
    return ",".join(trait for bit, trait in enumerate(traits.split("|")) if d[35] < 102 or d[34] >> bit & 1)
