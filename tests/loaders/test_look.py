"""What a look at a drop passes over: named with an example, never hidden by a wrong address, key, clock or period."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from loaders.errors import ConfigurationError
from loaders.lake import Store, open_store
from loaders.log import Commit, Log
from loaders.periods import period_in
from loaders.sources import files
from loaders.sources import look as look_module
from loaders.sources.drop import FileDrop, introduce

HOURLY = "{year}/{month}/{day}/{hour}/{object}"
TYPED = "type={type}/year={year}/month={month}/day={day}/hour={hour}/{object}"

HIVE = "year={year}/month={month}/day={day}/hour={hour}/{object}"


class Clock:
    """What the loader takes for now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = self
        self.at = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)

        class Stopped(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return clock.at

        monkeypatch.setattr(files, "datetime", Stopped)
        monkeypatch.setattr(look_module, "datetime", Stopped)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


@pytest.fixture
def source(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "drop"))


def declared(source: Store, keys: str = HOURLY, look_back: str = "26h", **options: Any) -> FileDrop:
    fields = {"source": "shop", "name": "orders", "loader": "files", "format": "json", "record_key": "id"}
    return FileDrop.model_validate({**fields, "location": source.url, "keys": keys, "look_back": look_back, **options})


def load(lake: Store, drop: FileDrop, since: datetime | None = None, until: datetime | None = None) -> list[Commit]:
    return list(files.load(lake, drop, since, until))


def put(source: Store, *keys: str) -> None:
    for key in keys:
        source.put(key, b'{"id":1}')


def keys_loaded(lake: Store, stream: str = "orders") -> list[str]:
    return [line["key"] for line in Log(lake, "shop", stream).lines("input")]


def warnings_of(lake: Store) -> list[str]:
    seen = Log(lake, "shop", "orders").note("_seen")
    assert seen is not None
    return list(seen["warnings"])


def written(source: Store, key: str, at: datetime) -> None:
    import os

    put(source, key)
    os.utime(Path(source.url) / key, (at.timestamp(),) * 2)


# --- a first load that finds nothing of what is there ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "look_back", "key"),
    [
        (HOURLY, "26h", "web-data/raw/2026/03/02/14/a"),
        (HOURLY, "26h", "year=2026/month=03/day=02/hour=14/a"),
        (HOURLY, "26h", "2026-03-02/14/a"),
        (HOURLY, "26h", "2026/month=03/day=02/hour=14/a"),
        (HOURLY, "26h", "2062/03/02/14/a"),
        (HOURLY, "26h", "2026/13/02/14/a"),
        (HOURLY, "26h", "events.json"),
        (TYPED, "26h", "2026/03/02/14/a"),
        (TYPED, "26h", "raw/type=track/year=2026/month=03/day=02/hour=14/a"),
        (TYPED, "26h", "events.json"),
        ("{degree}/{object}", "all", "2026/03/02/14/a"),
    ],
    ids=str,
)
def test_a_first_load_of_which_nothing_matches_fails(
    lake: Store, source: Store, keys: str, look_back: str, key: str
) -> None:
    put(source, key)
    with pytest.raises(ConfigurationError) as caught:
        load(lake, declared(source, keys, look_back))
    assert str(caught.value) == (
        f"{source.url}: nothing of it is this stream's, though objects exist, such as {key!r}; expected "
        f"keys like {keys}, dated no later than tomorrow; correct SHOP_URL or the "
        "stream's `location`, which may be a level too high or too low, or its `keys`"
    )
    log = Log(lake, "shop", "orders")
    assert (log.newest(), log.note("_seen")) == (None, None)


def test_a_drop_that_is_empty_or_holds_only_what_is_others_has_no_news(lake: Store, source: Store) -> None:
    source.put("a", b"")
    source.delete("a")
    orders = declared(source)
    assert load(lake, orders) == []
    put(source, "processing-failed/2026/03/02/14/e", "returns/2026.json")
    returns = declared(source, "returns/{year}.json", "all", name="returns")
    introduce([orders, returns])
    assert load(lake, orders) == []
    put(source, "README")  # beside what is known it is a warning only
    assert load(lake, orders) == []
    assert warnings_of(lake) == [f"1 keys do not match {HOURLY} nor any other stream's keys, such as 'README'"]
    source.delete("returns/2026.json")
    for drop in (orders, returns):  # that README is neither's, whoever is the one to warn of it
        with pytest.raises(ConfigurationError, match="such as 'README'"):
            load(lake, drop)


def test_such_a_load_is_a_failure_on_the_command_line(project: Path, headwater: Callable[..., Result]) -> None:
    (project / "drop" / "raw").mkdir()
    (project / "drop" / "raw" / "a.json").write_text("{}")
    result = headwater("load", "shop.orders")
    assert result.exit_code == 1
    assert "Error: shop.orders: drop/: nothing of it is this stream's, though objects exist" in result.stderr
    [status] = json.loads(headwater("status", "shop.orders", "--json").stdout)
    assert (status["looked_at"], status["failure"]["error"]) == (None, "ConfigurationError")


# --- keys outside the window ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "first", "strange"),
    [
        (HOURLY, "2026/03/02/14/a", ["web-data/2026/03/02/14/b", "web-data/2026/03/02/14/c"]),
        (HOURLY, "2026/03/02/14/a", ["year=2026/month=03/b"]),
        (HOURLY, "2026/03/02/14/a", ["2026-03-02/14/b"]),
        (HOURLY, "2026/03/02/14/a", ["2026/month=03/b"]),
        (HOURLY, "2026/03/02/14/a", ["zz"]),
        (HOURLY, "2026/03/02/14/a", ["1.txt"]),
        (HIVE, "year=2026/month=03/day=02/hour=14/a", ["README", "x.txt"]),
        (TYPED, "type=a/year=2026/month=03/day=02/hour=14/a", ["README", "x.txt"]),
        (TYPED, "type=a/year=2026/month=03/day=02/hour=14/a", ["type=a/README", "type=a/x.txt"]),
        (TYPED, "type=a/year=2026/month=03/day=02/hour=14/a", ["2026/03/02/14/b"]),
        (TYPED, "type=a/year=2026/month=03/day=02/hour=14/a", ["type=a/2026/03/02/14/b"]),
    ],
    ids=str,
)
def test_keys_outside_the_window_are_warned_of_when_they_come(
    lake: Store, source: Store, keys: str, first: str, strange: list[str]
) -> None:
    drop = declared(source, keys)
    put(source, first)
    assert [commit.warnings for commit in load(lake, drop)] == [[]]
    put(source, *strange)
    assert load(lake, drop) == []
    assert warnings_of(lake) == [f"{len(strange)} keys do not match {keys}, such as {strange[0]!r}"]


def test_one_key_of_a_year_to_come_hides_nothing_behind_it(lake: Store, source: Store) -> None:
    put(source, "2026/03/02/14/a", "2062/03/02/14/b", "2026/13/02/14/c", "raw/d")
    assert [commit.warnings for commit in load(lake, declared(source))] == [
        [
            f"1 keys do not match {HOURLY}, such as 'raw/d'",
            "1 keys are dated after tomorrow, such as '2062/03/02/14/b'; they are loaded when that day comes",
            "1 keys name a time that does not exist in {year}/{month}/{day}/{hour}, such as '2026/13/02/14/c'; not "
            "loaded; rename them",
        ]
    ]
    assert keys_loaded(lake) == ["2026/03/02/14/a"]


def test_a_million_foreign_keys_cost_a_few_requests(
    lake: Store, source: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_module, "_OF_A_FOLDER", 3)
    monkeypatch.setattr(look_module, "_FOLDERS", 2)
    put(source, "2026/03/02/14/a", *(f"a/{n}" for n in range(9)), *(f"b/{n}" for n in range(9)), "c/1")
    put(source, *(f"processing-failed/2026/03/02/14/{n}" for n in range(9)))
    [made] = load(lake, declared(source))
    assert made.warnings == [f"at least 6 keys do not match {HOURLY}, such as 'a/0'"]


# --- times that do not exist ----------------------------------------------------------------------------------------


def test_a_month_13_is_loaded_with_a_warning_and_is_of_no_period(lake: Store, source: Store) -> None:
    drop = declared(source, "{degree}/{year}/{month}/a.csv", "all")
    put(source, "art/2021/12/a.csv", "art/2021/13/a.csv")
    told = "1 keys name a time that does not exist in {year}/{month}, such as 'art/2021/13/a.csv'; "
    [made] = load(lake, drop, datetime(2021, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    assert keys_loaded(lake) == ["art/2021/12/a.csv"]
    assert made.warnings == [
        told + "loaded without a time; rename them if it matters",
        "1 keys name no time, such as 'art/2021/13/a.csv'; not loaded, as a period was given; `headwater load` without "
        "one takes them",
    ]
    [made] = load(lake, drop)
    assert keys_loaded(lake) == ["art/2021/13/a.csv", "art/2021/12/a.csv"]
    assert made.warnings == [told + "loaded without a time; rename them if it matters"]


# --- periods --------------------------------------------------------------------------------------------------------


def test_a_period_leaves_out_files_whose_names_tell_none(lake: Store, source: Store) -> None:
    names = ["2020.csv", "2021_01.csv", "1T2021.csv", "q_2021_tri_04.csv", "2021-04.csv", "ranking.csv"]
    put(source, *(f"complaints/{name}" for name in names))
    first, second = datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 7, 1, tzinfo=UTC)
    [made] = load(lake, declared(source, "complaints/{file}", "all", dated_by="file"), first, second)
    assert sorted(keys_loaded(lake)) == ["complaints/1T2021.csv", "complaints/2021-04.csv", "complaints/2021_01.csv"]
    assert made.warnings == [
        "1 keys name no time, such as 'complaints/ranking.csv'; not loaded, as a period was given; `headwater load` "
        "without one takes them",
    ]


def test_a_period_takes_nothing_of_a_drop_whose_keys_name_no_time(lake: Store, source: Store) -> None:
    put(source, "a.json", "b.json")
    drop = declared(source, "{file}", "all")
    assert load(lake, drop, since=datetime(2021, 1, 1, tzinfo=UTC)) == []
    assert warnings_of(lake) == [
        "2 keys name no time, such as 'a.json'; not loaded, as a period was given; `headwater load` without one takes "
        "them"
    ]
    assert [commit.landed for commit in load(lake, drop)] == [2]


def test_a_period_takes_what_it_overlaps(lake: Store, source: Store) -> None:
    put(source, "2025.json", "2026.json", "2027.json")
    march = datetime(2026, 3, 15, tzinfo=UTC)
    load(lake, declared(source, "{year}.json", "all"), march, march + timedelta(days=1))
    assert keys_loaded(lake) == ["2026.json"]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2021_01.csv", "2021-01-01", "2021-02-01"),
        ("2021-04.csv", "2021-04-01", "2021-05-01"),
        ("202112.csv", "2021-12-01", "2022-01-01"),
        ("1T2023.csv", "2023-01-01", "2023-04-01"),
        ("4t_2022.csv", "2022-10-01", "2023-01-01"),
        ("Bancos e financeiras - Reclamacoes 4º trimestre 2021", "2021-10-01", "2022-01-01"),
        ("1º trimestre de 2021", "2021-01-01", "2021-04-01"),
        ("2021_tri_03.csv", "2021-07-01", "2021-10-01"),
        ("q_2021_tri_04.csv", "2021-10-01", "2022-01-01"),
        ("2021Q2", "2021-04-01", "2021-07-01"),
        ("q3-2020", "2020-07-01", "2020-10-01"),
        ("2021-11-03", "2021-11-03", "2021-11-04"),
        ("2026-1-5", "2026-01-05", "2026-01-06"),
        ("00123456__20220804_162138", "2022-08-04", "2022-08-05"),
        ("20220804_162138", "2022-08-04", "2022-08-05"),
        ("2021.csv", "2021-01-01", "2022-01-01"),
    ],
)
def test_names_tell_periods(text: str, start: str, end: str) -> None:
    assert period_in(text) == tuple(datetime.fromisoformat(f"{day}T00:00:00+00:00") for day in (start, end))


@pytest.mark.parametrize("text", ["", "ranking.csv", "2021-13.csv", "2021-02-30", "12021", "20212", "data-1900"])
def test_names_tell_no_period(text: str) -> None:
    assert period_in(text) is None


# --- clocks ---------------------------------------------------------------------------------------------------------


def test_a_clock_a_year_ahead_and_a_key_of_its_year_hide_nothing(lake: Store, source: Store, clock: Clock) -> None:
    drop, now = declared(source), clock.at
    put(source, "2026/03/02/14/a")
    load(lake, drop)
    clock.at = now + timedelta(days=365)
    written(source, "2027/03/02/14/wrong", clock.at)
    [made] = load(lake, drop)
    assert made.state["listed_at"] == "2027-03-02T15:30:00+00:00"
    clock.at = now + timedelta(days=5)
    put(source, "2026/03/02/16/b", "2026/03/07/14/c")
    [made] = load(lake, drop)
    assert sorted(keys_loaded(lake)) == ["2026/03/02/14/a", "2026/03/02/16/b", "2026/03/07/14/c", "2027/03/02/14/wrong"]
    assert made.warnings[0] == (
        "it is 2026-03-07T15:30 UTC, and the state has the last look at 2027-03-02T15:30:00+00:00 and the newest key "
        "at 2027-03-02T14:00:00+00:00; all keys are listed, as a clock was wrong; set this one if it is"
    )
    assert (made.state["watermark"], made.state["listed_at"][:10]) == ("2026-03-07T14:00:00+00:00", "2026-03-07")
    assert load(lake, drop) == []
    assert [w for w in warnings_of(lake) if "clock" in w] == []


def test_a_clock_ahead_of_the_store_goes_by_the_store(lake: Store, source: Store, clock: Clock) -> None:
    drop, now = declared(source), clock.at
    written(source, "2026/03/02/14/a", now - timedelta(minutes=10))
    clock.at = now + timedelta(days=20)
    written(source, "2026/03/22/14/wrong", now - timedelta(minutes=5))
    [made] = load(lake, drop)
    assert made.state["listed_at"] == "2026-03-02T15:25:00+00:00"
    assert made.state["watermark"] == "2026-03-02T14:00:00+00:00"
    clock.at = now + timedelta(days=22)
    written(source, "2026/03/12/14/b", now + timedelta(days=10))
    assert [commit.landed for commit in load(lake, drop)] == [1]


def test_a_crawl_that_began_in_the_future_is_begun_anew(
    lake: Store, source: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "COMMIT_INPUTS", 1)
    drop, now = declared(source), clock.at
    put(source, "2026/03/02/12/a", "2026/03/02/13/b")
    clock.at = now + timedelta(days=365)
    next(files.load(lake, drop, None, None))
    clock.at = now
    put(source, "2026/03/02/11/earlier")
    load(lake, drop)
    assert sorted(keys_loaded(lake)) == ["2026/03/02/11/earlier", "2026/03/02/12/a", "2026/03/02/13/b"]
