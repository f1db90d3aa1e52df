"""The world that the stand-in of the Banco Central's services tells of; what tests change, they change here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from loaders.demo.banks_cast import Quarter
from loaders.demo.banks_fees import Fees
from loaders.demo.banks_ranking import Ranking

INSTITUTIONS = 40
MISSING = ("404", "empty", "html", "header")


class World:
    """What there is at now(): ranking, the complaint files; fees, the tables of who charges what.

    missing: how the service answers for a file that is not there, one of MISSING.
    """

    def __init__(self, seed: int, now: Callable[[], datetime], institutions: int = INSTITUTIONS) -> None:
        self.now, self.missing = now, MISSING[0]
        self.ranking = Ranking(seed)
        self.fees = Fees(seed, self.ranking.entities, institutions)

    def restate(self, year: int, number: int, periodicity: str = "TRIMESTRAL") -> None:
        """Publish other counts of a tenth of the entities of a period; again, of another tenth."""
        self.ranking.restate(year, number, periodicity)

    def rename(self, who: str, name: str, since: Quarter) -> None:
        """Call a conglomerate (by its label) or an institution (by its CNPJ) otherwise from (year, quarter) on."""
        self.ranking.rename(who, name, since)

    def merge(self, who: str, whom: str, since: Quarter) -> str:
        """Have a conglomerate take over another from (year, quarter) on; says the label that joins both."""
        return self.ranking.merge(who, whom, since)

    def add_quarter(self) -> None:
        """Publish the next quarter before its time."""
        self.ranking.add_quarter()

    def set_fee(self, cnpj: str, kind: str, code: str, at: datetime | None = None, **values: Any) -> None:
        """Change a fee as of a moment, by default now, or add it: ValorMaximo=12.5, TipoValor="Percentual", …"""
        self.fees.set_fee(cnpj, kind, code, at or self.now(), **values)

    def close_fee(self, cnpj: str, kind: str, code: str, at: datetime | None = None) -> None:
        """End a fee as of a moment, by default now."""
        self.fees.close_fee(cnpj, kind, code, at or self.now())
