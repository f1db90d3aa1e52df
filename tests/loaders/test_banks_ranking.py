"""The loader of the complaint ranking: what is asked, what lands of it, and what a service does that has no file."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from loaders.declarations import read_declarations
from loaders.demo.banks_api import BanksStandIn, Request, Scripted, serve
from loaders.errors import ConfigurationError, HeadwaterError, UnavailableError
from loaders.lake import Store, open_store
from loaders.log import Commit, Log
from loaders.registry import KINDS
from loaders.sources import banks, banks_ranking, files
from loaders.sources.banks import RankingStream
from loaders.sources.drop import FileDrop

NOW = datetime(2022, 12, 1, 10, 15, tzinfo=UTC)
STREAM = RankingStream(source="banks", name="complaints", loader="bcb_ranking", land_as="parquet", record_key="Ano")
BANKS, CONSORTIA = "Bancos e financeiras", "Consórcios"
HTML = b"<!DOCTYPE html>\n<html><body>Servi\xe7o;indispon\xedvel</body></html>\n"
FILE = "Ano;Trimestre;Índice;Clientes \u2013 CCS;\n2021;1º;1.054,80;41714;\n2021;1º; ;310245;\n".encode("windows-1252")
ROWS = [
    '{"Ano":"2021","Trimestre":"1º","Índice":"1.054,80","Clientes \u2013 CCS":"41714","":""}',
    '{"Ano":"2021","Trimestre":"1º","Índice":" ","Clientes \u2013 CCS":"310245","":""}',
]
Q1 = "TRIMESTRAL/2021/1/bancos_e_financeiras.csv"
SOURCES = """\
sources:
  - name: banks
    tables:
      - name: complaints
        config: {meta: {loader: bcb_ranking, land_as: parquet, record_key: Ano}}
"""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BanksStandIn]:
    with serve(now=lambda: NOW, institutions=6) as stand_in:
        monkeypatch.setenv("BANKS_RANKING_URL", stand_in.ranking_url)
        monkeypatch.setenv("BANKS_REQUESTS_PER_SECOND", "1000")
        yield stand_in


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    told: list[float] = []
    monkeypatch.setattr("loaders.http.time", SimpleNamespace(sleep=told.append))
    return told


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


def load(lake: Store, since: datetime | None = None, until: datetime | None = None) -> list[Commit]:
    return list(banks.load_ranking(lake, [STREAM], since, until))


def listed(api: BanksStandIn, *periods: tuple[object, str, object, str]) -> None:
    """Has the next catalogue list these and nothing else: year, periodicity, period, kind."""
    years = []
    for year, periodicity, number, kind in periods:
        one = {"periodo": number, "tipos": [{"tipo": kind, "total": 1}]}
        years.append({"ano": year, "periodicidades": [{"periodicidade": periodicity, "periodos": [one]}]})
    body = json.dumps({"anos": years, "versao": 2}).encode()
    api.script.append(lambda request: None if "arquivo" in request.path else Scripted(body=body))


def answered(api: BanksStandIn, body: bytes = b"", status: int = 200, times: int = 1, **params: str) -> None:
    """Has the next requests for a file, or for that one, be answered so."""

    def answer(request: Request) -> Scripted | None:
        is_meant = request.path.endswith("/arquivo") and params.items() <= request.params.items()
        return Scripted(status=status, body=body) if is_meant else None

    api.script.extend([answer] * times)


def asked(api: BanksStandIn) -> list[str]:
    """The files that were asked for, in the order of the requests, which are then forgotten."""
    params = [request.params for request in api.requests if request.path.endswith("/arquivo")]
    api.requests.clear()
    return ["{periodicidade}/{ano}/{periodo}/{tipo}".format(**one) for one in params]


def inputs(lake: Store, seq: int, stream: str = "complaints") -> list[dict[str, Any]]:
    return Log(lake, "banks", stream).commit_lines(seq, "input")


def values(lake: Store, stream: str = "complaints") -> list[str]:
    keys = [entry.key for entry in lake.entries(f"raw/banks/{stream}/")]
    return [row["value"] for key in keys for row in pq.read_table(io.BytesIO(content(lake, key))).to_pylist()]


def content(lake: Store, key: str) -> bytes:
    return b"".join(lake.chunks(key))


def test_a_file_lands_verbatim_with_what_was_asked_and_its_bytes_are_kept(api: BanksStandIn, lake: Store) -> None:
    listed(api, ("2021", "TRIMESTRAL", 1, BANKS))
    answered(api, FILE)
    [made] = load(lake)
    assert (made.landed, made.rejected, made.warnings) == (2, 0, [])
    assert made.state == {"watermark": "2021-03-31T00:00:00+00:00"}
    assert values(lake) == ROWS
    [line] = inputs(lake, 1)
    assert (line["key"], line["version"]) == (Q1, hashlib.sha256(FILE).hexdigest())
    assert json.loads(line["params"]) == {
        "year": "2021",
        "periodicity": "TRIMESTRAL",
        "period": "1",
        "kind": "Bancos e financeiras",
        "fetched_at": "2022-12-01T10:15:00Z",
    }
    [kept] = [entry.key for entry in lake.entries("files/")]
    assert kept == f"files/banks/complaints/load_seq=1/{made.load_id}-0000.csv"
    assert content(lake, kept) == FILE
    assert asked(api) == ["TRIMESTRAL/2021/1/Bancos e financeiras"]


def test_every_file_of_every_kind_but_of_consortia_is_asked_for_once(api: BanksStandIn, lake: Store) -> None:
    [made] = load(lake)
    requests = asked(api)
    assert len(requests) == len({*requests}) == len(inputs(lake, 1))
    assert {request.rpartition("/")[2] for request in requests} == {BANKS}
    for periodicity in ("MENSAL/2014/7", "BIMESTRAL/2016/6", "SEMESTRAL/2014/2", "TRIMESTRAL/2022/3"):
        assert f"{periodicity}/{BANKS}" in requests
    assert f"TRIMESTRAL/2022/2/{BANKS}" not in requests  # which was never published
    assert made.state == {"watermark": "2022-09-30T00:00:00+00:00"}
    listed(
        api, (2025, "TRIMESTRAL", 1, CONSORTIA), (2025, "TRIMESTRAL", 1, "CONSORCIOS"), (2025, "MENSAL", 2, "São João")
    )
    load(lake)
    assert asked(api) == ["MENSAL/2025/2/São João"]


def test_what_has_not_changed_is_not_landed_again_and_what_has_is(api: BanksStandIn, lake: Store) -> None:
    load(lake)
    count = len(asked(api))
    assert load(lake) == []
    assert len(asked(api)) == count
    assert Log(lake, "banks", "complaints").note("_seen") is not None
    api.world.restate(2021, 1)
    [made] = load(lake)
    assert [line["key"] for line in inputs(lake, 2)] == [Q1]
    assert inputs(lake, 2)[0]["version"] not in {line["version"] for line in inputs(lake, 1)}
    assert made.state == {"watermark": "2022-09-30T00:00:00+00:00"}  # of all that was ever landed
    assert load(lake) == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, HTML),
        (400, b'{"mensagem":"?"}'),
        (403, b""),
        (200, b""),
        (200, b"\n\r\n"),
        (200, b"Ano;Trimestre;\n"),
        (200, HTML),
        (200, b"\xef\xbb\xbf \n" + HTML),
        (200, b'{\n"codigo": 404,\n"mensagem": "?"\n}\n'),
        (200, b"[\n1\n]"),
        (200, b"Erro interno\nTente mais tarde\n"),
    ],
)
def test_what_the_catalogue_lists_and_is_not_there_is_told_and_lands_nothing(
    api: BanksStandIn, lake: Store, status: int, body: bytes
) -> None:
    listed(api, (2021, "TRIMESTRAL", 1, BANKS), (2021, "TRIMESTRAL", 2, BANKS))
    answered(api, body, status, periodo="1")
    answered(api, FILE, periodo="2")
    [made] = load(lake)
    assert [line["key"] for line in inputs(lake, 1)] == [Q1.replace("/1/", "/2/")]
    [warning] = made.warnings
    assert warning.startswith(f"{Q1} is in the catalogue and not there: ")
    assert (made.rejected, len(list(lake.entries("files/")))) == (0, 1)


def test_a_service_that_forbids_every_file_has_failed(api: BanksStandIn, lake: Store) -> None:
    listed(api, (2021, "TRIMESTRAL", 1, BANKS), (2021, "TRIMESTRAL", 2, BANKS))
    answered(api, status=403, times=2)
    with pytest.raises(HeadwaterError, match=r"^2 of 2 were not answered, and are asked again by the next load: "):
        load(lake)
    assert Log(lake, "banks", "complaints").note("_seen") is None  # or it would be fresh


def test_a_file_that_is_gone_again_stays_as_it_was(api: BanksStandIn, lake: Store) -> None:
    for body in (FILE, b"", FILE):
        listed(api, (2021, "TRIMESTRAL", 1, BANKS))
        answered(api, body)
        load(lake)
    assert values(lake) == ROWS


@pytest.mark.parametrize(
    ("body", "row"),
    [
        (b"Ano;x\n2021;y\n", '{"Ano":"2021","x":"y"}'),
        (b"id;name;\n1;x\n", '{"id":"1","name":"x","":""}'),
        (b"Ano,x\n2021,y\n", '{"Ano,x":"2021,y"}'),
        ("Ano;Índice\n2021;1º;\n".encode(), '{"Ano":"2021","Índice":"1º"}'),
        ("\ufeffAno;Índice;\r\n2021;1º\r\n".encode(), '{"Ano":"2021","Índice":"1º","":""}'),
    ],
)
def test_a_layout_that_nobody_knows_is_landed_all_the_same(
    api: BanksStandIn, lake: Store, body: bytes, row: str
) -> None:
    listed(api, (2021, "TRIMESTRAL", 1, BANKS))
    answered(api, body)
    [made] = load(lake)
    assert (made.landed, made.rejected, values(lake)) == (1, 0, [row])


def test_rows_that_cannot_be_read_are_rejects_of_their_file(api: BanksStandIn, lake: Store) -> None:
    listed(api, (2021, "TRIMESTRAL", 1, BANKS))
    answered(api, FILE + b"2021;1\n2021;\x81;1;2;\n")
    [made] = load(lake)
    assert (made.landed, made.rejected, inputs(lake, 1)[0]["rejects"]) == (2, 2, 2)


def test_a_file_that_fails_stops_no_other_and_is_asked_for_again(
    api: BanksStandIn, project: Path, waits: list[float], headwater: Callable[..., Result]
) -> None:
    (project / "models" / "_shop__sources.yml").write_text(SOURCES)
    for _ in range(2):
        listed(api, (2021, "TRIMESTRAL", 1, BANKS), (2021, "TRIMESTRAL", 2, BANKS))
    answered(api, HTML, 500, times=3, periodo="1")
    result = headwater("load", "banks")
    assert result.exit_code == 1
    told = (
        "1 of 2 were not answered, and are asked again by the next load: TRIMESTRAL/2021/1/bancos_e_financeiras.csv; "
        "the first: 127.0.0.1"
    )
    assert told in result.stderr
    assert ": 500 <!DOCTYPE html>" in result.stderr
    assert "banks.complaints: load 1: " in result.stdout
    assert waits == [pytest.approx(1.5, abs=0.5), pytest.approx(2.5, abs=0.5)]
    assert f"failed: banks.complaints: {datetime.now(UTC):%Y-%m-%d}" in headwater("status").stdout
    asked(api)
    assert headwater("load", "banks").exit_code == 0
    assert len(asked(api)) == 2
    assert [line["key"] for line in inputs(open_store("lake"), 2)] == [Q1]
    assert "failed" not in headwater("status").stdout


def test_a_service_that_is_down_is_not_asked_for_every_file(
    api: BanksStandIn, lake: Store, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks_ranking, "GIVE_UP", 2)
    monkeypatch.setattr(banks, "GIVE_UP", 2)
    listed(api, *((2021, "TRIMESTRAL", period, BANKS) for period in (1, 2, 3, 4)))
    answered(api, HTML, 503, times=3, periodo="1")
    answered(api, HTML, 503, times=3, periodo="2")
    with pytest.raises(HeadwaterError, match=r"^2 of 4 .*; 2 in a row, so that the rest was not"):
        load(lake)
    assert len(asked(api)) == 6
    assert Log(lake, "banks", "complaints").note("_seen") is None


def test_files_that_fail_here_and_there_are_no_service_that_is_down(
    api: BanksStandIn, lake: Store, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks_ranking, "GIVE_UP", 2)
    listed(api, *((2021, "TRIMESTRAL", period, BANKS) for period in (1, 2, 3, 4)))
    for period in "13":
        answered(api, HTML, 503, times=3, periodo=period)
    with pytest.raises(HeadwaterError, match=r"^2 of 4 .*/3/bancos_e_financeiras\.csv; the first: "):
        load(lake)
    assert len(inputs(lake, 1)) == 2


def test_a_file_that_is_not_there_is_an_answer_of_the_service(
    api: BanksStandIn, lake: Store, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks_ranking, "GIVE_UP", 2)
    listed(api, *((2021, "TRIMESTRAL", period, BANKS) for period in (1, 2, 3, 4)))
    for period in "13":
        answered(api, HTML, 503, times=3, periodo=period)
    answered(api, HTML, 404, periodo="2")
    with pytest.raises(HeadwaterError, match=r"^2 of 4 .*/3/bancos_e_financeiras\.csv; the first: "):
        load(lake)
    assert len(inputs(lake, 1)) == 1


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2016-06", "2016-07", ["MENSAL/6", "SEMESTRAL/1"]),
        ("2016-07", "2016-08", ["MENSAL/7", "BIMESTRAL/4", "TRIMESTRAL/3", "SEMESTRAL/2"]),
        ("2016-08", "2016-09", ["BIMESTRAL/4", "TRIMESTRAL/3", "SEMESTRAL/2"]),
        ("2016-09", "2016-10", ["TRIMESTRAL/3", "SEMESTRAL/2"]),
        ("2016-10", None, ["SEMESTRAL/2", "TRIMESTRAL/1"]),
        ("2017-01", None, ["TRIMESTRAL/1"]),
        (None, "2016-06", ["SEMESTRAL/1"]),
        ("2018-01", None, []),
    ],
)
def test_a_period_takes_in_what_overlaps_it(
    api: BanksStandIn, lake: Store, since: str | None, until: str | None, found: list[str]
) -> None:
    listed(
        api,
        (2016, "MENSAL", "6", BANKS),
        (2016, "MENSAL", "7", BANKS),
        (2016, "BIMESTRAL", 4, BANKS),
        (2016, "TRIMESTRAL", 3, BANKS),
        (2016, "SEMESTRAL", 1, BANKS),
        (2016, "SEMESTRAL", 2, BANKS),
        (2017, "TRIMESTRAL", 1, BANKS),
    )
    ends = [datetime.fromisoformat(f"{end}-01T00:00:00+00:00") if end else None for end in (since, until)]
    load(lake, *ends)
    parts = [request.split("/") for request in asked(api)]
    assert [f"{of}/{number}" for of, _, number, _ in parts] == found


def test_a_periodicity_that_nobody_knows_is_of_its_whole_year(api: BanksStandIn, lake: Store) -> None:
    for since in (datetime(2016, 12, 31, tzinfo=UTC), datetime(2017, 1, 1, tzinfo=UTC)):
        listed(api, (2016, "ANUAL", 1, BANKS))
        load(lake, since)
    assert asked(api) == ["ANUAL/2016/1/Bancos e financeiras"]


@pytest.mark.parametrize(
    "body", [HTML, b"{}", b'{"anos":[{"ano":"2021","periodicidades":[{"periodicidade":"A/B","periodos":[]}]}]}']
)
def test_what_is_no_catalogue_is_an_error(api: BanksStandIn, lake: Store, waits: list[float], body: bytes) -> None:
    api.script.extend([Scripted(body=body)] * 3)
    with pytest.raises(UnavailableError, match=r"^127\.0\.0\.1:\d+: expected JSON"):
        load(lake)
    assert len(waits) == 2


def test_a_file_in_a_drop_gives_the_same_rows(api: BanksStandIn, lake: Store, tmp_path: Path) -> None:
    models = Path(__file__).parents[2] / "models"
    [drop] = [s for s in read_declarations(models, KINDS) if (s.source, s.name) == ("banks", "complaint_files")]
    assert isinstance(drop, FileDrop)
    place = open_store(str(tmp_path / "drop"))
    load(lake)
    kept = [entry.key for entry in lake.entries("files/")]
    for key in kept:
        place.put(f"complaints/{key.rpartition('-')[2]}", content(lake, key))
    place.put("complaints/2022_2.csv", b"")
    [made] = files.load(lake, drop.model_copy(update={"location": place.url}), None, None)
    assert values(lake, "complaint_files") == values(lake)
    assert (made.rejected, made.warnings) == (0, ["'complaints/2022_2.csv' holds nothing"])
    assert len(kept) > 50


def test_a_dry_run_says_what_would_be_asked(api: BanksStandIn, lake: Store) -> None:
    listed(api, (2021, "TRIMESTRAL", 1, BANKS))
    answered(api, FILE)
    load(lake)
    listed(api, (2021, "TRIMESTRAL", 1, BANKS), (2021, "TRIMESTRAL", 2, BANKS))
    told = "2 files, 1 of them for the first time, the others if they have changed"
    asked(api)
    assert banks.preview_ranking(lake, [STREAM], None, None) == told
    assert asked(api) == []


def test_what_lacks_is_told_with_the_address_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert banks.ranking_lacks([STREAM]) == (
        "BANKS_RANKING_URL is not set; the service is https://www3.bcb.gov.br/rdrweb/rest/ext/ranking, "
        "`headwater load --demo` asks a stand-in"
    )
    monkeypatch.setenv("BANKS_RANKING_URL", "https://example.org")
    assert banks.ranking_lacks([STREAM]) == ""
    monkeypatch.setenv("BANKS_REQUESTS_PER_SECOND", "0")
    with pytest.raises(ConfigurationError, match=r"BANKS_REQUESTS_PER_SECOND: .*\.env\.example"):
        banks.ranking_lacks([STREAM])
