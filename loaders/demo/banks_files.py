"""What somebody saved of the Banco Central over the years, made up and repeatable, as people keep such things.

    complaints/   quarters of the ranking in other encodings, separators and ends of lines than they were published in,
                  one under another quarter's name, and an empty file for the quarter that was never published
    fees/J/       answers about a dozen institutions, of three moments before the day `until`, some with lost zeros
    segments/     the list of who is regulated how, of the day `until`

About 800 complaints at any scale, and 450 fees at scale 1: 44 files, 0.2 MB, in 0.1 s. They tell of the same banks as
the stand-in of the API, so that what both have is the same. Damage is put beside the good rows, never done to them, in
the name of a bank and under codes that nobody else has; segments have none.
"""

import csv
import dataclasses
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from loaders.demo.banks_cast import Entity
from loaders.demo.banks_layouts import MAIN
from loaders.demo.banks_names import LISTED_AS, cnpj, plain
from loaders.demo.banks_odata import INSIDE, A
from loaders.demo.banks_world import World

BOM = "\ufeff"
EMPTY = "2022_tri_02_nao_ha_dados"
SAVED = (timedelta(days=180), timedelta(days=90), timedelta(days=30))  # before `until`
AT = time(16, 20, tzinfo=UTC)
NOBODY = "BANCO DE NINGUÉM S.A."
UPHELD, INDEX, CNPJ, NAME = 7, 6, 4, 5  # places of cells in the layouts of 2019 to 2022


@dataclasses.dataclass(frozen=True)
class Made:
    """What was put. The counts of rows are disjoint.

    complaints, fees, segments: good rows. answers: files of fees, some with none. duplicates: rows of complaints that
    stand there twice, less one of each. broken: lines of complaints with too few cells. uncastable: rows of complaints
    or fees with one cell that its column cannot hold.
    """

    objects: int
    bytes: int
    complaints: int
    answers: int
    fees: int
    segments: int
    duplicates: int
    broken: int
    uncastable: int


@dataclasses.dataclass(frozen=True)
class Copy:
    """A saved quarter. shape: what was done to it, one of published, bom, utf8 and pandas."""

    name: str
    quarter: tuple[int, int]
    shape: str


COPIES = (
    Copy("2019_tri_04", (2019, 4), "published"),  # the layout whose CNPJ have no zeros
    Copy("2020_tri_01", (2020, 1), "utf8"),
    Copy("2021_tri_03", (2021, 3), "bom"),
    Copy("2021_tri_04", (2021, 4), "pandas"),
    Copy("2022_tri_01", (2022, 1), "published"),
    Copy("2022_tri_04", (2022, 3), "published"),  # collections are known whose names are one quarter ahead
)


def _complaints(world: World, copy: Copy, draw: random.Random, dirt: float, tally: Counter[str]) -> bytes:
    """A saved quarter with its damage."""
    lines = world.ranking.made(("TRIMESTRAL", *copy.quarter), MAIN).decode("cp1252").splitlines()
    kept = lines[:1]
    for line in lines[1:]:
        kept.append(line)
        tally["complaints"] += 1
        if draw.random() < dirt:
            counted, damaged = _damaged(line, draw)
            tally[counted] += 1
            kept.append(damaged)
    if copy.shape == "pandas":
        return _by_pandas(kept)
    end = "\r\n" if copy.shape == "bom" else "\n"
    text = "".join(f"{line}{end}" for line in kept)
    return (
        text.encode("cp1252") if copy.shape == "published" else f"{BOM if copy.shape == 'bom' else ''}{text}".encode()
    )


def _damaged(line: str, draw: random.Random) -> tuple[str, str]:
    """Where it is counted, and a damaged line."""
    cells = line.split(";")
    cells[CNPJ], cells[NAME] = f"9999{draw.randrange(10_000):04}", NOBODY
    turn = draw.randrange(4)
    if turn == 0:
        return "duplicates", line
    if turn == 1:
        return "broken", ";".join(cells[: NAME + 1])
    place, value = (UPHELD, "n/d") if turn == 2 else (INDEX, "12,3,4")
    cells[place] = value
    return "uncastable", ";".join(cells)


def _by_pandas(lines: list[str]) -> bytes:
    """Lines as pandas writes them again: a column without a name that numbers them, and one for the last separator."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header = lines[0].split(";")
    writer.writerow(["", *(name or f"Unnamed: {place}" for place, name in enumerate(header))])
    writer.writerows([number, *line.split(";")] for number, line in enumerate(lines[1:]))
    return text.getvalue().encode()


def _segments(world: World, until: date) -> list[str]:
    """The lines of the list: conglomerates under their leading institution's CNPJ, and who stands alone."""
    month, found = 12 * until.year + until.month, list[tuple[str, int, str]]()
    for number, entity in enumerate(world.ranking.entities):
        if entity.since <= month <= entity.until and number % 20 != 7:  # no list has everybody
            segment = f"S{1 + sum(entity.rank >= end for end in (6, 14, 45, 90))}"
            found.append((segment, int(entity.members[0].cnpj), _listed(entity, month)))
    for number in range(60):
        name = f"COOPERATIVA DE CRÉDITO DO VALE {number + 1}"
        found.append(("S5", int(cnpj(1_000 + number)), name))
    return ["Segmento\tCNPJ\tNome", *(f"{segment}\t{number}\t{name}" for segment, number, name in sorted(found))]


def _listed(entity: Entity, month: int) -> str:
    name = entity.name(month)
    return f"{LISTED_AS.get(name, plain(name))} - PRUDENCIAL" if entity.is_conglomerate else entity.members[0].name


def _answers(world: World, count: int, until: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, document) of the saved answers. Some keys have lost the zeros of the CNPJ, some documents have it, too."""
    context = f"{INSIDE}/{A}/versao/v1/odata$metadata#_ListaTarifasPorInstituicaoFinanceira"
    for turn, before in enumerate(SAVED):
        for number, institution in enumerate(world.fees.institutions[:count]):
            at = datetime.combine(until - before, AT) + timedelta(seconds=7 * number)
            asked = str(int(institution.cnpj)) if turn == 1 else institution.cnpj
            document: dict[str, Any] = {"@odata.context": context}
            document["value"] = world.fees.table(institution.cnpj, "J", at)
            if turn == 0:
                document["cnpj"] = asked
            yield f"fees/J/{asked}__{at:%Y%m%d_%H%M%S}.json", document


def make(  # noqa: PLR0913
    put: Callable[[str, bytes], None],
    *,
    scale: float = 1.0,
    seed: int = 1,
    dirt: float = 0.002,
    days: int = 14,
    until: date,
) -> Made:
    """Put the files, one call each; dirt: damaged rows as a share of the good ones.

    days is taken for the sake of the other generators and limits nothing.
    """
    tally: Counter[str] = Counter()
    world = World(seed, lambda: datetime.combine(until, time(), UTC))
    files = {f"complaints/{EMPTY}.csv": b""}
    for copy in COPIES:
        draw = random.Random(f"{seed}|{float(dirt)}|{copy.name}")
        files[f"complaints/{copy.name}.csv"] = _complaints(world, copy, draw, dirt, tally)
    listed = _segments(world, until)
    files["segments/segments.tsv"] = "".join(f"{line}\r\n" for line in listed).encode("cp1252")
    for key, document in _answers(world, max(3, round(12 * scale)), until):
        draw, rows = random.Random(f"{seed}|{float(dirt)}|{key}"), document["value"]
        tally.update(answers=1, fees=len(rows))
        spoilt = [{**row, "CodigoServico": f"99{n:02}", "ValorMaximo": "isento"} for n, row in enumerate(rows)]
        damaged = [row for row in spoilt if draw.random() < dirt]
        tally["uncastable"] += len(damaged)
        files[key] = json.dumps({**document, "value": rows + damaged}).encode()
    for key, data in files.items():
        put(key, data)
        tally.update(objects=1, bytes=len(data))
    tally["segments"] = len(listed) - 1
    return Made(**{field.name: tally[field.name] for field in dataclasses.fields(Made)})
