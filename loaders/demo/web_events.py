"""What Segment -> Kinesis -> Firehose leaves in a bucket for a small Twitter-like app, made up and repeatable.

An hour depends on nothing but (hour, seed, scale, dirt): any hour can be made alone, and a later run repeats the same
objects. Message k is a function of (seed, scale, hour, k), so a repeat is written without remembering what was sent.
Damage is put beside the messages, never done to them: a repeat always has a good original.
"""

import base64
import dataclasses
import json
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from isal import igzip

from loaders.demo.web_messages import FOLLOW, POST, Hour

REPEATS = 0.01
# Where it is counted, the kind of message ("": any) and what is done to it.
DAMAGE: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("broken", "", lambda text: text[: len(text) * 2 // 3]),  # the last of its object
    ("broken", "", lambda text: text[: len(text) // 2]),
    ("broken", "", lambda text: text[:-1]),
    ("broken", "", lambda text: text[: text.rindex(":")] + ":NaN}"),
    ("broken", "", lambda text: text.replace('"type":"', '"type":"\udcff', 1)),  # encoded as the byte ff
    ("nul", "", lambda text: "\0"),
    ("events", "", lambda text: re.sub(r'"messageId":"[^"]*",', "", text)),
    ("uncastable", POST, lambda text: re.sub(r'"created_at":"[^"]*"', '"created_at":"yesterday"', text)),
    ("uncastable", POST, lambda text: re.sub(r'"id":\d+,', "", text)),
    ("uncastable", FOLLOW, lambda text: re.sub(r'"timestamp":"[^"]*"', '"timestamp":"soon"', text)),
)
CATALOG_TABLE = {"catalogId": "111122223333", "databaseName": "app", "tableName": "events", "region": "us-east-1"}


@dataclasses.dataclass(frozen=True)
class Made:
    """What was put. The five counts of documents are disjoint, and all counts add up over hours.

    objects, bytes: as stored (compressed), error objects included. events: good documents without their repeats, with
    those that lack a messageId. duplicates: repeats of one of the events, alike but for a later receivedAt. broken:
    not JSON; a NUL between documents is no document and is in no count. error_documents: inside Firehose's error
    objects. uncastable: JSON with a messageId of its own, but with a time or an id that cannot be one.
    """

    objects: int
    bytes: int
    events: int
    duplicates: int
    broken: int
    error_documents: int
    uncastable: int


def _repeat(rng: random.Random, here: Hour, first: int, k: int) -> str:
    """A message again, right after message k: one of the same object, hour or day (whole days hold both)."""
    origin, again, way = here, rng.randint(first, k), rng.random()
    if way < 1 / 3 and first:
        again = rng.randrange(first)
    elif way < 2 / 3 and here.start.hour:
        earlier = Hour(here.start.replace(hour=rng.randrange(here.start.hour)), here.seed, here.scale)
        if earlier.count:
            origin, again = earlier, rng.randrange(earlier.count)
    return origin.message(again, here.clock(here.called(k + 1) + 3000 + rng.randrange(1000)))


def _key(rng: random.Random, at: datetime, dirt: float) -> str:
    stream = "app-events-2-12" if dirt and rng.random() < 0.1 else "app_events-1"
    return f"{at:%Y/%m/%d/%H}/{stream}-{at:%Y-%m-%d-%H-%M-%S}-{uuid.UUID(int=rng.getrandbits(128), version=4)}"


def _error_objects(rng: random.Random, here: Hour, tally: Counter[str], dirt: float) -> Iterator[tuple[str, bytes]]:
    """Firehose's own failures: twice a day a function's, once or twice a conversion's."""
    day = random.Random(f"{here.seed}|{here.start:%Y%m%d}")
    hours = day.sample(range(24), 3 + day.randint(0, 1))
    if here.start.hour not in hours:
        return
    folder = "processing-failed" if here.start.hour in hours[:2] else "format-conversion-failed"
    at, lines = here.start + timedelta(minutes=rng.randrange(60)), []
    for n in range(rng.randint(1, 3)):
        arrived = int(at.replace(tzinfo=UTC).timestamp() * 1000) + 700 * n
        raw = here.message(2 * here.spare + n) if rng.random() > 0.2 else ""
        document: dict[str, Any] = {
            "attemptsMade": rng.choice((1, 4)),
            "arrivalTimestamp": rng.choice((arrived, str(arrived))),
            "attemptEndingTimestamp": arrived + 88_000,
            "rawData": base64.b64encode(raw.encode()).decode(),
        }
        if folder == "processing-failed":
            document |= {"errorCode": "Lambda.FunctionTimedOut", "errorMessage": "The invocation timed out."}
            document[rng.choice(("lambdaArn", "lambdaARN"))] = "arn:aws:lambda:us-east-1:111122223333:function:enrich"
        else:
            code, told = rng.choice((("lastErrorCode", "lastErrorMessage"), ("ErrorCode", "ErrorMessage")))
            document |= {code: "DataFormatConversion.ParseError", told: "A value does not fit its column."}
            document |= {"sequenceNumber": str(arrived * 7), "subSequenceNumber": 0, "dataCatalogTable": CATALOG_TABLE}
        lines.append(json.dumps(document, separators=(",", ":")))
    tally["error_documents"] += len(lines)
    yield f"{folder}/{_key(rng, at, dirt)}", rng.choice(("", "\n")).join(lines).encode()


def _objects(hour: datetime, tally: Counter[str], scale: float, seed: int, dirt: float) -> Iterator[tuple[str, bytes]]:
    """The objects of one hour as they are closed; tally grows by what they hold."""
    rng, here = random.Random(f"{seed}|{float(scale)}|{float(dirt)}|{hour}"), Hour(hour, seed, scale)
    limit, objects = int(2**20 * min(5.0, max(1.0, scale**0.5))), rng.randint(1, 3)
    ends = {here.count * n // objects - 1 for n in range(1, objects + 1)}
    tally["events"] += here.count
    data = bytearray()
    for k in range(here.count):
        if not data:
            first, tail, way = k, b"", rng.random()
            framing = [b""] if way < 0.75 else [b"\n"] if way < 0.9 else [b"", b"\n", b"\r\n", b"\n\n"]
            if dirt and rng.random() < 0.02:
                framing = [b"\\n"]
        texts, luck = [here.message(k)], rng.random()
        if luck < REPEATS:
            texts.append(_repeat(rng, here, first, k))
            tally["duplicates"] += 1
        elif luck < REPEATS + dirt:
            damage = rng.randrange(len(DAMAGE))
            damage += damage == 0 and tail != b""
            counted, kind, spoil = DAMAGE[damage]
            tally[counted] += 1
            spoilt = spoil(here.message(here.spare + k, "", kind))
            if damage:
                texts.append(spoilt)
            else:
                tail = spoilt.encode()
        for text in texts:
            data += text.encode("utf-8", "surrogateescape")
            data += framing[k % len(framing)]
        if k in ends or len(data) >= limit:
            at = hour + timedelta(milliseconds=here.called(first))
            if rng.random() < 0.015:
                at -= timedelta(hours=rng.randint(1, 2))  # delivered late
            zipped, misnamed = rng.random() < 0.6, dirt > 0 and rng.random() < 0.02
            key = _key(rng, at, dirt) + (".gz" if zipped != misnamed else "")
            data += tail
            yield key, igzip.compress(data, 1, mtime=0) if zipped else bytes(data)
            data.clear()
    if dirt:
        yield from _error_objects(rng, here, tally, dirt)


def generate_hour(hour: datetime, *, scale: float, seed: int, dirt: float) -> Iterator[tuple[str, bytes]]:
    """(key relative to the drop's root, bytes as stored) of each object of one UTC hour."""
    return _objects(hour.replace(minute=0, second=0, microsecond=0, tzinfo=None), Counter(), scale, seed, dirt)


def make(  # noqa: PLR0913
    put: Callable[[str, bytes], None],
    *,
    scale: float = 1.0,
    seed: int = 1,
    dirt: float = 0.002,
    days: int = 14,
    until: date,
) -> Made:
    """Put the objects of the days before `until`, one call each; dirt: damaged documents as a share of the events."""
    tally: Counter[str] = Counter()
    for n in range(-24 * days, 0):
        hour = datetime(until.year, until.month, until.day) + timedelta(hours=n)
        for key, data in _objects(hour, tally, scale, seed, dirt):
            put(key, data)
            tally.update(objects=1, bytes=len(data))
    return Made(**{field.name: tally[field.name] for field in dataclasses.fields(Made)})
