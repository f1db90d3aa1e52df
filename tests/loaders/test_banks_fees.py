"""The loader of bank fees: every institution is asked about once, what is new lands, and whoever fails stops nobody."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result

from loaders.demo.banks_api import BanksStandIn, Scripted, serve
from loaders.errors import HeadwaterError, UnavailableError
from loaders.http import Api
from loaders.lake import Store, open_store
from loaders.log import Commit, Log
from loaders.sources import banks, banks_fees
from loaders.sources.banks import FeesStream

NOW = datetime(2022, 12, 1, 10, 15, tzinfo=UTC)
KEYS = {"groups": "Codigo", "institutions": "Cnpj", "fees": "CodigoServico"}
STREAMS = {
    name: FeesStream.model_validate(
        {"source": "banks", "name": name, "loader": "bcb_fees", "record_key": key, "leave": ["@odata.context"]}
    )
    for name, key in KEYS.items()
}
CNPJS = ["00000000", "00123456", "08343436", "77343436", "79179295", "84686872"]
PLACES = [f"{kind}/{cnpj}" for cnpj in CNPJS for kind in "FJ"]
SILENT = ["F/79179295", "F/84686872", "J/84686872"]
HTML = b"<html><body>Erro interno</body></html>"
INSIDE = "https://was-p.bcnet.bcb.gov.br/olinda/servico"
SOURCES = "sources:\n  - name: banks\n    tables:\n" + "".join(
    f"      - name: {name}\n"
    f'        config: {{meta: {{loader: bcb_fees, record_key: {key}, leave: ["@odata.context"]}}}}\n'
    for name, key in KEYS.items()
)


@dataclass
class Clock:
    """The stand-in's."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[BanksStandIn]:
    with serve(now=clock, institutions=6) as stand_in:
        monkeypatch.setenv("BANKS_FEES_URL", stand_in.fees_url)
        monkeypatch.setenv("BANKS_REQUESTS_PER_SECOND", "1000")
        yield stand_in


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    told: list[float] = []
    monkeypatch.setattr("loaders.http.time", SimpleNamespace(sleep=told.append))
    return told


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


def load(lake: Store, stream: str = "fees") -> list[Commit]:
    return list(banks.load_fees(lake, [STREAMS[stream]], None, None))


def scripted(api: BanksStandIn, answer: Scripted, times: int = 1, path: str = "", **params: str) -> None:
    """Has the next requests for a resource with these parameters be answered so."""
    wanted = {f"@{name}": f"'{value}'" for name, value in params.items()}

    def is_for(request: Any) -> bool:
        return path in request.path and wanted.items() <= request.params.items()

    api.script.extend([lambda r: answer if is_for(r) and "$skip" not in r.params else None] * times)
    if answer.status == 200 and b'"value"' in (answer.body or b""):  # and nothing is behind it
        api.script.extend([lambda r: value() if is_for(r) and "$skip" in r.params else None] * times)


def value(*rows: dict[str, Any], **more: Any) -> Scripted:
    document = {"@odata.context": f"{INSIDE}/x", "value": rows, **more}
    return Scripted(body=json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def asked(api: BanksStandIn) -> list[str]:
    """The institutions that were asked about, of each the first page; all requests are then forgotten."""
    resource = "/ListaTarifasPorInstituicaoFinanceira("
    params = [r.params for r in api.requests if resource in r.path and "$skip" not in r.params]
    api.requests.clear()
    return [f"{one['@PessoaFisicaOuJuridica']}/{one['@CNPJ']}".replace("'", "") for one in params]


def inputs(lake: Store, seq: int, stream: str = "fees") -> dict[str, int]:
    """How many rows each input of a load had."""
    return {line["key"]: line["rows"] for line in Log(lake, "banks", stream).commit_lines(seq, "input")}


def rows(lake: Store, stream: str = "fees") -> list[tuple[dict[str, str], str]]:
    """Params and value of every record, in the order of the loads."""
    log, found = Log(lake, "banks", stream), list[tuple[dict[str, str], str]]()
    newest = log.newest()
    for seq in range(1, (newest.load_seq if newest else 0) + 1):
        told = {line["input"]: json.loads(line["params"]) for line in log.commit_lines(seq, "input")}
        for added in (line for line in log.commit_lines(seq, "added") if line["content"] == "records"):
            for line in gzip.decompress(b"".join(lake.chunks(added["object"]))).splitlines():
                text = line.decode().partition('"value":')[2][:-1]
                found.append((told[json.loads(line)["_input"]], text))
    return found


# What lands


def test_groups_and_institutions_land_list_by_list(api: BanksStandIn, lake: Store) -> None:
    [made] = load(lake, "groups")
    assert (made.landed, made.state) == (11, {"watermark": "2022-12-01T10:15:00Z"})
    assert rows(lake, "groups")[0] == (
        {"fetched_at": "2022-12-01T10:15:00Z"},
        '{"Codigo":"01","Nome":"Bancos privados"}',
    )
    load(lake, "institutions")
    assert inputs(lake, 1, "groups") == {"groups": 11}
    counts = {"01": 3, "02": 1, "03": 4, "06": 2, "09": 1, "11": 2}
    codes = [f"{number:02}" for number in range(1, 12)]
    assert inputs(lake, 1, "institutions") == {f"groups/{code}": counts.get(code, 0) for code in codes}
    assert rows(lake, "institutions")[3] == (
        {"group_code": "02", "fetched_at": "2022-12-01T10:15:00Z"},
        '{"Cnpj":"84686872","Nome":"BANCO CAIXA DAS ÁGUAS S.A."}',
    )
    assert load(lake, "groups") == load(lake, "institutions") == []
    scripted(api, value({"Cnpj": "84686872", "Nome": "X"}), path="Grupo", CodigoGrupoConsolidado="02")
    load(lake, "institutions")
    assert inputs(lake, 2, "institutions") == {"groups/02": 1}


def test_every_institution_is_asked_about_once_for_each_person_kind(api: BanksStandIn, lake: Store) -> None:
    [made] = load(lake)
    requests = asked(api)
    assert sorted(requests) == sorted(PLACES)
    found = inputs(lake, 1)
    assert [*found] == [f"{place}/20221201T101500Z" for place in PLACES]
    assert [key[:10] for key, count in found.items() if not count] == SILENT
    assert (made.landed, sum(found.values())) == (163, 163)


def test_a_row_is_what_was_answered_with_what_was_asked(api: BanksStandIn, lake: Store) -> None:
    row = b'{"CodigoServico":"0101","Servico":"Confec\xc3\xa7\xc3\xa3o  de ficha","ValorMaximo":120.0,"\\u00e9":null}'
    body = b'{"@odata.context":"https://was-p.bcnet.bcb.gov.br/x", "value": [ ' + row + b" ]}"
    scripted(api, Scripted(body=body), PessoaFisicaOuJuridica="J", CNPJ="00123456")
    load(lake)
    params = {"person_kind": "J", "cnpj": "00123456", "fetched_at": "2022-12-01T10:15:00Z"}
    assert [text for told, text in rows(lake) if told == params] == [row.decode()]
    [version] = [
        line["version"]
        for line in Log(lake, "banks", "fees").commit_lines(1, "input")
        if line["key"] == "J/00123456/20221201T101500Z"
    ]
    assert version == "a05ca105b392d1efc88f21f5e0cc88c4"  # of the row: b2sum -l 128


def test_only_an_answer_that_differs_from_the_last_one_is_landed(api: BanksStandIn, lake: Store, clock: Clock) -> None:
    load(lake)
    asked(api)
    clock.now += timedelta(hours=1)
    assert load(lake) == []
    assert len(asked(api)) == 12
    assert Log(lake, "banks", "fees").note("_seen") is not None
    same = [json.loads(text) for told, text in rows(lake) if (told["person_kind"], told["cnpj"]) == ("J", "00123456")]
    assert len(same) == 5
    scripted(api, value(*reversed(same)), PessoaFisicaOuJuridica="J", CNPJ="00123456")  # nobody promises an order
    scripted(api, value({**same[0], "ValorMaximo": 1.25}, *same[1:]), PessoaFisicaOuJuridica="F", CNPJ="00123456")
    [made] = load(lake)
    assert inputs(lake, 2) == {"F/00123456/20221201T111500Z": 5}
    assert made.state == {"watermark": "2022-12-01T11:15:00Z"}
    clock.now += timedelta(hours=1)
    load(lake)  # it is as it was at first, and that is news
    assert inputs(lake, 3) == {"F/00123456/20221201T121500Z": 23}


def test_that_nothing_is_charged_any_more_is_an_answer_too(api: BanksStandIn, lake: Store, clock: Clock) -> None:
    load(lake)
    clock.now += timedelta(hours=1)
    for _ in range(2):
        scripted(api, value(), PessoaFisicaOuJuridica="J", CNPJ="00123456")
    [made] = load(lake)
    assert (inputs(lake, 2), made.landed) == ({"J/00123456/20221201T111500Z": 0}, 0)
    assert load(lake) == []


# How an answer is asked for


def test_what_nobody_reads_beside_the_fees_is_counted_once(api: BanksStandIn, lake: Store, clock: Clock) -> None:
    """Its paths make an answer another, its values do not."""
    names, row = ("rows", "documents", "empties", "unread"), {"CodigoServico": "1301"}
    told = []
    for more in ({}, {"aviso": {"a": 1}}, {"aviso": {"a": 2}}, {"aviso": 3, "nota": [4], "nada": []}):
        scripted(api, value(row, **more), PessoaFisicaOuJuridica="J", CNPJ="00000000")
        commits = load(lake)
        lines = Log(lake, "banks", "fees").commit_lines(commits[0].load_seq, "input") if commits else []
        told.append([tuple(line[name] for name in names) for line in lines if line["key"].startswith("J/00000000/")])
        clock.now += timedelta(days=1)
    assert told == [[(1, 2, 1, 0)], [(1, 2, 1, 1)], [], [(1, 2, 1, 2)]]
    newest = Log(lake, "banks", "fees").newest()
    assert newest
    assert newest.warnings == [
        "values were not read at paths that are not declared: 'aviso' (1), 'nota' (1); name them in `leave` of the "
        "stream's declaration if they are not wanted; a drop's `records` has those that are"
    ]


def test_what_nobody_reads_beside_a_list_is_counted(api: BanksStandIn, lake: Store) -> None:
    scripted(api, value({"Codigo": "1", "Nome": "a"}, versao="2"), path="GruposConsolidados")
    load(lake, "groups")
    [line] = Log(lake, "banks", "groups").commit_lines(1, "input")
    assert (line["key"], line["rows"], line["documents"], line["empties"], line["unread"]) == ("groups", 1, 2, 1, 1)


def test_an_institution_is_one_however_it_is_written_and_nothing_else_is_asked_about(
    api: BanksStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [{"Codigo": "01"}, {"Codigo": "02"}, {"Codigo": "01"}, {"Codigo": "1') or (1 eq 1"}, {"Nome": "x"}]
    scripted(api, value(*groups), path="GruposConsolidados")
    odd: list[dict[str, Any]] = [
        {"Cnpj": "123456"},
        {"Cnpj": "00123456"},
        {"Cnpj": 0},
        {"Cnpj": "0"},
        {"Cnpj": "1'&$top=1"},
        {"Nome": "x"},
    ]
    scripted(api, value(*odd, {"Cnpj": "123456789"}, {"Cnpj": "\u0661"}), CodigoGrupoConsolidado="01")
    scripted(api, Scripted(body=b'{"value":[{"Cnpj":"00000000"}, 7, null]}'), CodigoGrupoConsolidado="02")
    monkeypatch.setattr(banks_fees, "AT_ONCE", 2)
    first, second = load(lake)
    assert sorted(asked(api)) == ["F/00000000", "F/00123456", "J/00000000", "J/00123456"]
    assert second.warnings == []
    assert first.warnings == [
        """nothing is asked about {"Codigo":"1') or (1 eq 1"}: its Codigo is none; expected [0-9A-Za-z]+""",
        'nothing is asked about {"Nome":"x"}: its Codigo is none; expected [0-9A-Za-z]+',
        """nothing is asked about {"Cnpj":"1'&$top=1"}: its Cnpj is none; expected [0-9]{1,8}""",
        'nothing is asked about {"Nome":"x"}: its Cnpj is none; expected [0-9]{1,8}',
        'nothing is asked about {"Cnpj":"123456789"}: its Cnpj is none; expected [0-9]{1,8}',
        'nothing is asked about {"Cnpj":"\u0661"}: its Cnpj is none; expected [0-9]{1,8}',
        "nothing is asked about 7: its Cnpj is none; expected [0-9]{1,8}",
        "nothing is asked about null: its Cnpj is none; expected [0-9]{1,8}",
    ]


def test_a_name_in_another_encoding_hides_no_institution(api: BanksStandIn, lake: Store) -> None:
    scripted(api, value({"Codigo": "01", "Nome": "x"}), path="GruposConsolidados")
    body = '{"value":[{"Cnpj":"00123456","Nome":"Banco Fictício"}]}'.encode("latin-1")
    scripted(api, Scripted(body=body), CodigoGrupoConsolidado="01")
    load(lake)
    assert sorted(asked(api)) == ["F/00123456", "J/00123456"]


def test_a_quote_in_a_text_is_doubled(api: BanksStandIn) -> None:
    scripted(api, value())
    banks_fees.ask(Api(api.fees_url), "ListaInstituicoesDeGrupoConsolidado", CodigoGrupoConsolidado="d'água")
    [request] = api.requests
    service = "/olinda/servico/Informes_ListaTarifasPorInstituicaoFinanceira/versao/v1/odata"
    path = f"{service}/ListaInstituicoesDeGrupoConsolidado(CodigoGrupoConsolidado=@CodigoGrupoConsolidado)"
    params = {"@CodigoGrupoConsolidado": "'d''água'", "$top": "1000", "$format": "json"}
    assert (request.path, request.params) == (path, params)


@pytest.mark.parametrize(
    ("top", "page_size", "skips"),
    [
        (1000, None, ["", "37"]),
        (10, None, ["", "10", "20", "30", "37"]),
        (37, None, ["", "37"]),
        (38, None, ["", "37"]),
        (1000, 15, ["", "15", "30", "37"]),
        (1000, 37, ["", "37"]),
        (20, 15, ["", "15", "20", "35", "37"]),
    ],
)
def test_an_answer_is_whole_however_it_is_paged(
    api: BanksStandIn, monkeypatch: pytest.MonkeyPatch, top: int, page_size: int | None, skips: list[str]
) -> None:
    monkeypatch.setattr(banks_fees, "TOP", top)
    api.page_size, api.links_inside = page_size, True  # a link to where nobody can go: its query is what counts
    arguments = {"PessoaFisicaOuJuridica": "J", "CNPJ": "00000000"}
    answer = banks_fees.ask(Api(api.fees_url), "ListaTarifasPorInstituicaoFinanceira", **arguments)
    assert len({*answer.elements}) == len(answer.elements) == 37
    assert [request.params.get("$skip", "") for request in api.requests] == skips
    assert {request.params["@CNPJ"] for request in api.requests} == {"'00000000'"}


@pytest.mark.parametrize(("cap", "skips"), [(15, ["", "15", "30", "37"]), (36, ["", "36", "37"]), (1, 38)])
def test_an_answer_that_is_capped_without_a_word_is_whole(api: BanksStandIn, cap: int, skips: list[str] | int) -> None:
    api.cap = cap
    arguments = {"PessoaFisicaOuJuridica": "J", "CNPJ": "00000000"}
    answer = banks_fees.ask(Api(api.fees_url), "ListaTarifasPorInstituicaoFinanceira", **arguments)
    assert len({*answer.elements}) == len(answer.elements) == 37
    sent = [request.params.get("$skip", "") for request in api.requests]
    assert sent == skips if isinstance(skips, list) else len(sent) == skips


def test_a_service_that_heeds_no_skip_has_one_page(api: BanksStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    api.script.extend([value({"a": 1}, {"a": 2})] * 2)
    assert banks_fees.ask(Api(api.fees_url), "GruposConsolidados").elements == [b'{"a":1}', b'{"a":2}']
    monkeypatch.setattr(banks_fees, "TOP", 2)
    api.script.extend([value({"a": 1}, {"a": 2})] * 2)
    with pytest.raises(UnavailableError, match="a full page comes again; expected the one behind it"):
        banks_fees.ask(Api(api.fees_url), "GruposConsolidados")


def test_a_link_that_leads_nowhere_ends(api: BanksStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banks_fees, "PAGES", 5)
    api.script.extend([value({}, **{"@odata.nextLink": f"{INSIDE}/x?$skiptoken=1"})] * 5)
    with pytest.raises(UnavailableError, match="no end after 5 pages"):
        banks_fees.ask(Api(api.fees_url), "GruposConsolidados")
    assert [request.params.get("$skiptoken") for request in api.requests] == [None, "1", "1", "1", "1"]
    assert {request.params["$format"] for request in api.requests} == {"json"}  # which the link does not repeat


@pytest.mark.parametrize(
    "body",
    [
        *(HTML, b"[]", b"{}", b'{"value":{}}', b'{"value":' + b"[" * 100_000),
        *(b'{"value":[],"@odata.nextLink":1}', b'{"value":[],"@odata.nextLink":"http://[x"}'),
    ],
)
def test_what_is_no_answer_is_asked_for_again(api: BanksStandIn, lake: Store, waits: list[float], body: bytes) -> None:
    scripted(api, Scripted(body=body), times=2, path="GruposConsolidados")
    assert load(lake, "groups")[0].landed == 11
    assert len(waits) == 2


# What fails


def test_an_institution_that_fails_stops_no_other_and_is_asked_about_again(
    api: BanksStandIn, project: Path, headwater: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "models" / "_shop__sources.yml").write_text(SOURCES)
    monkeypatch.setattr(banks_fees, "GIVE_UP", 2)  # in a row, which these are not
    scripted(api, Scripted(500, body=HTML), times=3, PessoaFisicaOuJuridica="J", CNPJ="00123456")
    scripted(api, Scripted(404, body=HTML), PessoaFisicaOuJuridica="F", CNPJ="77343436")
    result = headwater("load", "banks.fees")
    assert result.exit_code == 1
    told = (
        "2 of 12 were not answered, and are asked again by the next load: J/00123456, F/77343436; the first: 127.0.0.1"
    )
    assert told in result.stderr
    lake = open_store("lake")
    assert [key[:10] for key in inputs(lake, 1)] == [p for p in PLACES if p not in {"J/00123456", "F/77343436"}]
    status = headwater("status").stdout
    assert "failed: banks.fees: " in status
    assert "J/00123456, F/77343436" in status
    assert "failed: banks.groups" not in status
    assert Counter(asked(api))["J/00123456"] == 3
    assert headwater("load", "banks.fees").exit_code == 0
    assert sorted(asked(api)) == sorted(PLACES)  # a round that came to its end is over
    assert [key[:10] for key in inputs(lake, 2)] == ["J/00123456", "F/77343436"]
    assert "failed" not in headwater("status").stdout


@pytest.mark.parametrize("stream", STREAMS)
def test_an_empty_list_of_groups_is_no_answer(api: BanksStandIn, lake: Store, stream: str) -> None:
    scripted(api, value(), path="GruposConsolidados")
    with pytest.raises(UnavailableError, match="GruposConsolidados: the list is empty; run again later"):
        load(lake, stream)
    assert Log(lake, "banks", stream).newest() is None


def test_a_group_whose_list_fails_stops_no_other(api: BanksStandIn, lake: Store) -> None:
    for stream in ("institutions", "fees"):
        for code in ("02", "03"):  # one institution is in no other group
            scripted(api, Scripted(500, body=HTML), times=3, CodigoGrupoConsolidado=code)
        with pytest.raises(HeadwaterError, match=r"^2 of .* by the next load: groups/02, groups/03; the first: "):
            load(lake, stream)
    assert len(inputs(lake, 1, "institutions")) == 9
    assert sorted(asked(api)) == sorted(place for place in PLACES if "84686872" not in place)


def test_without_the_groups_there_is_nothing_to_ask(api: BanksStandIn, lake: Store) -> None:
    scripted(api, Scripted(500, body=HTML), times=3, path="GruposConsolidados")
    with pytest.raises(UnavailableError, match="GruposConsolidados: 500 <html>"):
        load(lake)
    assert asked(api) == []


def test_a_service_that_is_down_is_not_asked_about_all(
    api: BanksStandIn, lake: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (banks, banks_fees):
        monkeypatch.setattr(module, "GIVE_UP", 2)
    for kind in "FJ":
        scripted(api, Scripted(503, body=HTML), times=3, PessoaFisicaOuJuridica=kind, CNPJ="00123456")
    with pytest.raises(HeadwaterError, match=r"^2 of 12 .*: F/00123456, J/00123456; 2 in a row, so that the rest was"):
        load(lake)
    assert [key[:10] for key in inputs(lake, 1)] == PLACES[:2]
    asked(api)
    load(lake)  # which goes on with the round
    assert sorted(asked(api)) == sorted(PLACES[2:])


# What is killed


def test_a_load_that_was_killed_is_gone_on_with(
    api: BanksStandIn, lake: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks_fees, "AT_ONCE", 4)
    commits = banks.load_fees(lake, [STREAMS["fees"]], None, None)
    next(commits)
    commits.close()  # type: ignore[attr-defined] # it is a generator
    assert asked(api) != []
    clock.now += timedelta(minutes=5)
    second, third = load(lake)
    assert sorted(asked(api)) == sorted(PLACES[4:])
    assert [second.load_seq, third.load_seq] == [2, 3]
    keys = [key for seq in (1, 2, 3) for key in inputs(lake, seq)]
    assert [key[:10] for key in keys] == PLACES
    assert load(lake) == []  # a round of its own
    assert len(asked(api)) == 12


def kill_after(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    fees = banks_fees._fees

    def ask(api: Api, leave: Sequence[str], asked: str) -> Any:
        if asked == place:
            raise KeyboardInterrupt
        return fees(api, leave, asked)

    monkeypatch.setattr(banks_fees, "_fees", ask)


def killed(api: BanksStandIn, lake: Store) -> None:
    """Leaves a load behind that was killed in its second round, where nothing had changed, with four answers."""
    with pytest.MonkeyPatch.context() as patch:
        load(lake)
        patch.setattr(banks_fees, "AT_ONCE", 4)
        kill_after(patch, PLACES[6])
        with pytest.raises(KeyboardInterrupt):
            load(lake)
    asked(api)


def test_answers_that_were_alike_are_not_asked_for_again_either(api: BanksStandIn, lake: Store) -> None:
    killed(api, lake)
    assert load(lake) == []
    assert sorted(asked(api)) == sorted(PLACES[4:])
    assert load(lake) == []
    assert len(asked(api)) == 12
    assert list(lake.entries("state/")) == []


@pytest.mark.parametrize(
    "change",
    [{"began": (datetime.now(UTC) - timedelta(hours=12)).isoformat()}, {"api": "https://olinda.bcb.gov.br"}, None],
)
def test_a_round_is_not_gone_on_with_if_it_is_old_or_another_or_damaged(
    api: BanksStandIn, lake: Store, change: dict[str, str] | None
) -> None:
    killed(api, lake)
    key = "state/banks/fees/round.json"
    state = json.loads(b"".join(lake.chunks(key)))
    assert state["asked"] == PLACES[:4]
    lake.put(key, json.dumps({**state, **change} if change else [1]).encode())
    load(lake)
    assert len(asked(api)) == 12


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(api: BanksStandIn, lake: Store) -> None:
    load(lake)
    asked(api)
    assert [banks.preview_fees(lake, [STREAMS[name]], None, None) for name in KEYS] == [
        "the list of groups, if it has changed since the last of 0 answers; 1000 requests a second",
        "the list of groups, and of the institutions of each, if it has changed since the last of 0 answers; "
        "1000 requests a second",
        "what every institution of the groups' lists charges, persons and companies, if it has changed since the last "
        "of 12 answers; 1000 requests a second",
    ]
    assert api.requests == []


def test_what_lacks_is_told_with_the_address_that_is_meant() -> None:
    assert banks.fees_lacks([STREAMS["fees"]]) == (
        "BANKS_FEES_URL is not set; the service is https://olinda.bcb.gov.br/olinda/servico, "
        "`headwater load --demo` asks a stand-in"
    )
