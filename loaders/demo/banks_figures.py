"""How many complaints and clients an entity of the ranking had in a period; whole numbers that follow its rules.

Until 2024 Q1 a total is the sum of its parts and the index can be recomputed. Since then a sample of the complaints is
analysed and extrapolated, and the index follows the extrapolation before it was rounded.
"""

import random
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from typing import Any

from loaders.demo.banks_cast import BEGIN, NEVER, Entity
from loaders.demo.banks_layouts import NEW, Layout

MONTHS = {"MENSAL": 1, "BIMESTRAL": 2, "TRIMESTRAL": 3, "SEMESTRAL": 6}
THRESHOLDS = {"MENSAL": 10, "BIMESTRAL": 20, "TRIMESTRAL": 30, "SEMESTRAL": 30}
"""Fewer upheld complaints of one that is not large, and its index is not computed."""
CLIENTLESS, DREADED = "C097", "S012"
SINGULAR = "C008"  # a large one of which nobody complained until its first 90 months were over
Figures = dict[str, Any]
Period = tuple[str, int, int]  # periodicity, year, number


def last_month(period: Period) -> int:
    """The last month of a period, as 12 * year + month."""
    periodicity, year, number = period
    return 12 * year + MONTHS[periodicity] * number


def figures(seed: int, entity: Entity, period: Period, revision: int) -> Figures:
    """The counts of every layout, and the indexes of both methods whether or not they are computed.

    revision: how often the period was restated; clients do not change by it.
    """
    month, months = last_month(period), MONTHS[period[0]]
    clients = client_counts(seed, entity, month)
    draw = random.Random(f"{seed}|{entity.key}|{period}|{revision}")
    base = clients["clients"] or 0
    expected = base / 1e6 * _rate(seed, entity, month) * months / 3
    upheld = max(0, round(draw.gauss(expected, expected**0.5)))
    other = int(upheld * draw.uniform(0.5, 2.5) + draw.uniform(0, 6))
    unregulated = int(upheld * draw.uniform(0.2, 1.2) + draw.uniform(0, 4))
    found: Figures = {**clients, "upheld_regulated": upheld, "other_regulated": other, "unregulated": unregulated}
    found["total"] = found["answered"] = upheld + other + unregulated
    found["analysed"] = analysed = _sample(upheld + other + unregulated)
    found["upheld"] = in_sample = min(upheld, analysed) * draw.randint(60, 95) // 100
    exact = in_sample * (upheld + other + unregulated) / analysed if analysed else 0.0
    found["extrapolated"] = found["extrapolated_regulated"] = round(exact)
    shaken = exact + draw.uniform(-1.4, 1.4) if in_sample else 0.0
    found["old_index"], found["new_index"] = _index(Decimal(upheld), base), _index(Decimal(round(shaken, 3)), base)
    return found


def shown(found: Figures, layout: Layout, name: str, threshold: int) -> Figures:
    """A row's counts and index as a layout has them; index and blanks as they are spelled."""
    is_old = "upheld_regulated" in layout.columns
    counted = found["upheld_regulated" if is_old else "extrapolated"]
    index = found["old_index" if is_old else "new_index"] if counted >= threshold else None
    row = {**found, "index": " 0 " if index == 0 else index}
    blank = [key for key in ("clients", "clients_ccs", "clients_scr", "clients_fgc") if row[key] is None]
    if blank and len(name) % 5 == 0:
        row[blank[-1]] = ""  # nearly every blank is one space, a few are nothing at all
    return row


def client_counts(seed: int, entity: Entity, month: int) -> dict[str, int | None]:
    """How many clients of each kind an entity had in a month; None for what is not published."""
    draw = random.Random(f"{seed}|{entity.key}|clients")
    size = 85e6 / (1 + entity.rank / 9) ** 3.1 * draw.uniform(0.8, 1.2)
    growth = 1 + (month - BEGIN) * draw.uniform(0.001, 0.006)
    kind, both = draw.random(), draw.uniform(0.05, 0.3)
    total = int(size * growth) + month * 37 % 101
    total += sum(
        client_counts(seed, other, month)["clients"] or 0 for since, other in entity.absorbed if since <= month
    )
    if entity.key == CLIENTLESS:
        return {"clients": 0, "clients_ccs": 0, "clients_scr": None, "clients_fgc": None}
    if entity.rank > 25 and kind > 0.96:
        return dict.fromkeys(("clients", "clients_ccs", "clients_scr", "clients_fgc"))
    if not entity.is_conglomerate and kind < 0.25:
        return {"clients": total, "clients_ccs": total, "clients_scr": None, "clients_fgc": None}
    if not entity.is_conglomerate and kind < 0.45:
        return {"clients": total, "clients_ccs": None, "clients_scr": total, "clients_fgc": None}
    of_accounts = int(total * draw.uniform(0.6, 0.95))
    of_credit = total - of_accounts + int(of_accounts * both)
    insured = int(of_accounts * 0.8)
    return {"clients": total, "clients_ccs": of_accounts, "clients_scr": of_credit, "clients_fgc": insured}


def split(found: Figures, weights: list[float]) -> list[Figures]:
    """The counts of the new method among the members of a conglomerate, adding up; sample and upheld stay within."""
    parts = [dict.fromkeys(NEW, 0) for _ in weights]
    upheld, analysed = found["upheld"], found["analysed"]
    answered, extrapolated = found["answered"], found["extrapolated"]
    shares = {
        ("upheld", "analysed", "answered", "extrapolated"): upheld,
        ("analysed", "answered"): analysed - upheld,
        ("answered",): answered - analysed,
        ("extrapolated",): extrapolated - upheld,
    }
    total = sum(weights)
    ends = [0.0, *accumulate(weight / total for weight in weights)]
    for keys, count in shares.items():
        cuts = [int(count * end + 0.5) for end in ends]
        for part, (first, last) in zip(parts, pairwise(cuts), strict=True):
            for key in keys:
                part[key] += last - first
    return [dict(part) for part in parts]


def _sample(answered: int) -> int:
    """Of how many complaints were answered, how many are analysed: all of few, less of many."""
    return answered if answered < 40 else 40 + (answered - 40) * 3 // 5


def _rate(seed: int, entity: Entity, month: int) -> float:
    """Upheld complaints per quarter and million clients; complaints have become fewer over the years."""
    if entity.key == SINGULAR and month < BEGIN + 90:
        return 0.0
    if entity.key == DREADED:
        return 2_500.0
    own = random.Random(f"{seed}|{entity.key}|rate").lognormvariate(3.6, 0.75)
    return own * (1.25 - 0.003 * (month - BEGIN))


def _index(count: Decimal, clients: int) -> Decimal | None:
    if not clients:
        return None
    return (max(count, Decimal(0)) * 1_000_000 / clients).quantize(Decimal("0.01"), ROUND_HALF_UP)


def large(ranked: Mapping[str, int], period: Period) -> tuple[set[str], str, str]:
    """(keys of the large ones, their category, that of the others) of a period. ranked: clients by key of entity."""
    at = period[1], period[2] if period[0] == "TRIMESTRAL" else 0
    if at < (2020, 2):
        many, word = (4_000_000, "quatro") if at >= (2017, 1) else (2_000_000, "dois")
        above = {key for key, clients in ranked.items() if clients > many}
        return above, f"Mais de {word} milhões de clientes", f"Menos de {word} milhões de clientes"
    tops = (
        ((2021, 1), 10, "Top 10", "Grupo Secundário"),
        ((2021, 3), 10, "Top 10 - Bancos e Financeiras", "Demais bancos e financeiras"),
        (
            (NEVER, 1),
            15,
            "Top 15 - Bancos, Financeiras e Instituições de Pagamento",
            "Demais Bancos, Financeiras e Instituições de Pagamento",
        ),
    )
    count, top, rest = next((count, top, rest) for last, count, top, rest in tops if at <= last)
    return set(sorted(ranked, key=lambda key: -ranked[key])[:count]), top, rest
