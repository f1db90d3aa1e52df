"""The fees of the demo's banks: who charges how much for what, at any time since 1996.

The real service tells only what is in force now; so does the stand-in, but its tables change as time goes by: a few
percent of the fees a year, on days that do not depend on when one asks.
"""

import dataclasses
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from loaders.demo.banks_cast import Entity, Institution
from loaders.demo.banks_names import LARGEST
from loaders.demo.banks_services import BY_CODE, BY_KIND, EVERY, GROUPS, SERVICES, UNIONS, Service

OLDEST, CHANGING, LAST = date(1996, 7, 25), date(2023, 1, 1), date(2032, 1, 1)
EMPTY = {"J": (2, 6), "F": (2, 5)}  # of eight institutions, those that report nothing
PLACEHOLDER = 99999.99  # what some banks write who would rather not charge a fee at all
NOT_RANKED = (Institution("00999123", "BANCO PORTO CALADO DE CÂMBIO S.A."), Institution("88123456", "VENTO LESTE LTDA"))
Row = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Version:
    """A fee from a day on; a value of None: it is not charged any more."""

    since: date
    value: float | int | None
    is_percent: bool
    every: str


@dataclasses.dataclass(frozen=True)
class Change:
    """What a test changes in a fee as of a moment; values of None end it."""

    at: datetime
    cnpj: str
    kind: str
    code: str
    values: Row | None


class Fees:
    """The fee tables. institutions: how many of those that there are report; the largest and various others."""

    def __init__(self, seed: int, entities: Sequence[Entity], institutions: int) -> None:
        self.seed = seed
        self.institutions = reporting(entities)[:institutions]
        self.changes: list[Change] = []
        self._versions = lru_cache(maxsize=None)(self._made)

    def set_fee(self, cnpj: str, kind: str, code: str, at: datetime, **values: Any) -> None:
        """Change cells of a fee as of a moment, or add it: ValorMaximo=12.5, TipoValor="Percentual", …"""
        self.changes.append(
            Change(at, cnpj, kind, code, {"DataVigencia": at.astimezone(UTC).date().isoformat(), **values})
        )

    def close_fee(self, cnpj: str, kind: str, code: str, at: datetime) -> None:
        """Do not charge for a service any more as of a moment."""
        self.changes.append(Change(at, cnpj, kind, code, None))

    def groups(self) -> list[Row]:
        """The groups of institutions."""
        return [{"Codigo": code, "Nome": name} for code, name in GROUPS.items()]

    def members(self, group: str) -> list[Row]:
        """The institutions of a group; none of an unknown one."""
        told = UNIONS.get(group, (group,))
        found = [i for n, i in enumerate(self.institutions) if set(told) & set(self._groups_of(n, i))]
        return [{"Cnpj": institution.cnpj, "Nome": institution.name} for institution in found]

    def services(self) -> list[Row]:
        """Everything that can be charged for."""
        return [{"Codigo": service.code, "Nome": service.name} for service in SERVICES]

    def table(self, cnpj: str, kind: str, now: datetime) -> list[Row]:
        """What an institution charges F or J, by code; nothing of one that does not report. cnpj: 8 digits."""
        rows = {row["CodigoServico"]: row for row in self._in_force(cnpj, kind, now)}
        for change in sorted((c for c in self.changes if c.at <= now), key=lambda change: change.at):
            if (change.cnpj, change.kind) == (cnpj, kind):
                if change.values is None:
                    rows.pop(change.code, None)
                else:
                    rows[change.code] = rows.get(change.code, _row(change.code, 10.0)) | change.values
        return [rows[code] for code in sorted(rows)]

    def market(self, kind: str, group: str, now: datetime) -> list[Row]:
        """The least, the greatest and the mean fee for each service within a group; numbers as they come out."""
        found: dict[str, list[Row]] = {}
        for institution in self.members(group):
            for row in self.table(institution["Cnpj"], kind, now):
                if row["TipoValor"] == "Real":
                    found.setdefault(row["Servico"], []).append(row)
        for name, rows in found.items():
            rows.sort(key=lambda row: row["ValorMaximo"])
            least, most = _short(rows[0]["ValorMaximo"]), _short(rows[-1]["ValorMaximo"])
            every = {"PeriodicidadeValorMinimo": rows[0]["Periodicidade"].title() if least else "-"}
            every["PeriodicidadeValorMaximo"] = rows[-1]["Periodicidade"].title()
            mean = _short(round(sum(row["ValorMaximo"] for row in rows) / len(rows), 2))
            found[name] = [
                {"NomeServico": name, "ValorMinimo": least, "ValorMaximo": most, "ValorMedio": mean, **every}
            ]
        return [rows[0] for rows in found.values()]

    def _groups_of(self, number: int, institution: Institution) -> Iterator[str]:
        name = institution.name
        if name.startswith("BANCO"):
            yield "04" if "CÂMBIO" in name else "02" if "ESTADUAL" in name or "CAIXA" in name else "01"
        elif "PAGAMENTO" in name:
            yield "07"
        else:
            yield "08" if "CRÉDITO DIRETO" in name else "06" if "CRÉDITO" in name else "10"
        if number % 9 == 4:
            yield "05" if number % 2 else "09"

    def _in_force(self, cnpj: str, kind: str, now: datetime) -> Iterator[Row]:
        for code, versions in self._versions(cnpj, kind):
            found = [version for version in versions if version.since <= now.astimezone(UTC).date()]
            if found and found[-1].value is not None:
                last = found[-1]
                yield _row(code, last.value, last)

    def _made(self, cnpj: str, kind: str) -> list[tuple[str, list[Version]]]:
        """The versions of each fee of an institution, oldest first."""
        places = {institution.cnpj: n for n, institution in enumerate(self.institutions)}
        if places.get(cnpj, EMPTY[kind][0]) % 8 in EMPTY[kind]:
            return []
        draw, services = random.Random(f"{self.seed}|{cnpj}|{kind}"), BY_KIND[kind]
        few = cnpj != LARGEST and draw.random() < 0.45
        count = draw.randint(2, 14) if few else draw.randint(len(services) // 3, len(services))
        chosen = sorted(draw.sample(services, min(count, 66)))
        found = [(service.code, list(_versions(draw, service))) for service in chosen]
        if (cnpj, kind) == (LARGEST, "J"):
            for _, versions in found[2::17]:
                versions[1:] = _every_other_quarter(versions[0])
        return found


def reporting(entities: Sequence[Entity]) -> list[Institution]:
    """Whoever reports fees, in the order in which they come into a smaller demo: of all kinds from the first ten on."""
    groups = [entity for entity in entities if entity.is_conglomerate]
    alone = [entity.members[0] for entity in entities if not entity.is_conglomerate]
    leading = [entity.members[0] for entity in groups]
    second = [entity.members[1] for entity in groups if len(entity.members) > 1]
    found = leading[:4] + second[:2] + alone[:3] + list(NOT_RANKED[:1])
    found += leading[4:20] + second[2:6] + alone[3:13] + leading[20:] + alone[13:] + second[6:] + list(NOT_RANKED[1:])
    return list({institution.cnpj: institution for institution in found}.values())


def _versions(draw: random.Random, service: Service) -> Iterator[Version]:
    days = (CHANGING - OLDEST).days
    since = OLDEST + timedelta(days=int(days * draw.random() ** 0.5))
    is_percent = draw.random() < 0.06
    value = _value(draw, is_percent)
    every = draw.choice(EVERY)
    yield Version(since, value, is_percent, every)
    since = CHANGING
    while (since := since + timedelta(days=int(draw.expovariate(1 / 2200)) + 20)) < LAST:
        if draw.random() < 0.2:
            yield Version(since, None, is_percent, every)
            continue
        if value and value < 5e4:
            value = round(value * draw.uniform(1.02, 1.3), 2)
        elif draw.random() < 0.3:
            value = _value(draw, is_percent)
        yield Version(since, value, is_percent, every)


def _every_other_quarter(first: Version) -> Iterator[Version]:
    """A fee that is charged in the first and third quarters only, so that every history has ends and new beginnings."""
    for month in range(12 * CHANGING.year, 12 * LAST.year, 3):
        since, value = date(month // 12, month % 12 + 1, 1), first.value if month % 2 == 0 else None
        yield dataclasses.replace(first, since=since, value=value)


def _value(draw: random.Random, is_percent: bool) -> float | int:
    """Free in a quarter of the cases; whole numbers come as they are in JSON, with or without a fraction."""
    if is_percent:
        return draw.choice((0.5, 1.5, 2.0, 2.5, 3, 5.0, 10.0))
    if (turn := draw.random()) < 0.28:
        return 0.0
    if turn > 0.995:
        return PLACEHOLDER
    value = round(draw.lognormvariate(3.2, 1.2) * 2) / 2 + draw.choice((0, 0, 0, 0.4, 0.9))
    return int(value) if value.is_integer() and draw.random() < 0.5 else round(value, 2)


def _row(code: str, value: Any, version: Version | None = None) -> Row:
    service = BY_CODE.get(code, Service(code, "Serviço novo", "por operacao"))
    return {
        "CodigoServico": code,
        "Servico": service.name,
        "Unidade": service.unit,
        "DataVigencia": version.since.isoformat() if version else "",
        "ValorMaximo": value,
        "TipoValor": "Percentual" if version and version.is_percent else "Real",
        "Periodicidade": version.every if version else EVERY[0],
    }


def _short(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
