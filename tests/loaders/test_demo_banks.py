"""The stand-in of the Banco Central's services, asked by a client that shares nothing with it, and its drop."""

import csv
import http.client
import io
import json
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from loaders.demo import banks_files, stand_ins
from loaders.demo.banks_api import BanksStandIn, Request, Scripted, serve
from loaders.registry import DEMOS

Json = dict[str, Any]
Row = dict[str, str]
Drop = dict[str, bytes]

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
MAIN, BY_INSTITUTION = "Bancos e financeiras", "Bancos e financeiras - por instituição"
A, B, C = (
    f"Informes_{name}/versao/v1/odata"
    for name in ("ListaTarifasPorInstituicaoFinanceira", "ListaValoresDeServicoBancario", "ListaTarifaPorValores")
)
LARGEST, SECOND = "00000000", "00123456"
INDEX, NAME, CNPJ, KIND = "Índice", "Instituição financeira", "CNPJ IF", "Tipo"
UPHELD, OTHER = "Quantidade de reclamações reguladas procedentes", "Quantidade de reclamações reguladas - outras"
UNREGULATED, TOTAL = "Quantidade de reclamações não reguladas", "Quantidade total de reclamações"
ANSWERED, IN_SAMPLE = "Quantidade total de reclamações respondidas", "Quantidade de reclamações procedentes"
EXTRAPOLATED = "Quantidade de reclamações procedentes extrapoladas"
REGULATED_EXTRAPOLATED = "Quantidade de reclamações reguladas procedentes extrapoladas"
ANALYSED = "Quantidade total de reclamações analisadas"
CLIENTS = "Quantidade total de clientes \u2013 CCS e SCR"
NEW = (ANSWERED, IN_SAMPLE, EXTRAPOLATED, ANALYSED)
TOP_15 = "Top 15 - Bancos, Financeiras e Instituições de Pagamento"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Json:
        assert self.status == 200, self.body
        found: Json = json.loads(self.body)
        return found

    @property
    def value(self) -> list[Json]:
        found: list[Json] = self.json["value"]
        return found


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Client:
    """One connection to a stand-in, kept alive over requests."""

    def __init__(self, api: BanksStandIn) -> None:
        self.api = api
        self.connection = http.client.HTTPConnection("127.0.0.1", api.server_port, timeout=10)

    def get(self, url: str) -> Answer:
        """What is at an address, which is sent as it stands there."""
        self.connection.request("GET", url.removeprefix(self.api.url))
        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def catalogue(self) -> dict[str, dict[str, dict[int, list[str]]]]:
        """The kinds by year, periodicity and period."""
        found: dict[str, dict[str, dict[int, list[str]]]] = {}
        for year in self.get(self.api.ranking_url).json["anos"]:
            for p in year["periodicidades"]:
                kinds = {n["periodo"]: [t["tipo"] for t in n["tipos"]] for n in p["periodos"]}
                found.setdefault(year["ano"], {})[p["periodicidade"]] = kinds
        return found

    def ask(self, year: int, number: int, kind: str = MAIN, periodicity: str = "TRIMESTRAL") -> Answer:
        asked = {"ano": year, "periodicidade": periodicity, "periodo": number, "tipo": kind}
        return self.get(f"{self.api.ranking_url}/arquivo?{urlencode(asked)}")

    def file(self, year: int, number: int, kind: str = MAIN, periodicity: str = "TRIMESTRAL") -> bytes:
        answer = self.ask(year, number, kind, periodicity)
        assert answer.status == 200, answer.body
        return answer.body

    def rows(self, year: int, number: int, kind: str = MAIN, periodicity: str = "TRIMESTRAL") -> list[Row]:
        return rows_of(self.file(year, number, kind, periodicity).decode("cp1252"))

    def quarters(self) -> list[tuple[int, int]]:
        years = self.catalogue().items()
        return sorted((int(y), n) for y, p in years for n, kinds in p.get("TRIMESTRAL", {}).items() if MAIN in kinds)

    def odata(self, rest: str, service: str = A) -> Answer:
        return self.get(f"{self.api.fees_url}/{service}/{rest}")

    def fees(self, cnpj: str, kind: str = "J", options: str = "$format=json&$top=9999") -> list[Json]:
        name = "ListaTarifasPorInstituicaoFinanceira"
        return self.odata(f"{name}(PessoaFisicaOuJuridica='{kind}',CNPJ='{cnpj}')?{options}").value

    def members(self, group: str) -> list[Json]:
        return self.odata(f"ListaInstituicoesDeGrupoConsolidado(CodigoGrupoConsolidado='{group}')").value

    def institutions(self) -> list[str]:
        return list(dict.fromkeys(i["Cnpj"] for n in range(1, 12) for i in self.members(f"{n:02}")))


def rows_of(text: str, delimiter: str = ";") -> list[Row]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def published(text: str) -> Decimal | None:
    """The number that a cell of the column INDEX says."""
    return Decimal(text.strip().replace(".", "").replace(",", ".")) if text.strip() else None


def rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    with serve(seed=7, now=clock) as api:
        yield Client(api)


@pytest.fixture(scope="module")
def still() -> Iterator[Client]:
    """A client of a stand-in that no test changes."""
    with serve(seed=7, now=lambda: NOW) as api:
        yield Client(api)


@pytest.fixture(scope="module")
def quarterly(still: Client) -> dict[tuple[int, int], list[Row]]:
    return {quarter: still.rows(*quarter) for quarter in still.quarters()}


# --- the catalogue ---


def test_the_catalogue_lists_periods_and_kinds(still: Client) -> None:
    assert still.get(still.api.ranking_url).headers["content-type"] == "application/json; charset=utf-8"
    catalogue = still.catalogue()
    assert sorted(catalogue) == [str(year) for year in range(2014, 2027)]
    assert catalogue["2014"] == {
        "MENSAL": {n: [MAIN] for n in range(7, 13)},
        "SEMESTRAL": {1: ["Consorcios"], 2: [MAIN, "Consorcios"]},
    }
    assert catalogue["2016"] == {
        "MENSAL": {n: [MAIN] for n in range(1, 7)},
        "BIMESTRAL": {4: [MAIN], 5: [MAIN], 6: [MAIN]},
        "SEMESTRAL": {1: [MAIN, "Consorcios"], 2: [MAIN, "Consorcios"]},
    }
    assert catalogue["2017"]["TRIMESTRAL"] == {n: [MAIN] for n in range(1, 5)}
    assert catalogue["2022"] == {
        "TRIMESTRAL": {1: [MAIN], 3: [MAIN], 4: [MAIN]},
        "SEMESTRAL": {1: ["Consorcios"], 2: ["Consorcios"]},
    }
    assert catalogue["2024"]["TRIMESTRAL"] == {
        1: [MAIN],
        2: [MAIN],
        3: [MAIN, BY_INSTITUTION],
        4: [MAIN, BY_INSTITUTION],
    }
    assert catalogue["2026"]["TRIMESTRAL"] == {1: [MAIN, BY_INSTITUTION], 2: [MAIN, BY_INSTITUTION], 3: []}


def test_a_quarter_is_published_some_weeks_after_its_end(client: Client, clock: Clock) -> None:
    clock.now = datetime(2026, 8, 14, 23, 59, tzinfo=UTC)
    assert client.catalogue()["2026"]["TRIMESTRAL"] == {1: [MAIN, BY_INSTITUTION], 2: []}
    assert client.ask(2026, 2).status == 404
    clock.now = datetime(2026, 8, 15, tzinfo=UTC)
    assert client.quarters()[-1] == (2026, 2)
    assert client.ask(2026, 2).status == 200
    client.api.world.add_quarter()
    assert client.quarters()[-1] == (2026, 3)
    client.api.world.add_quarter()
    assert client.quarters()[-1] == (2026, 4)
    assert client.ask(2026, 4).status == 200


# --- files ---

BEFORE = "Categoria;Tipo;CNPJ IF;Instituição financeira;Índice;"
COUNTS = (
    "Quantidade de reclamações reguladas procedentes;Quantidade de reclamações reguladas - outras;"
    "Quantidade de reclamações não reguladas;Quantidade total de reclamações;"
)
BASES = (
    "Quantidade total de clientes \u2013 CCS e SCR;Quantidade de clientes \u2013 CCS;Quantidade de clientes \u2013 SCR"
)
FGC = ";Quantidade de clientes \u2013 FGC"
SAMPLED = (
    "Quantidade total de reclamações respondidas;Quantidade de reclamações procedentes;"
    "Quantidade de reclamações procedentes extrapoladas;Quantidade total de reclamações analisadas"
)
LAYOUTS: list[tuple[str, str, int, int, str, int, str]] = [
    ("A", "MENSAL", 2014, 7, MAIN, 16, f"Ano;Mês;{BEFORE}{COUNTS}{BASES}{FGC};"),
    ("A", "MENSAL", 2016, 6, MAIN, 16, f"Ano;Mês;{BEFORE}{COUNTS}{BASES}{FGC};"),
    ("B", "BIMESTRAL", 2016, 4, MAIN, 16, f"Ano;Bimestre;{BEFORE}{COUNTS}{BASES}{FGC};"),
    ("C", "SEMESTRAL", 2014, 2, MAIN, 15, f"Ano;Semestre;{BEFORE}{COUNTS}{BASES};"),
    ("D", "TRIMESTRAL", 2017, 1, MAIN, 16, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}{FGC};"),
    ("E", "TRIMESTRAL", 2017, 2, MAIN, 15, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}{FGC}"),
    ("D", "TRIMESTRAL", 2017, 3, MAIN, 16, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}{FGC};"),
    ("E", "TRIMESTRAL", 2017, 4, MAIN, 15, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}{FGC}"),
    ("D", "TRIMESTRAL", 2019, 3, MAIN, 16, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}{FGC};"),
    ("F", "TRIMESTRAL", 2019, 4, MAIN, 14, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}"),
    ("F", "TRIMESTRAL", 2020, 1, MAIN, 14, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES}"),
    ("G", "TRIMESTRAL", 2020, 2, MAIN, 15, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES};"),
    ("G", "TRIMESTRAL", 2024, 1, MAIN, 15, f"Ano;Trimestre;{BEFORE}{COUNTS}{BASES};"),
    (
        *("H", "TRIMESTRAL", 2024, 2, MAIN, 13),
        f"Ano;Trimestre;{BEFORE}Quantidade total de reclamações respondidas;"
        f"Quantidade de reclamações reguladas procedentes extrapoladas;{BASES};",
    ),
    ("I", "TRIMESTRAL", 2024, 3, MAIN, 15, f"Ano;Trimestre;{BEFORE}{SAMPLED};{BASES};"),
    ("I", "TRIMESTRAL", 2025, 1, MAIN, 14, f"Ano;Trimestre;{BEFORE}{SAMPLED};{BASES}"),
    ("I", "TRIMESTRAL", 2026, 2, MAIN, 15, f"Ano;Trimestre;{BEFORE}{SAMPLED};{BASES};"),
    (
        *("J", "TRIMESTRAL", 2024, 3, BY_INSTITUTION, 13),
        f"Ano;Trimestre;Categoria;Tipo;CNPJ IF;Conglomerado;Instituição financeira;Índice;{SAMPLED};",
    ),
]


@pytest.mark.parametrize(("letter", "periodicity", "year", "number", "kind", "cells", "header"), LAYOUTS)
def test_layouts(  # noqa: PLR0917
    still: Client, letter: str, periodicity: str, year: int, number: int, kind: str, cells: int, header: str
) -> None:
    data = still.file(year, number, kind, periodicity)
    end = b"\r\n" if year == 2026 else b"\n"
    assert data.split(end)[0] == header.encode("cp1252")
    assert b" \x96 CCS" in data.split(end)[0] or letter == "J"
    assert data.endswith(end)
    assert data.count(b"\r") == (data.count(b"\n") if year == 2026 else 0)
    assert {line.count(b";") + 1 for line in data.split(end)[:-1]} == {cells}
    assert b'"' not in data


@pytest.mark.parametrize(
    ("periodicity", "year", "number", "line"),
    [
        (
            *("MENSAL", 2014, 7),  # 980 of 53980212 are 18.1548… of a million
            "2014;7;Mais de dois milhões de clientes;Conglomerado; ;SABIÁ (conglomerado);18,15;980;858;801;2639;"
            "53980212;46858989;17172691;37487191;",
        ),
        (
            *("BIMESTRAL", 2016, 4),
            "2016;Jul/Ago;Mais de dois milhões de clientes;Conglomerado; ;SABIÁ (conglomerado);34,61;2059;2395;1786;"
            "6240;59495975;51647097;18927418;41317677;",
        ),
        (
            *("SEMESTRAL", 2014, 2),
            "2014;2º;Mais de dois milhões de clientes;Conglomerado; ;SABIÁ (conglomerado);106,28;5854;10987;4715;21556;"
            "55083344;47816593;17523630;",
        ),
        (
            *("TRIMESTRAL", 2017, 2),
            "2017;2º;Mais de quatro milhões de clientes;Conglomerado; ;SABIÁ (conglomerado);50,95;3144;2228;1226;6598;"
            "61702240;53562305;19629295;42849844",
        ),
        (
            *("TRIMESTRAL", 2021, 1),
            "2021;1º;Top 10;Conglomerado; ;VAGALUME (conglomerado); 0 ;0;3;1;4;13945827;11697230;3974372;",
        ),
        (
            *("TRIMESTRAL", 2022, 1),
            "2022;1º;Demais Bancos, Financeiras e Instituições de Pagamento;Conglomerado; ;ORVALHO (conglomerado); ;"
            "0;3;2;5;0;0; ;",
        ),
        (
            *("TRIMESTRAL", 2024, 2),  # 3848 would be 47.96
            f"2024;2º;{TOP_15};Conglomerado; ;SABIÁ (conglomerado);47,98;11483;3848;80235228;69650369;25525183;",
        ),
    ],
)
def test_rows_byte_for_byte(still: Client, periodicity: str, year: int, number: int, line: str) -> None:
    assert line.encode("cp1252") in still.file(year, number, MAIN, periodicity).split(b"\n")


def test_a_conglomerate_and_its_members_byte_for_byte(still: Client) -> None:
    lines = still.file(2024, 4, BY_INSTITUTION).decode("cp1252").split("\n")
    assert [line for line in lines if ";SABIÁ;" in line] == [
        f"2024;4º;{TOP_15};Conglomerado; ;SABIÁ; ;55,05;7525;2703;4489;4531;",
        f"2024;4º;{TOP_15};Banco/financeira;77343436;SABIÁ;BANCO SABIÁ S.A.; ;3611;1297;2154;2174;",
        f"2024;4º;{TOP_15};Banco/financeira;79179295;SABIÁ;SABIÁ FINANCEIRA S.A. - CRÉDITO, FINANCIAMENTO E "
        "INVESTIMENTO; 0 ;1807;649;1078;1088;",
        f"2024;4º;{TOP_15};Banco/financeira;04671718;SABIÁ;SABIÁ INSTITUIÇÃO DE PAGAMENTO S.A.; ;1205;433;719;726;",
        f"2024;4º;{TOP_15};Banco/financeira;82851013;SABIÁ;BANCO SABIÁ CARTÕES S.A.; ;902;324;538;543;",
    ]


def test_numbers_have_thousands_dots_and_lose_zeros_in_one_layout(quarterly: dict[tuple[int, int], list[Row]]) -> None:
    indexes = [row[INDEX] for rows in quarterly.values() for row in rows]
    assert any(re.fullmatch(r"[1-9]\.\d{3},\d\d", index) for index in indexes)
    spelled = r" | 0 |\d{1,3}(\.\d{3})*,\d\d"
    trimmed = rf"{spelled}|\d{{1,3}}(\.\d{{3}})*(,[1-9])?"
    for quarter, rows in quarterly.items():
        has_lost = quarter in {(2017, 2), (2017, 4), (2019, 4), (2020, 1)}
        assert not [row[INDEX] for row in rows if not re.fullmatch(trimmed if has_lost else spelled, row[INDEX])]
        assert any(re.fullmatch(r"\d+,\d", row[INDEX]) for row in rows) == has_lost, quarter


def test_cnpj(quarterly: dict[tuple[int, int], list[Row]]) -> None:
    for quarter, rows in quarterly.items():
        found = [row[CNPJ] for row in rows]
        assert {row[CNPJ] for row in rows if row[KIND] == "Conglomerado"} == {" "}
        alone = [cnpj for cnpj in found if cnpj != " "]
        assert len(set(alone)) == len(alone)
        if quarter in {(2017, 2), (2017, 4), (2019, 4), (2020, 1)}:
            assert {len(cnpj) for cnpj in alone} == {6, 7, 8}
            assert not [cnpj for cnpj in alone if cnpj.startswith("0")]
        else:
            assert {len(cnpj) for cnpj in alone} == {8}
            assert len([cnpj for cnpj in alone if cnpj.startswith("0")]) > 3
        # every large bank is shown as a conglomerate only
        assert not {LARGEST, SECOND} & set(found)


def test_shape_of_the_quarters(quarterly: dict[tuple[int, int], list[Row]]) -> None:
    counts = [len(rows) for rows in quarterly.values()]
    assert len(counts) == 37
    assert 100 <= counts[0] < 120
    assert 140 < counts[-1] < 170
    rows = [row for held in quarterly.values() for row in held]
    assert 0.65 < sum(not row[INDEX].strip() for row in rows) / len(rows) < 0.8
    assert 0.55 < sum(row[KIND] == "Conglomerado" for row in rows) / len(rows) < 0.65
    assert 0.02 < sum("  " in row[NAME] for row in rows) / len(rows) < 0.07
    bases = Counter(row[CLIENTS] for row in rows)
    assert bases[" "] > 10
    assert any("" in {cell for name, cell in row.items() if name} for row in rows)
    for held in quarterly.values():
        assert len({(row[KIND], row[CNPJ], row[NAME]) for row in held}) == len(held)


def test_categories_by_period(still: Client, quarterly: dict[tuple[int, int], list[Row]]) -> None:
    def categories(rows: list[Row]) -> tuple[str, ...]:
        return tuple(sorted({row["Categoria"] for row in rows}))

    first = {categories(rows): quarter for quarter, rows in reversed(quarterly.items())}
    assert categories(still.rows(2015, 3, MAIN, "MENSAL")) == (
        *("Mais de dois milhões de clientes", "Menos de dois milhões de clientes"),
    )
    assert sorted(first.items(), key=lambda entry: entry[1]) == [
        (("Mais de quatro milhões de clientes", "Menos de quatro milhões de clientes"), (2017, 1)),
        (("Grupo Secundário", "Top 10"), (2020, 2)),
        (("Demais bancos e financeiras", "Top 10 - Bancos e Financeiras"), (2021, 2)),
        (("Demais Bancos, Financeiras e Instituições de Pagamento", TOP_15), (2021, 4)),
    ]
    assert Counter(row["Categoria"] for row in quarterly[2021, 1])["Top 10"] == 10
    assert Counter(row["Categoria"] for row in quarterly[2025, 1])[TOP_15] == 15


def test_until_2024_q1_totals_are_sums_and_the_index_can_be_computed_again(
    still: Client, quarterly: dict[tuple[int, int], list[Row]]
) -> None:
    files = [(30, rows) for quarter, rows in quarterly.items() if quarter <= (2024, 1)]
    files += [(10, still.rows(2015, n, MAIN, "MENSAL")) for n in range(1, 13)]
    files += [(20, still.rows(2016, n, MAIN, "BIMESTRAL")) for n in (4, 5, 6)]
    files += [(30, still.rows(2015, n, MAIN, "SEMESTRAL")) for n in (1, 2)]
    checked, blank = 0, 0
    for threshold, rows in files:
        for row in rows:
            upheld = int(row[UPHELD])
            assert int(row[TOTAL]) == upheld + int(row[OTHER]) + int(row[UNREGULATED])
            index = published(row[INDEX])
            is_large = row["Categoria"].startswith(("Mais", "Top"))
            if index is not None:
                assert index == rounded(Decimal(1_000_000 * upheld) / int(row[CLIENTS]))
                assert upheld >= threshold or is_large
                checked += 1
            else:
                assert not is_large
                assert upheld < threshold or row[CLIENTS].strip() in {"", "0"}
                blank += upheld > 0
    assert checked > 1_000
    assert blank > 1_000


def test_since_2024_q2_the_index_follows_an_extrapolation_that_was_rounded(
    quarterly: dict[tuple[int, int], list[Row]],
) -> None:
    apart: list[Decimal] = []
    for quarter, rows in quarterly.items():
        if quarter > (2024, 1):
            assert not {UPHELD, TOTAL} & set(rows[0])
            extrapolated = REGULATED_EXTRAPOLATED if quarter == (2024, 2) else EXTRAPOLATED
            for row in rows:
                index = published(row[INDEX])
                if quarter > (2024, 2):
                    assert int(row[IN_SAMPLE]) <= int(row[ANALYSED]) <= int(row[ANSWERED])
                    assert int(row[IN_SAMPLE]) <= int(row[EXTRAPOLATED])
                if index is not None and int(row[extrapolated]):
                    apart.append(abs(index * int(row[CLIENTS]) / 1_000_000 - int(row[extrapolated])))
    assert max(apart) < 3
    assert sum(found > Decimal("0.7") for found in apart) > len(apart) / 3


def test_members_add_up_to_their_conglomerates_and_those_are_in_the_main_file(still: Client) -> None:
    for quarter in ((2024, 3), (2025, 1), (2026, 2)):
        main = {(row[CNPJ], row[NAME]): row for row in still.rows(*quarter)}
        parents: dict[str, Row] = {}
        added: dict[str, Counter[str]] = defaultdict(Counter)
        alone: list[Row] = []
        for row in still.rows(*quarter, BY_INSTITUTION):
            if row["Conglomerado"] == " ":
                alone.append(row)
            elif row[KIND] == "Conglomerado":
                assert (row[CNPJ], row[NAME]) == (" ", " ")
                parents[row["Conglomerado"]] = row
            else:
                assert row[INDEX] in {" ", " 0 "}
                assert re.fullmatch(r"\d{8}", row[CNPJ])
                added[row["Conglomerado"]].update({key: int(row[key]) for key in NEW})
        assert set(added) == set(parents)
        shown = (INDEX, "Categoria", *NEW)
        for label, row in parents.items():
            assert {key: int(row[key]) for key in NEW} == {key: added[label][key] for key in NEW}
            assert {key: row[key] for key in shown} == {key: main[" ", f"{label} (conglomerado)"][key] for key in shown}
        for row in alone:
            assert {key: row[key] for key in shown} == {key: main[row[CNPJ], row[NAME]][key] for key in shown}
        assert len(parents) + len(alone) == len(main)
    rows = still.rows(2026, 2, BY_INSTITUTION)
    assert {row["Conglomerado"] for row in rows if row[CNPJ] == LARGEST} == {"JATOBÁ"}
    assert {row[INDEX] for row in rows if row[KIND] != "Conglomerado" and row["Conglomerado"] != " "} == {" ", " 0 "}
    assert 85 < sum(row[KIND] == "Conglomerado" for row in rows) < 100


def test_names_drift_and_conglomerates_merge(quarterly: dict[tuple[int, int], list[Row]]) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    seen: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for quarter, rows in quarterly.items():
        for row in rows:
            seen[row[NAME]].append(quarter)
            if row[CNPJ] != " ":
                names[row[CNPJ].zfill(8)].add(row[NAME])
    assert 0.2 < sum(len(found) > 1 for found in names.values()) / len(names) < 0.5

    def ends(label: str) -> tuple[tuple[int, int], tuple[int, int]]:
        found = seen[f"{label} (conglomerado)"]
        return found[0], found[-1]

    assert ends("SUCUPIRA") == ends("PAINEIRA") == ((2017, 1), (2021, 1))
    assert ends("SUCUPIRA/PAINEIRA") == ((2021, 2), (2026, 2))
    assert (ends("BURITI")[1], ends("GRUPO BURITI")[0]) == ((2018, 1), (2018, 2))
    assert (ends("TUIUIU")[1], ends("TUIUIÚ")[0]) == ((2017, 2), (2017, 3))


def test_what_is_missing_is_missing_in_every_way(client: Client) -> None:
    world = client.api.world
    answer = client.ask(2022, 2)
    assert (answer.status, answer.body[:15]) == (404, b"<!DOCTYPE html>")
    world.missing = "empty"
    assert client.ask(2022, 2)[0::2] == (200, b"")
    world.missing = "html"
    answer = client.ask(2022, 2)
    assert (answer.status, answer.body[:15]) == (200, b"<!DOCTYPE html>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    world.missing = "header"
    assert client.file(2022, 2) == client.file(2022, 1).split(b"\n")[0] + b"\n"
    for year, number, kind in ((2022, 2, MAIN), (2031, 1, MAIN), (2021, 1, BY_INSTITUTION), (2021, 1, "?")):
        world.missing = "404"
        assert client.ask(year, number, kind).status == 404
    assert 2 not in client.catalogue()["2022"]["TRIMESTRAL"]
    world.ranking.lists_missing = True
    assert client.catalogue()["2022"]["TRIMESTRAL"][2] == [MAIN]
    assert client.ask(2022, 2).status == 404


@pytest.mark.parametrize("lost", ["ano", "periodicidade", "periodo", "tipo"])
def test_missing_parameters(still: Client, lost: str) -> None:
    asked = {"ano": 2023, "periodicidade": "TRIMESTRAL", "periodo": 1, "tipo": MAIN}
    del asked[lost]
    answer = still.get(f"{still.api.ranking_url}/arquivo?{urlencode(asked)}")
    assert (answer.status, answer.body[:15]) == (400, b"<!DOCTYPE html>")


def test_a_blank_is_a_plus_or_encoded(still: Client) -> None:
    begin = f"{still.api.ranking_url}/arquivo?ano=2023&periodicidade=TRIMESTRAL&periodo=1&tipo="
    plus, encoded = still.get(f"{begin}Bancos+e+financeiras"), still.get(f"{begin}Bancos%20e%20financeiras")
    assert plus.status == encoded.status == 200
    assert plus.body == encoded.body
    assert plus.headers["content-type"] == "text/csv"


def test_consortia_are_another_ranking(still: Client) -> None:
    header = still.file(2015, 1, "Consorcios", "SEMESTRAL").decode("cp1252").split("\n")[0]
    assert header == "Ano;Semestre;Administradora de consórcio;Índice;Quantidade de reclamações procedentes;"


# --- what changes ---


def changed(before: list[Row], after: list[Row]) -> list[str]:
    assert len(before) == len(after)
    return [old[NAME] for old, new in zip(before, after, strict=True) if old != new]


def test_a_restated_quarter_has_other_counts_of_some(client: Client) -> None:
    asked = ((2025, 2, MAIN), (2025, 2, BY_INSTITUTION), (2025, 1, MAIN), (2025, 3, MAIN))
    before = [client.rows(*ask) for ask in asked]
    assert [client.rows(*ask) for ask in asked] == before
    client.api.world.restate(2025, 2)
    after = [client.rows(*ask) for ask in asked]
    assert after[2:] == before[2:]
    names = changed(before[0], after[0])
    assert 8 < len(names) < 20
    assert [row[CLIENTS] for row in after[0]] == [row[CLIENTS] for row in before[0]]
    labels = {row["Conglomerado"] for row, old in zip(after[1], before[1], strict=True) if row != old} - {" "}
    assert {f"{label} (conglomerado)" for label in labels} == {name for name in names if "(" in name}
    client.api.world.restate(2025, 2)
    again = client.rows(2025, 2)
    assert not set(changed(after[0], again)) & set(names)


def test_who_is_renamed_or_taken_over_is_called_otherwise_from_then_on(client: Client) -> None:
    world = client.api.world
    world.rename("FREVO", "FREVO E CIA", (2025, 2))
    cnpj = next(row[CNPJ] for row in client.rows(2025, 1) if row[CNPJ] != " ")
    world.rename(cnpj, "OUTRO NOME S.A.", (2025, 3))
    assert world.merge("JABUTI", "MURIQUI", (2025, 4)) == "JABUTI/MURIQUI"
    found = {
        (2025, n): {row[NAME] for row in client.rows(2025, n) if row[CNPJ] == cnpj}
        | {row[NAME][:-15] for row in client.rows(2025, n) if re.match("FREVO|JABUTI|MURIQUI", row[NAME])}
        for n in (1, 2, 3, 4)
    }
    old = found[2025, 1] - {"FREVO", "JABUTI", "MURIQUI"}
    assert len(old) == 1
    assert found[2025, 2] == {*old, "FREVO E CIA", "JABUTI", "MURIQUI"}
    assert found[2025, 3] == {"OUTRO NOME S.A.", "FREVO E CIA", "JABUTI", "MURIQUI"}
    assert found[2025, 4] == {"OUTRO NOME S.A.", "FREVO E CIA", "JABUTI/MURIQUI"}

    def members(number: int, label: str) -> set[str]:
        rows = client.rows(2025, number, BY_INSTITUTION)
        return {row[CNPJ] for row in rows if row["Conglomerado"] == label and row[CNPJ] != " "}

    assert members(4, "JABUTI/MURIQUI") == members(3, "JABUTI") | members(3, "MURIQUI")
    assert members(4, "MURIQUI") == set()
    assert (cnpj in {i["Cnpj"] for i in client.members("06") if i["Nome"] == "OUTRO NOME S.A."}) == (
        cnpj in client.institutions() and "S.A." in old
    )


def test_the_same_seed_gives_the_same_bytes_at_any_time() -> None:
    def everything(seed: int, now: datetime) -> dict[tuple[str, str, int, str], bytes]:
        with serve(seed, lambda: now) as api:
            client = Client(api)
            return {
                (year, periodicity, number, kind): client.file(int(year), number, kind, periodicity)
                for year, periodicities in client.catalogue().items()
                for periodicity, numbers in periodicities.items()
                for number, kinds in numbers.items()
                for kind in kinds
            }

    started = time.process_time()
    early, late = everything(7, NOW - timedelta(days=400)), everything(7, NOW)
    assert time.process_time() - started < 4
    assert len(early) == 89
    assert len(late) == 24 + 3 + 5 + 37 + 8 + 25  # by month, bimester, half, quarter, institution; consortia
    assert {key: late[key] for key in early} == early
    assert all(data != late[key] for key, data in everything(8, NOW).items())


# --- fees ---


def test_the_services_list_what_they_have(still: Client) -> None:
    inside = f"https://was-p.bcnet.bcb.gov.br/olinda/servico/{A}$metadata"
    listed = still.odata("").json
    assert listed["@odata.context"] == inside
    assert listed["value"] == [
        {"name": "GruposConsolidados", "kind": "EntitySet", "url": "GruposConsolidados"},
        *(
            {"name": name, "kind": "FunctionImport", "url": name}
            for name in ("ListaInstituicoesDeGrupoConsolidado", "ListaTarifasPorInstituicaoFinanceira")
        ),
    ]
    assert [entry["name"] for entry in still.odata("", B).value] == [
        "GruposConsolidados",
        "ListaValoresServicoBancario",
    ]
    assert [entry["name"] for entry in still.odata("", C).value] == ["ServicosBancarios"]
    metadata = still.odata("$metadata")
    assert (metadata.status, metadata.headers["content-type"]) == (200, "application/xml")
    groups = still.odata("GruposConsolidados?$format=json").json
    assert groups["@odata.context"] == f"{inside}#GruposConsolidados"
    assert groups["value"][:2] == [
        {"Codigo": "01", "Nome": "Bancos privados"},
        {"Codigo": "02", "Nome": "Bancos públicos + Caixa Econômica Federal"},
    ]
    assert [group["Codigo"] for group in groups["value"]] == [f"{n:02}" for n in range(1, 12)]
    assert still.odata("GruposConsolidados", B).value == groups["value"]
    for path in ("Nada", "ListaTarifas('x')"):
        assert still.odata(path).status == 404
    assert still.get(f"{still.api.fees_url}/Outro/versao/v1/odata/").status == 404
    assert still.get(f"{still.api.url}/").status == 404


def test_institutions_by_group(still: Client) -> None:
    groups = {f"{n:02}": {i["Cnpj"]: i["Nome"] for i in still.members(f"{n:02}")} for n in range(1, 12)}
    assert groups["03"] == {**groups["01"], **groups["02"]}
    assert groups["11"] == {cnpj: name for n in range(4, 11) for cnpj, name in groups[f"{n:02}"].items()}
    base = Counter(cnpj for code, held in groups.items() if code not in {"03", "11"} for cnpj in held)
    assert len(base) == 40
    assert set(base.values()) == {1, 2}
    assert groups["01"][LARGEST] == "BANCO JATOBÁ S.A."
    assert groups["06"][SECOND] == "JATOBÁ FINANCEIRA S.A. - CRÉDITO, FINANCIAMENTO E INVESTIMENTO"
    assert groups["04"] == {"00999123": "BANCO PORTO CALADO DE CÂMBIO S.A."}
    assert still.members("12") == []
    with serve(seed=7, now=lambda: NOW, institutions=12) as api:
        assert len(Client(api).institutions()) == 12


def test_both_forms_of_a_call_and_both_ways_to_write_it(still: Client) -> None:
    name = "ListaTarifasPorInstituicaoFinanceira"
    aliased = f"{name}(PessoaFisicaOuJuridica=@PessoaFisicaOuJuridica,CNPJ=@CNPJ)"
    answers = [
        still.odata(path).json
        for path in (
            f"{name}(PessoaFisicaOuJuridica='J',CNPJ='{SECOND}')?$format=json&$top=9999",
            f"{name}(CNPJ='123456',PessoaFisicaOuJuridica='J')",
            f"{aliased}?@PessoaFisicaOuJuridica='J'&@CNPJ='{SECOND}'&$top=100&$format=json",
            f"{aliased}?%40PessoaFisicaOuJuridica=%27J%27&%40CNPJ=%27{SECOND}%27&%24top=100&%24format=json",
            f"{name}%28PessoaFisicaOuJuridica=%27J%27%2CCNPJ=%27{SECOND}%27%29",
        )
    ]
    assert answers[0]["@odata.context"] == f"https://was-p.bcnet.bcb.gov.br/olinda/servico/{A}$metadata#_{name}"
    assert len(answers[0]["value"]) > 1
    assert answers[1:] == answers[:1] * 4
    assert answers[0]["value"] != still.fees(SECOND, "F")
    assert answers[0]["value"] == still.fees("123456")
    assert still.fees("0") == still.fees(LARGEST) != []
    assert list(answers[0]["value"][0]) == [
        *("CodigoServico", "Servico", "Unidade", "DataVigencia", "ValorMaximo", "TipoValor", "Periodicidade"),
    ]


@pytest.mark.parametrize("cnpj", ["99999999", "11", "", "x", "000000000", "12.345.678"])
def test_nobody_has_no_fees(still: Client, cnpj: str) -> None:
    answer = still.odata(f"ListaTarifasPorInstituicaoFinanceira(PessoaFisicaOuJuridica='J',CNPJ='{cnpj}')")
    assert answer.value == []


@pytest.mark.parametrize(
    "path",
    [
        "ListaTarifasPorInstituicaoFinanceira",
        "ListaTarifasPorInstituicaoFinanceira()",
        "ListaTarifasPorInstituicaoFinanceira(CNPJ='1')",
        "ListaTarifasPorInstituicaoFinanceira(CNPJ=@CNPJ,PessoaFisicaOuJuridica='J')",
        "ListaTarifasPorInstituicaoFinanceira(CNPJ=@CNPJ,PessoaFisicaOuJuridica='J')?@CNPJ=123456",
        "ListaTarifasPorInstituicaoFinanceira(CNPJ='1',PessoaFisicaOuJuridica='X')",
        "GruposConsolidados(Codigo='01')",
        "GruposConsolidados?$top=-1",
        "GruposConsolidados?$skip=x",
        "GruposConsolidados?$select=Nada",
        "GruposConsolidados?$orderby=Nada",
        "GruposConsolidados?$filter=Nada%20eq%20'1'",
        "GruposConsolidados?$filter=Codigo%20gt%20'1'",
    ],
)
def test_wrong_requests(still: Client, path: str) -> None:
    answer = still.odata(path)
    assert answer.status == 400
    assert json.loads(answer.body)["codigo"] == 400


def test_other_formats_are_refused(still: Client) -> None:
    assert still.odata("GruposConsolidados?$format=text/csv").status == 406
    assert still.odata("GruposConsolidados?$format=xml").status == 406


def test_options_of_a_query(still: Client) -> None:
    everything = still.fees(LARGEST)
    assert len(everything) > 20
    assert still.fees(LARGEST, options="$top=3") == everything[:3]
    assert still.fees(LARGEST, options="$top=3&$skip=5") == everything[5:8]
    assert still.fees(LARGEST, options="%24top=3&%24skip=5") == everything[5:8]
    assert still.fees(LARGEST, options="$skip=9999") == []
    assert still.fees(LARGEST, options="$top=0") == []
    codes = [row["CodigoServico"] for row in everything]
    chosen = still.fees(LARGEST, options="$select=Servico,CodigoServico&$orderby=CodigoServico%20desc&$top=4")
    assert [list(row) for row in chosen] == [["Servico", "CodigoServico"]] * 4
    assert [row["CodigoServico"] for row in chosen] == codes[::-1][:4]
    free = still.fees(LARGEST, options="$filter=ValorMaximo%20eq%200")
    assert free == [row for row in everything if row["ValorMaximo"] == 0] != []
    some = "$filter=contains(Servico,'dastr')%20and%20CodigoServico%20eq%20'0101'"
    assert [row["CodigoServico"] for row in still.fees(LARGEST, options=some)] == ["0101"]
    assert still.odata("GruposConsolidados?$filter=Nome+eq+'Bancos'").value == []
    assert still.odata("GruposConsolidados?$filter=Codigo+eq+'05'").value == [
        {"Codigo": "05", "Nome": "Bancos de montadoras"}
    ]


def test_pages(client: Client) -> None:
    everything = client.fees(LARGEST)
    client.api.page_size = 10
    name = "ListaTarifasPorInstituicaoFinanceira(PessoaFisicaOuJuridica=@P,CNPJ=@C)"
    found, url, pages = [], f"{client.api.fees_url}/{A}/{name}?@P='J'&@C='0'&$format=json", 0
    while url and pages < 50:
        page = client.get(url).json
        found += page["value"]
        assert len(page["value"]) <= 10
        url, pages = page.get("@odata.nextLink", ""), pages + 1
        assert not url or url.startswith(f"{client.api.fees_url}/{A}/{name}?")
    assert found == everything
    assert pages == -(-len(everything) // 10)
    few = client.odata("GruposConsolidados?$top=10").json
    assert (len(few["value"]), "@odata.nextLink" in few) == (10, False)
    assert urlsplit(client.odata("GruposConsolidados?$top=11").json["@odata.nextLink"]).query == "$top=1&$skip=10"
    client.api.links_inside = True
    assert client.odata("GruposConsolidados").json["@odata.nextLink"] == (
        f"https://was-p.bcnet.bcb.gov.br/olinda/servico/{A}/GruposConsolidados?$skip=10"
    )


def test_shape_of_the_fees() -> None:
    with serve(seed=7, now=lambda: NOW, institutions=200) as api:
        client = Client(api)
        institutions = client.institutions()
        assert len(institutions) == 200
        answers = {(cnpj, kind): client.fees(cnpj, kind) for cnpj in institutions for kind in "JF"}
    for kind, low, high in (("J", "0101", "1011"), ("F", "1101", "1706")):
        lists = [rows for (_, asked), rows in answers.items() if asked == kind]
        assert 0.24 < sum(not rows for rows in lists) / len(lists) < 0.26
        assert max(len(rows) for rows in lists) <= 66
        codes = [[row["CodigoServico"] for row in rows] for rows in lists]
        assert all(found == sorted(set(found)) for found in codes)
        assert {min(found) for found in codes if found} >= {low}
        assert max(code for found in codes for code in found) == high
    rows = [row for held in answers.values() for row in held]
    share = {key: Counter(row[key] for row in rows) for key in ("ValorMaximo", "TipoValor", "Periodicidade", "Unidade")}
    assert 0.19 < share["ValorMaximo"][0.0] / len(rows) < 0.29
    assert 1 < share["ValorMaximo"][99999.99] < len(rows) / 100
    assert set(share["TipoValor"]) == {"Real", "Percentual"}
    assert 0.04 < share["TipoValor"]["Percentual"] / len(rows) < 0.08
    assert 0.82 < share["Periodicidade"]["Por evento"] / len(rows) < 0.92
    assert {"A cada 0 dias", "A cada 30 dias", "A cada 180 dias", "A cada 1440 dias"} < set(share["Periodicidade"])
    assert {"por operacao", "Por Operação", "por cheque", "Por Cheque"} < set(share["Unidade"])
    assert {type(row["ValorMaximo"]) for row in rows} == {int, float}
    names: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        names[row["CodigoServico"]].add(row["Servico"])
    assert {len(found) for found in names.values()} == {1}
    assert any("  " in name for found in names.values() for name in found)
    dates = [date.fromisoformat(row["DataVigencia"]) for row in rows]
    assert date(1996, 7, 25) <= min(dates) < date(1998, 1, 1)
    assert date(2026, 1, 1) < max(dates) <= NOW.date()


def test_fees_change_as_time_goes_by(client: Client, clock: Clock) -> None:
    def tables() -> dict[tuple[str, str], Json]:
        return {(cnpj, row["CodigoServico"]): row for cnpj in institutions for row in client.fees(cnpj)}

    institutions = client.institutions()
    before = tables()
    clock.now = NOW + timedelta(days=120)
    after = tables()
    ended = set(before) - set(after)
    altered = [key for key in set(before) & set(after) if before[key] != after[key]]
    assert 0 < len(ended) < len(before) / 20
    assert len(before) / 100 < len(altered) < len(before) / 8
    for key in altered:
        assert NOW.date() < date.fromisoformat(after[key]["DataVigencia"]) <= clock.now.date()
    clock.now = NOW
    assert tables() == before


def test_a_test_changes_and_ends_fees_as_of_a_moment(client: Client, clock: Clock) -> None:
    world, before = client.api.world, client.fees(LARGEST)
    first, second = before[0]["CodigoServico"], before[1]["CodigoServico"]
    world.set_fee(LARGEST, "J", first, NOW + timedelta(hours=1), ValorMaximo=12.5, TipoValor="Real")
    world.close_fee(LARGEST, "J", second, NOW + timedelta(hours=2))
    world.set_fee(LARGEST, "J", "9901", NOW + timedelta(hours=3))
    assert client.fees(LARGEST) == before
    clock.now += timedelta(hours=1)
    raised = {**before[0], "DataVigencia": "2026-09-01", "ValorMaximo": 12.5, "TipoValor": "Real"}
    assert client.fees(LARGEST) == [raised, *before[1:]]
    clock.now += timedelta(hours=1)
    assert client.fees(LARGEST) == [raised, *before[2:]]
    clock.now += timedelta(hours=1)
    assert client.fees(LARGEST)[-1] == {
        "CodigoServico": "9901",
        "Servico": "Serviço novo",
        "Unidade": "por operacao",
        "DataVigencia": "2026-09-01",
        "ValorMaximo": 10.0,
        "TipoValor": "Real",
        "Periodicidade": "Por evento",
    }
    world.close_fee(LARGEST, "J", first)
    assert client.fees(LARGEST)[:-1] == before[2:]
    assert client.fees(LARGEST, "F") == client.fees("0", "F")


def test_market_values_are_of_the_fees_of_a_group(still: Client) -> None:
    name = "ListaValoresServicoBancario(PessoaFisicaOuJuridica='F',CodigoGrupoConsolidado='03')"
    answer = still.odata(f"{name}?$format=json", B).json
    assert answer["@odata.context"].endswith(
        "/Informes_ListaValoresDeServicoBancario/versao/v1/odata$metadata#_" + name[:27]
    )
    fees: dict[str, list[float]] = defaultdict(list)
    for institution in still.members("03"):
        for row in still.fees(institution["Cnpj"], "F"):
            if row["TipoValor"] == "Real":
                fees[row["Servico"]].append(row["ValorMaximo"])
    assert {row["NomeServico"]: (row["ValorMinimo"], row["ValorMaximo"]) for row in answer["value"]} == {
        service: (min(values), max(values)) for service, values in fees.items()
    }
    for row in answer["value"]:
        values = fees[row["NomeServico"]]
        assert row["ValorMedio"] == pytest.approx(sum(values) / len(values), abs=0.006)
        assert (row["PeriodicidadeValorMinimo"] == "-") == (row["ValorMinimo"] == 0)
    assert {type(row[key]) for row in answer["value"] for key in ("ValorMinimo", "ValorMedio")} == {int, float}
    services = still.odata("ServicosBancarios", C).value
    assert services[0] == {"Codigo": "0101", "Nome": "Confecção de cadastro"}
    assert len(services) == len({service["Codigo"] for service in services}) == 105


# --- the wire ---


def test_a_script_may_fail_one_institution(client: Client) -> None:
    def of_the_second(request: Request) -> Scripted | None:
        return Scripted(500) if f"CNPJ='{SECOND}'" in request.path else None

    client.api.script.append(of_the_second)
    name = "ListaTarifasPorInstituicaoFinanceira(PessoaFisicaOuJuridica='J',CNPJ='{}')"
    assert len(client.fees(LARGEST)) > 1
    failed = client.odata(name.format(SECOND).replace("'", "%27"))
    assert (failed.status, failed.body[:15]) == (500, b"<!DOCTYPE html>")
    assert failed.headers["content-type"] == "text/html; charset=utf-8"
    assert len(client.fees(SECOND)) > 1
    noted = client.api.requests
    assert [request.status for request in noted] == [200, 500, 200]
    assert noted[1].path == f"/olinda/servico/{A}/{name.format(SECOND)}"
    assert noted[2].params == {"$format": "json", "$top": "9999"}


def test_stand_ins_set_what_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("BANKS_RANKING_URL", "BANKS_FEES_URL", "BANKS_REQUESTS_PER_SECOND")
    for name in names:
        monkeypatch.delenv(name, raising=False)

    def held() -> list[str | None]:
        return [os.environ.get(name) for name in names]

    with stand_ins.banks_api():
        ranking, fees, rate = held()
        assert ranking
        assert fees
        assert (urlsplit(ranking).path, urlsplit(fees).path, rate) == (
            "/rdrweb/rest/ext/ranking",
            "/olinda/servico",
            "500",
        )
        assert urlsplit(ranking).netloc == urlsplit(fees).netloc
    assert held() == [None, None, None]
    monkeypatch.setenv("BANKS_REQUESTS_PER_SECOND", "9")
    with stand_ins.banks_api():
        assert held()[2] == "9"
    monkeypatch.delenv("BANKS_REQUESTS_PER_SECOND")
    monkeypatch.setenv("BANKS_FEES_URL", "https://example.org")
    with stand_ins.banks_api():  # somebody's real service is not asked 500 times a second
        assert held()[1:] == ["https://example.org", None]
        assert held()[0]


# --- the drop ---

UNTIL = date(2026, 9, 1)


def drop(**options: Any) -> tuple[Drop, banks_files.Made]:
    files: Drop = {}
    made = DEMOS["banks.complaint_files"](files.__setitem__, **{"seed": 7, "dirt": 0, "until": UNTIL, **options})
    assert isinstance(made, banks_files.Made)
    assert (made.objects, made.bytes) == (len(files), sum(map(len, files.values())))
    return files, made


@pytest.fixture(scope="module")
def clean() -> tuple[Drop, banks_files.Made]:
    return drop()


def test_saved_complaints_are_those_of_the_api(clean: tuple[Drop, banks_files.Made], still: Client) -> None:
    files, made = clean
    complaints = {key.removeprefix("complaints/"): data for key, data in files.items() if key.startswith("complaints/")}
    assert complaints.pop("2022_tri_02_nao_ha_dados.csv") == b""
    assert complaints.pop("2019_tri_04.csv") == still.file(2019, 4)
    assert complaints.pop("2022_tri_01.csv") == still.file(2022, 1)
    assert complaints.pop("2022_tri_04.csv") == still.file(2022, 3)
    assert complaints.pop("2020_tri_01.csv").decode() == still.file(2020, 1).decode("cp1252")
    marked = still.file(2021, 3).decode("cp1252").replace("\n", "\r\n")
    assert complaints.pop("2021_tri_03.csv") == b"\xef\xbb\xbf" + marked.encode()
    again = complaints.pop("2021_tri_04.csv").decode()
    assert not complaints
    assert again.startswith(",Ano,Trimestre,Categoria,")
    assert again.split("\n")[0].endswith(",Unnamed: 14")
    saved = rows_of(again, ",")
    assert [row.pop("") for row in saved] == [str(n) for n in range(len(saved))]
    assert {row.pop("Unnamed: 14") for row in saved} == {""}
    assert '"Top 15 - Bancos, Financeiras e Instituições de Pagamento"' in again
    served = still.rows(2021, 4)
    assert {row.pop("") for row in served} == {""}
    assert saved == served
    quarters = ((2019, 4), (2020, 1), (2021, 3), (2021, 4), (2022, 1), (2022, 3))
    assert made.complaints == sum(len(still.rows(*quarter)) for quarter in quarters)
    assert (made.duplicates, made.broken, made.uncastable) == (0, 0, 0)


def test_saved_answers_are_of_before(clean: tuple[Drop, banks_files.Made], client: Client, clock: Clock) -> None:
    files, made = clean
    saved = {key: json.loads(data) for key, data in files.items() if key.startswith("fees/J/")}
    assert (len(saved), made.answers) == (36, 36)
    assert made.fees == sum(len(document["value"]) for document in saved.values()) > 200
    assert {key[7:] for key in saved if "/0" in key and "__20260305" in key} == {
        "00000000__20260305_162000.json",
        *(
            f"{cnpj}__20260305_{at}.json"
            for cnpj, at in (("08343436", 162021), ("00123456", 162028), ("00999123", 162103))
        ),
    }
    assert {"fees/J/0__20260603_162000.json", "fees/J/123456__20260603_162028.json"} < set(saved)
    assert {len(document) for key, document in saved.items() if "__20260305" in key} == {3}
    assert saved["fees/J/00123456__20260305_162028.json"]["cnpj"] == SECOND
    context = client.odata(f"ListaTarifasPorInstituicaoFinanceira(PessoaFisicaOuJuridica='J',CNPJ='{SECOND}')").json
    answers: dict[str, list[Json]] = defaultdict(list)
    for key, document in saved.items():
        assert document["@odata.context"] == context["@odata.context"]
        cnpj, at = key[7:-5].split("__")
        clock.now = datetime.strptime(at, "%Y%m%d_%H%M%S").replace(tzinfo=UTC)
        assert document["value"] == client.fees(cnpj)
        answers[cnpj.zfill(8)].append({row["CodigoServico"]: row for row in document["value"]})
    clock.now = NOW
    seen: Counter[str] = Counter()
    for cnpj, tables in answers.items():
        for old, new in pairwise([*tables, {row["CodigoServico"]: row for row in client.fees(cnpj)}]):
            seen.update(ended=len(old.keys() - new.keys()), begun=len(new.keys() - old.keys()))
            seen["altered"] += sum(old[code] != new[code] for code in old.keys() & new.keys())
    assert {len(tables) for tables in answers.values()} == {3}
    assert sum(not any(tables) for tables in answers.values()) == 3
    assert min(seen["ended"], seen["begun"]) > 0
    assert seen["altered"] > 5


def test_the_list_of_segments(clean: tuple[Drop, banks_files.Made]) -> None:
    files, made = clean
    lines = files["segments/segments.tsv"].decode("cp1252").split("\r\n")
    assert lines[:2] == ["Segmento\tCNPJ\tNome", "S1\t0\tJATOBA - PRUDENCIAL"]
    assert "S1\t84686872\tCAIXA ESTADUAL DAS AGUAS - PRUDENCIAL" in lines
    assert "S3\t6823342\tTODA ROÇA SOCIEDADE DE CRÉDITO DIRETO S.A." in lines
    rows = rows_of("\n".join(lines), "\t")
    assert made.segments == len(rows) == len({row["CNPJ"] for row in rows}) > 200
    assert {row["Segmento"] for row in rows} == {"S1", "S2", "S3", "S4", "S5"}
    assert not [row for row in rows if row["CNPJ"] != "0" and row["CNPJ"].startswith("0")]


def test_damage_stands_beside_what_is_good(clean: tuple[Drop, banks_files.Made]) -> None:
    good, made = clean
    files, damaged = drop(dirt=0.05)
    assert (damaged.complaints, damaged.fees, damaged.segments) == (made.complaints, made.fees, made.segments)
    found: Counter[str] = Counter()
    for key, data in files.items():
        if key.endswith("tsv"):
            assert data == good[key]
        elif key.startswith("fees"):
            rows = json.loads(data)["value"]
            before = json.loads(good[key])["value"]
            assert [row for row in rows if row["CodigoServico"] < "99"] == before
            found["uncastable"] += sum(row["ValorMaximo"] == "isento" for row in rows[len(before) :])
        elif key != "complaints/2021_tri_04.csv":
            old, new = Counter(good[key].splitlines()), Counter(data.splitlines())
            assert not old - new
            for line, count in (new - old).items():
                is_nobody = "NINGUÉM" in line.decode("utf-8" if "2020" in key or "2021" in key else "cp1252")
                kind = "broken" if is_nobody and line.count(b";") == 5 else "uncastable" if is_nobody else "duplicates"
                found[kind] += count
    assert found["duplicates"] <= damaged.duplicates < made.complaints / 10
    assert 0 < found["broken"] <= damaged.broken
    assert 0 < found["uncastable"] <= damaged.uncastable
    total = damaged.duplicates + damaged.broken + damaged.uncastable
    assert 0.03 < total / (made.complaints + made.fees) < 0.07
    usual = drop(dirt=0.002)[1]
    assert usual.broken + usual.uncastable < (made.complaints + made.fees) / 100


def test_the_drop_can_be_repeated(clean: tuple[Drop, banks_files.Made]) -> None:
    assert drop() == clean
    assert drop(dirt=0.05)[0] == drop(dirt=0.05)[0]
    assert drop(scale=0.75)[1].answers == 27
    small, made = drop(scale=0.1)
    assert made.answers == 9
    assert {key: clean[0][key] for key in small} == small
    later = drop(until=date(2026, 12, 1))[0]
    assert {key for key in later if key in clean[0]} == {key for key in clean[0] if not key.startswith("fees")}
    assert all(later[key] == data for key, data in clean[0].items() if key.startswith("complaints"))
    other = drop(seed=8)[0]
    assert other["complaints/2021_tri_03.csv"] != clean[0]["complaints/2021_tri_03.csv"]
