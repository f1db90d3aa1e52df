"""The complaint ranking of the demo: which periods are published at a time, and their files."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from loaders.demo.banks_cast import Entity, Quarter, cast, first_month
from loaders.demo.banks_figures import THRESHOLDS, Figures, Period, figures, large, last_month, shown, split
from loaders.demo.banks_layouts import BY_INSTITUTION, CONSORTIA, MAIN, layout_of, line_end, period_cells

RELEASED_AFTER = timedelta(days=45)
NEVER_PUBLISHED = 2022, 2
SUFFIX = " (conglomerado)"


def end_of(period: Period) -> date:
    """The last day of a period."""
    year, month = divmod(last_month(period), 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def periods(until: date) -> Iterator[tuple[Period, tuple[str, ...]]]:
    """Every period that ends before `until`, with the kinds of its files; also one that was never published."""
    for year in range(2014, until.year + 1):
        found: list[tuple[Period, tuple[str, ...]]] = []
        for month in range(1, 13):
            if 12 * 2014 + 7 <= 12 * year + month <= 12 * 2016 + 6:
                found.append((("MENSAL", year, month), (MAIN,)))
        if year == 2016:
            found += [(("BIMESTRAL", year, number), (MAIN,)) for number in (4, 5, 6)]
        for number in (1, 2):
            is_main = (2014, 2) <= (year, number) <= (2016, 2)
            found.append((("SEMESTRAL", year, number), (MAIN, CONSORTIA) if is_main else (CONSORTIA,)))
        for number in range(1, 5) if year >= 2017 else ():
            kinds = (MAIN, BY_INSTITUTION) if (year, number) >= (2024, 3) else (MAIN,)
            found.append((("TRIMESTRAL", year, number), kinds))
        yield from (entry for entry in found if end_of(entry[0]) < until)


class Ranking:
    """What of the ranking there is; a test may change it.

    lists_missing: whether the catalogue offers the quarter that was never published, and other ones cannot be had.
    """

    def __init__(self, seed: int) -> None:
        self.seed, self.entities, self.lists_missing = seed, cast(), False
        self.revisions: dict[Period, int] = {}
        self.early = 0
        self._file = lru_cache(maxsize=None)(self._made)

    # --- what tests change -------------------------------------------------------------------------------------------

    def restate(self, year: int, number: int, periodicity: str = "TRIMESTRAL") -> None:
        """Other counts of one entity in ten in a period; again, of others."""
        self.revisions[periodicity, year, number] = self.revisions.get((periodicity, year, number), 0) + 1
        self._file.cache_clear()

    def rename(self, who: str, name: str, since: Quarter) -> None:
        """Call a conglomerate (by its label) or an institution (by its CNPJ) otherwise from a quarter on."""
        entity = self.find(who)
        for member in entity.members:
            if member.cnpj == who:
                member.name = name
        if not (entity.is_conglomerate and who.isdigit()):
            entity.rename(first_month(since), name)
        self._file.cache_clear()

    def merge(self, who: str, whom: str, since: Quarter) -> str:
        """One label for two conglomerates from a quarter on; which it is."""
        entity = self.find(who)
        entity.take_over(self.find(whom), first_month(since))
        self._file.cache_clear()
        return entity.names[-1][1]

    def add_quarter(self) -> None:
        """Publish one more quarter than the time tells."""
        self.early += 1

    def find(self, who: str) -> Entity:
        """Who has or had a label or a CNPJ."""
        for entity in self.entities:
            cnpjs = {member.cnpj for member in entity.members}
            if who in cnpjs or who in {name for _, name in entity.names}:
                return entity
        raise KeyError(who)

    # --- what is asked -----------------------------------------------------------------------------------------------

    def published(self, now: datetime) -> dict[Period, tuple[str, ...]]:
        """The periods that can be had, with the kinds of their files."""
        day = (now - RELEASED_AFTER).date()
        for _ in range(self.early):
            day = end_of(("TRIMESTRAL", day.year, (day.month + 2) // 3)) + timedelta(days=1)
        known = dict(periods(day))
        known.pop(("TRIMESTRAL", *NEVER_PUBLISHED), None)
        return known

    def catalogue(self, now: datetime) -> dict[str, Any]:
        """What the service lists. The first quarter that is not there yet is listed without kinds."""
        offered = self.published(now)
        newest = max(period[1:] for period in offered if period[0] == "TRIMESTRAL")
        following = (newest[0], newest[1] + 1) if newest[1] < 4 else (newest[0] + 1, 1)
        offered["TRIMESTRAL", *following] = ()
        if self.lists_missing:
            offered["TRIMESTRAL", *NEVER_PUBLISHED] = (MAIN,)
        years: dict[int, dict[str, list[Any]]] = {}
        for (periodicity, year, number), kinds in sorted(offered.items()):
            told = {"periodo": number, "tipos": [{"tipo": kind} for kind in kinds]}
            years.setdefault(year, {}).setdefault(periodicity, []).append(told)
        return {
            "anos": [
                {"ano": str(year), "periodicidades": [{"periodicidade": p, "periodos": n} for p, n in held.items()]}
                for year, held in sorted(years.items(), reverse=True)
            ]
        }

    def file(self, period: Period, kind: str, now: datetime) -> bytes | None:
        """A file as it is published; None if it is not."""
        return self.made(period, kind) if kind in self.published(now).get(period, ()) else None

    def made(self, period: Period, kind: str) -> bytes:
        """A file, published or not."""
        return self._file(period, kind)

    def header(self, period: Period, kind: str) -> bytes:
        """A file without rows."""
        return layout_of(*period, kind).text([], line_end(*period))

    def _made(self, period: Period, kind: str) -> bytes:
        if kind == CONSORTIA:
            return self._consortia(period)
        return layout_of(*period, kind).text(self.rows(period, kind), line_end(*period))

    def rows(self, period: Period, kind: str) -> list[Figures]:
        """The rows of a file, by key of HEADERS, in its order: by name."""
        month, layout = last_month(period), layout_of(*period, kind)
        there = sorted((e for e in self.entities if e.since <= month <= e.until), key=lambda e: e.name(month))
        counted = {e.key: figures(self.seed, e, period, self._revision(e, period)) for e in there}
        tops, top, rest = large({key: found["clients"] or 0 for key, found in counted.items()}, period)
        rows: list[Figures] = []
        for entity in there:
            found, is_large = counted[entity.key], entity.key in tops
            name = entity.name(month)
            told = {**period_cells(*period), "category": top if is_large else rest}
            told |= shown(found, layout, name, 0 if is_large else THRESHOLDS[period[0]])
            kinds = {"entity_kind": "Conglomerado" if entity.is_conglomerate else "Banco/financeira"}
            if not entity.is_conglomerate:
                rows.append(told | kinds | {"cnpj": entity.members[0].cnpj, "name": name})
            elif kind == BY_INSTITUTION:
                rows += [told | kinds | {"conglomerate": name}, *self._belonging(entity, month, found, told, name)]
            else:
                rows.append(told | kinds | {"name": name + SUFFIX})
        return rows

    def _belonging(self, entity: Entity, month: int, found: Figures, told: Figures, label: str) -> Iterator[Figures]:
        """The rows of a conglomerate's members, whose counts add up to its own."""
        members = entity.belonging(month)
        parts = split(found, [4.0 / (n + 1) for n in range(len(members))])
        for n, (member, part) in enumerate(zip(members, parts, strict=True)):
            who = {"entity_kind": "Banco/financeira", "cnpj": member.cnpj, "conglomerate": label, "name": member.name}
            yield told | part | who | {"index": " 0 " if (n + len(label)) % 3 == 0 else None}

    def _revision(self, entity: Entity, period: Period) -> int:
        """How many of the restatements of a period were of this entity."""
        number = int(entity.key[1:])
        return sum(number % 10 == n % 10 for n in range(self.revisions.get(period, 0)))

    def _consortia(self, period: Period) -> bytes:
        """Another ranking, of who administers consortia; nobody here reads it, and its columns are made up."""
        draw = random.Random(f"{self.seed}|{period}|{CONSORTIA}")
        lines = ["Ano;Semestre;Administradora de consórcio;Índice;Quantidade de reclamações procedentes;"]
        for entity in self.entities[:20]:
            name, upheld = entity.names[0][1], draw.randint(0, 90)
            lines.append(f"{period[1]};{period[2]}º;{name} ADMINISTRADORA DE CONSÓRCIOS LTDA;{upheld},50;{upheld};")
        return "".join(f"{line}\n" for line in lines).encode("cp1252")
