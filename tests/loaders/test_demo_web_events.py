"""The demo's web events, read back by a parser that shares nothing with the generator or the loaders."""

import base64
import gzip
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from loaders.demo.web_events import Made, generate_hour, make

Json = dict[str, Any]
Objects = dict[str, bytes]

ENVELOPE = re.compile(r'\{"(?:anonymousId|channel)":')
KEY = re.compile(
    r"(?P<folder>(?:processing-failed/|format-conversion-failed/)?)(?P<hour>\d{4}/\d\d/\d\d/\d\d)/"
    r"(?P<stream>app_events-1|app-events-2-12)-(?P<at>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)-"
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?P<gz>(?:\.gz)?)"
)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


DECODER = json.JSONDecoder(parse_constant=_refuse)


class Part(NamedTuple):
    """What lies between two positions of an object: a document, or text that is none (value None)."""

    key: str
    text: str
    value: Json | None


def plain(data: bytes) -> str:
    unzipped = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return unzipped.decode("utf-8", "surrogateescape")


def is_error(key: str) -> bool:
    return "-failed/" in key


def parts(key: str, data: bytes) -> Iterator[Part]:
    """Decode value by value; after a fault go on at the next thing that looks like an envelope."""
    text, at = plain(data), 0
    while at < len(text):
        try:
            value, end = DECODER.raw_decode(text, at)
        except ValueError:
            found = ENVELOPE.search(text, at + 1) if text[at] == "{" else re.compile(r"\{").search(text, at)
            value, end = None, found.start() if found else len(text)
        broken = "\udcff" in text[at:end]
        yield Part(key, text[at:end], None if broken else value)
        at = end


def collected(**arguments: Any) -> tuple[Objects, Made]:
    objects: Objects = {}

    def put(key: str, data: bytes) -> None:
        assert key not in objects
        objects[key] = data

    return objects, make(put, **arguments)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def uncastable(value: Json) -> bool:
    properties = value.get("properties", {})
    return (
        value["timestamp"] == "soon"
        or properties.get("created_at") == "yesterday"
        or (value.get("event") == "Post Created" and "id" not in properties)
    )


class Run(NamedTuple):
    """What was put, what was said about it, and what a reader finds in each object."""

    objects: Objects
    made: Made
    read: dict[str, list[Part]]
    documents: list[tuple[Part, Json]]
    """The readable ones outside of error objects."""
    originals: list[Any]
    """The first of each messageId; repeats come after their original."""

    @classmethod
    def of(cls, **arguments: Any) -> "Run":
        objects, made = collected(**arguments)
        read = {key: list(parts(key, data)) for key, data in objects.items()}
        pieces = (part for key, found in read.items() if not is_error(key) for part in found)
        documents = [(part, part.value) for part in pieces if part.value is not None]
        originals = {value.get("messageId", id(value)): value for _, value in reversed(documents)}
        return cls(objects, made, read, documents, list(originals.values()))


def counted(run: Run) -> dict[str, int]:
    """What Made should say, found by reading."""
    tally: Counter[str] = Counter(objects=len(run.objects), bytes=sum(map(len, run.objects.values())))
    seen: set[str] = set()
    for key, pieces in run.read.items():
        for part in pieces:
            if is_error(key):
                tally["error_documents"] += part.value is not None
            elif part.value is None:
                tally["broken"] += part.text.startswith("{")
            elif "messageId" in part.value and part.value["messageId"] in seen:
                tally["duplicates"] += 1
            else:
                tally["uncastable" if uncastable(part.value) else "events"] += 1
                seen.add(part.value.get("messageId", ""))
    return {name: tally[name] for name in asdict(Made(0, 0, 0, 0, 0, 0, 0))}


@pytest.fixture(scope="module")
def clean() -> Run:
    """Two weeks without damage, about 50,000 events."""
    return Run.of(dirt=0, scale=0.5, until=date(2026, 3, 15))


@pytest.fixture(scope="module")
def dirty() -> Run:
    return Run.of(dirt=0.05, scale=0.5, seed=3, days=8, until=date(2026, 3, 15))


def test_the_same_arguments_give_the_same_bytes() -> None:
    def run(**change: Any) -> Objects:
        return collected(**({"scale": 0.2, "seed": 5, "dirt": 0.01, "days": 1, "until": date(2026, 3, 2)} | change))[0]

    once = run()
    assert list(once.items()) == list(run().items())
    for change in ({"seed": 6}, {"scale": 0.3}, {"dirt": 0.02}, {"until": date(2026, 3, 3)}):
        assert not once.keys() & run(**change).keys()


def test_gzip_carries_no_clock(clean: Run) -> None:
    assert {data[4:8] for data in clean.objects.values() if data[:2] == b"\x1f\x8b"} == {bytes(4)}


def test_a_day_later_repeats_the_objects_and_adds_a_day() -> None:
    arguments: Json = {"scale": 0.2, "seed": 5, "dirt": 0.01}
    first, made_first = collected(**arguments, days=2, until=date(2026, 3, 2))
    later, made_later = collected(**arguments, days=2, until=date(2026, 3, 3))
    oldest, made_oldest = collected(**arguments, days=1, until=date(2026, 3, 1))
    shared = first.keys() & later.keys()
    assert {key: first[key] for key in shared} == {key: later[key] for key in shared}
    assert first.keys() - shared == oldest.keys()
    _, made_newest = collected(**arguments, days=1, until=date(2026, 3, 3))
    for name, value in asdict(made_first).items():
        assert value - getattr(made_oldest, name) == getattr(made_later, name) - getattr(made_newest, name), name


def test_make_puts_the_hours_before_until_in_order() -> None:
    objects, _ = collected(scale=0.2, seed=5, dirt=0.01, days=1, until=date(2026, 3, 2))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=n) for n in range(24)]
    assert list(objects.items()) == [
        item for hour in hours for item in generate_hour(hour, scale=0.2, seed=5, dirt=0.01)
    ]


def test_small_sets_literally() -> None:
    """Counted with grep: 735 times "channel":, 728 different messageIds; with dirt 764 times, two without messageId."""
    _, clean = collected(scale=0.1, seed=7, dirt=0, days=1, until=date(2026, 3, 2))
    assert clean == Made(37, clean.bytes, events=728, duplicates=7, broken=0, error_documents=0, uncastable=0)
    _, dirty = collected(scale=0.1, seed=7, dirt=0.05, days=1, until=date(2026, 3, 2))
    assert dirty == Made(53, dirty.bytes, events=730, duplicates=7, broken=16, error_documents=8, uncastable=11)


def test_an_object_literally() -> None:
    hour = datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert next(generate_hour(hour, scale=0.02, seed=7, dirt=0)) == (
        "2026/03/01/01/app_events-1-2026-03-01-01-00-00-baffa759-0a76-4b8d-9190-2862b5d574a0",
        b'{"channel":"server","context":{"library":{"name":"analytics-python","version":"2.3.2"}},'
        b'"event":"Unfollow User","integrations":{},"messageId":"674f629c-1589-49fc-ad7a-f148572f54a7",'
        b'"originalTimestamp":"2026-03-01T01:11:38.694+00:00","properties":{"user_id":267},'
        b'"receivedAt":"2026-03-01T01:11:40.073Z","sentAt":"2026-03-01T01:11:39.880080+00:00",'
        b'"timestamp":"2026-03-01T01:11:38Z","type":"track","userId":"205","version":2}',
    )


def test_counts_of_a_clean_set_are_what_a_reader_finds(clean: Run) -> None:
    assert asdict(clean.made) == counted(clean)
    assert (clean.made.broken, clean.made.error_documents, clean.made.uncastable) == (0, 0, 0)


def test_counts_of_a_dirty_set_are_what_a_reader_finds(dirty: Run) -> None:
    assert asdict(dirty.made) == counted(dirty)
    assert min(asdict(dirty.made).values()) > 15


def test_no_dirt_is_clean(clean: Run) -> None:
    for key, data in clean.objects.items():
        assert not is_error(key)
        assert "/app_events-1-" in key
        assert key.endswith(".gz") == (data[:2] == b"\x1f\x8b")
        assert {part.text.strip("\r\n") for part in clean.read[key] if part.value is None} <= {""}
    for _, value in clean.documents:
        assert value["messageId"]
        assert not uncastable(value)
        assert moment(value["timestamp"]).tzinfo
        if value.get("event") == "Post Created":
            assert moment(value["properties"]["created_at"]).tzinfo
            assert isinstance(value["properties"]["id"], int)


def test_documents_are_compact_and_their_keys_in_order(clean: Run) -> None:
    plainly = [(part, value) for part, value in clean.documents[:20_000] if "\\u" not in part.text]
    assert len(plainly) > 15_000
    for part, value in plainly:
        assert part.text == json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def test_every_kind_of_damage_occurs(dirty: Run) -> None:
    found: Counter[str] = Counter()
    for key, pieces in dirty.read.items():
        if is_error(key):
            continue
        for n, (_, text, value) in enumerate(pieces):
            if value is None and text.startswith("{"):
                if "\udcff" in text:
                    found["invalid UTF-8"] += 1
                elif re.search(r":NaN\}\s*(?:\\n)?$", text):
                    found["NaN"] += 1
                elif n == len(pieces) - 1:
                    found["last of its object"] += 1
                elif re.search(r'"version":(?:2|"1\.1")\s*(?:\\n)?$', text):
                    found["no closing brace"] += 1
                else:
                    found["cut between good ones"] += 1
            elif value is None:
                found["NUL"] += "\0" in text
                found["literal delimiter"] += n == 1 and text == "\\n"
            else:
                found["no messageId"] += "messageId" not in value
                found["yesterday"] += value.get("properties", {}).get("created_at") == "yesterday"
                found["soon"] += value["timestamp"] == "soon"
                found["no post id"] += value.get("event") == "Post Created" and "id" not in value["properties"]
    assert len(found) == 11
    assert min(found.values()) > 0, found
    damaged = found.total() - found["literal delimiter"]
    assert 0.045 < damaged / dirty.made.events < 0.055


def test_shares_of_the_clean_set(clean: Run) -> None:
    made, originals = clean.made, clean.originals
    found: Counter[str] = Counter()
    for value in originals:
        lead = moment(value["timestamp"]) - moment(value["receivedAt"])
        found["late"] += lead < timedelta(days=-1)
        found["future"] += lead > timedelta(0)
        found["years ahead"] += lead > timedelta(days=365)
        found["anonymous"] += value["userId"] is None and bool(value["anonymousId"])
        found[value.get("event", value["type"])] += 1
    share = {name: count / made.events for name, count in found.items()}
    bounds = {
        "late": (0.004, 0.006),
        "future": (0.0007, 0.0014),
        "years ahead": (0.0003, 0.0009),
        "anonymous": (0.045, 0.055),
        "Post Created": (0.35, 0.42),
        "Follow User": (0.22, 0.30),
        "Unfollow User": (0.08, 0.14),
        "identify": (0.20, 0.26),
        "page": (0.005, 0.015),
        "Video Played": (0.005, 0.015),
    }
    assert share.keys() == bounds.keys()
    assert {name: value for name, value in share.items() if not bounds[name][0] <= value <= bounds[name][1]} == {}
    assert 0.009 < made.duplicates / made.events < 0.011
    by_hour = Counter(moment(value["receivedAt"]).hour for value in originals)
    assert by_hour[17] > 4 * by_hour[4]


def test_people_and_their_calls(clean: Run) -> None:
    originals = clean.originals
    users = {value["userId"] for value in originals if value["userId"]}
    told = {value["userId"] for value in originals if value["type"] == "identify" and value["userId"]}
    assert 1900 <= len(users) <= 2000
    assert users <= {str(n) for n in range(1, 2001)}
    assert 0.85 < len(told) / len(users) < 0.95

    posts = [value["properties"] for value in originals if value.get("event") == "Post Created"]
    assert len({post["id"] for post in posts}) == len(posts)
    assert {type(post["author"]) for post in posts} == {int, str}
    bodies = "".join(post["body"] for post in posts)
    for trap in ("}{", "}\n{", '"', "\u2028", "🙂", "é", "\\n"):
        assert trap in bodies, trap
    assert all(
        v["userId"] and isinstance(v["properties"]["user_id"], int) and str(v["properties"]["user_id"]) != v["userId"]
        for v in originals
        if v.get("event") in ("Follow User", "Unfollow User")
    )

    traits = [value["traits"] for value in originals if value["type"] == "identify"]
    names = {"about_me", "email", "last_seen", "location", "username"}
    assert set().union(*traits) == names
    assert {len(trait) for trait in traits} == set(range(6))
    assert {None, ""} < {trait.get("about_me", 0) for trait in traits}


def test_every_spelling_of_the_envelope_occurs(clean: Run) -> None:
    originals = clean.originals

    def spellings(name: str) -> set[str]:
        return {re.sub(r"\d", "9", json.dumps(value[name])).strip('"') for value in originals}

    zulu = {"9999-99-99T99:99:99.999Z", "9999-99-99T99:99:99.99Z", "9999-99-99T99:99:99Z"}
    zones = {"9999-99-99T99:99:99.999999+99:99", "9999-99-99T99:99:99.999+99:99"}
    assert spellings("timestamp") == zulu | zones
    assert {value["timestamp"][-6:] for value in originals} > {"+00:00", "+05:30"}
    assert spellings("receivedAt") == {"9999-99-99T99:99:99.999Z"}
    assert spellings("sentAt") == {"9999-99-99T99:99:99.999999+99:99", "null"}
    assert spellings("version") == {"9", "9.9"}
    assert [] in [value["context"] for value in originals]
    assert [] in [value["integrations"] for value in originals]


def test_timestamp_is_the_call_corrected_by_the_devices_skew(clean: Run) -> None:
    exact = [value for value in clean.originals if value["sentAt"] and len(value["timestamp"]) > 23]
    for value in exact:
        skew = moment(value["sentAt"]) - moment(value["originalTimestamp"])
        rest = moment(value["receivedAt"]) - skew - moment(value["timestamp"])
        assert abs(rest) < timedelta(milliseconds=2)  # sentAt and some timestamps have digits below


def test_a_repeat_differs_from_its_original_in_receivedat_only(clean: Run) -> None:
    copies: dict[str, list[tuple[str, Json]]] = {}
    for part, value in clean.documents:
        copies.setdefault(value["messageId"], []).append((part.key, value))
    places: Counter[str] = Counter()
    for (first_key, original), *repeats in copies.values():
        for key, repeat in repeats:
            assert repeat | {"receivedAt": ""} == original | {"receivedAt": ""}
            came, again = moment(original["receivedAt"]), moment(repeat["receivedAt"])
            assert came < again
            assert came.date() == again.date()
            same_hour = came.hour == again.hour
            places["object" if key == first_key else "hour" if same_hour else "day"] += 1
    assert places.total() == clean.made.duplicates
    assert min(places[place] for place in ("object", "hour", "day")) > 0.1 * clean.made.duplicates


def test_follows_and_unfollows_come_in_every_order(clean: Run) -> None:
    pairs: dict[tuple[str, int], list[tuple[datetime, datetime, str]]] = {}
    for value in clean.originals:
        if value.get("event") in ("Follow User", "Unfollow User"):
            call = moment(value["timestamp"]), moment(value["receivedAt"]), value["event"][0]
            pairs.setdefault((value["userId"], value["properties"]["user_id"]), []).append(call)
    as_called = Counter("".join(call[2] for call in sorted(calls)) for calls in pairs.values())
    for order in ("F", "FU", "U", "UF", "FUF"):
        assert as_called[order] > 100, order
    overtaken = 0
    for calls in pairs.values():
        arrived = sorted(calls, key=lambda call: call[1])
        overtaken += any(a[2] == "U" and b[2] == "F" and b[0] < a[0] for a, b in pairwise(arrived))
    assert overtaken > 300


def test_objects_are_named_and_framed_as_firehose_does(clean: Run, dirty: Run) -> None:
    lags: Counter[float] = Counter()
    for key, pieces in (clean.read | dirty.read).items():
        name = KEY.fullmatch(key)
        assert name, key
        assert name["at"][:13] == name["hour"].replace("/", "-")
        if not name["folder"]:
            arrived = min(part.value["receivedAt"] for part in pieces if part.value)
            lag = moment(arrived[:13] + ":00Z") - moment(name["hour"].replace("/", "-", 2).replace("/", "T") + ":00Z")
            lags[lag / timedelta(hours=1)] += 1
    assert set(lags) == {0, 1, 2}
    assert 0.005 < (lags[1] + lags[2]) / lags.total() < 0.03

    # One to three, and now and then one more that was delivered late.
    assert max(Counter(key[:13] for key in clean.objects).values()) <= 4
    assert 1.8 < len(clean.objects) / (14 * 24) < 2.2

    framings = Counter(frozenset(p.text for p in pieces if p.value is None) for pieces in clean.read.values())
    assert framings[frozenset()] > len(clean.objects) / 2
    assert framings[frozenset({"\n"})] > 20
    assert framings[frozenset({"\n", "\r\n", "\n\n"})] > 20


def test_dirt_mislabels_objects_and_renames_streams(dirty: Run) -> None:
    zipped = Counter((key.endswith(".gz"), data[:2] == b"\x1f\x8b") for key, data in dirty.objects.items())
    assert len(zipped) == 4
    assert zipped[(True, False)] + zipped[(False, True)] < 0.1 * zipped.total() + 10
    assert 0.05 < sum("/app-events-2-12-2026-" in key for key in dirty.objects) / len(dirty.objects) < 0.15


def test_error_objects(dirty: Run) -> None:
    keys = [key for key in dirty.objects if is_error(key)]
    a_day = Counter((key.split("/")[0], key.split("/")[3]) for key in keys)
    folders = Counter(folder for folder, _ in a_day.elements())
    assert folders["processing-failed"] == 2 * 8
    assert 8 < folders["format-conversion-failed"] <= 2 * 8
    names: set[str] = set()
    kinds: set[type] = set()
    raws: set[bool] = set()
    for key in keys:
        read = [part.value for part in dirty.read[key] if part.value]
        assert 1 <= len(read) <= 3
        for value in read:
            names |= value.keys()
            kinds.add(type(value["arrivalTimestamp"]))
            raw = base64.b64decode(value["rawData"], validate=True)
            raws.add(bool(raw))
            assert not raw or json.loads(raw)["messageId"]
            assert int(value["arrivalTimestamp"]) < value["attemptEndingTimestamp"]
            hour = datetime.fromtimestamp(int(value["arrivalTimestamp"]) / 1000, UTC)
            assert f"{hour:%Y/%m/%d/%H}/" in key
    assert names >= {"lambdaArn", "lambdaARN", "errorCode", "lastErrorCode", "ErrorCode", "dataCatalogTable"}
    assert (kinds, raws) == ({int, str}, {True, False})


def test_the_default_is_a_hundred_thousand_events() -> None:
    put: Counter[str] = Counter()
    made = make(lambda key, data: put.update(objects=1, bytes=len(data)), until=date(2026, 3, 15))
    assert (put["objects"], put["bytes"]) == (made.objects, made.bytes)
    assert 95_000 < made.events < 106_000
    assert 0.0015 < (made.broken + made.uncastable) / made.events / 0.8 < 0.0025  # eight of the ten kinds


def test_scale_grows_events_and_users() -> None:
    texts = [plain(data) for _, data in generate_hour(datetime(2026, 3, 2, 12, tzinfo=UTC), scale=20, seed=1, dirt=0)]
    found = [json.loads(user) for text in texts for user in re.findall(r'"userId":("\d+")', text)]
    assert 6_500 < len(found) < 9_500
    assert 8_500 < max(map(int, found)) <= 2000 * 20**0.5


def test_memory_holds_about_one_object_whatever_the_number_of_hours() -> None:
    """Four hours at night: 9,000 events, 4.6 MB of text, at most 1.8 MB in an object."""
    stored = 0
    tracemalloc.start()
    for hour in range(4, 8):
        for _, data in generate_hour(datetime(2026, 3, 2, hour, tzinfo=UTC), scale=20, seed=1, dirt=0.002):
            stored += len(data)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stored > 3_300_000
    assert held < 3_000_000


def test_an_object_is_closed_at_five_mebibytes() -> None:
    hour = datetime(2026, 3, 2, 12, tzinfo=UTC)
    sizes = [len(plain(data).encode()) for _, data in generate_hour(hour, scale=100, seed=1, dirt=0)]
    assert len(sizes) >= 4
    assert 5 * 2**20 <= max(sizes) < 5 * 2**20 + 5000
