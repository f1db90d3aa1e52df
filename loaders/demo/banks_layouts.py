"""The ten layouts, A to J, in which the complaint ranking has been published, byte for byte.

Windows-1252, `;`, no quotes. Layouts differ in their columns, in whether a `;` ends each line, in leading zeros of CNPJ
and, from 2026 Q2 on, in the ends of lines.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

MAIN = "Bancos e financeiras"
BY_INSTITUTION = "Bancos e financeiras - por instituição"  # what the service really calls this file is not known to us
CONSORTIA = "Consorcios"
CRLF_FROM = (2026, 2)
BIMESTERS = {4: "Jul/Ago", 5: "Set/Out", 6: "Nov/Dez"}

HEADERS = {
    "year": "Ano",
    "month": "Mês",
    "bimester": "Bimestre",
    "half": "Semestre",
    "quarter": "Trimestre",
    "category": "Categoria",
    "entity_kind": "Tipo",
    "cnpj": "CNPJ IF",
    "conglomerate": "Conglomerado",
    "name": "Instituição financeira",
    "index": "Índice",
    "upheld_regulated": "Quantidade de reclamações reguladas procedentes",
    "other_regulated": "Quantidade de reclamações reguladas - outras",
    "unregulated": "Quantidade de reclamações não reguladas",
    "total": "Quantidade total de reclamações",
    "answered": "Quantidade total de reclamações respondidas",
    "extrapolated_regulated": "Quantidade de reclamações reguladas procedentes extrapoladas",
    "upheld": "Quantidade de reclamações procedentes",
    "extrapolated": "Quantidade de reclamações procedentes extrapoladas",
    "analysed": "Quantidade total de reclamações analisadas",
    "clients": "Quantidade total de clientes – CCS e SCR",  # noqa: RUF001 - an en dash it is
    "clients_ccs": "Quantidade de clientes – CCS",  # noqa: RUF001
    "clients_scr": "Quantidade de clientes – SCR",  # noqa: RUF001
    "clients_fgc": "Quantidade de clientes – FGC",  # noqa: RUF001
}
WHO = ("category", "entity_kind", "cnpj", "name", "index")
OLD = ("upheld_regulated", "other_regulated", "unregulated", "total")
NEW = ("answered", "upheld", "extrapolated", "analysed")
CLIENTS = ("clients", "clients_ccs", "clients_scr")


@dataclasses.dataclass(frozen=True)
class Layout:
    """columns: keys of HEADERS. ends_with_separator: each line, so that a reader finds one cell more than columns."""

    letter: str
    columns: tuple[str, ...]
    ends_with_separator: bool = True
    keeps_zeros: bool = True

    def text(self, rows: Iterable[Mapping[str, object]], line_end: str = "\n") -> bytes:
        """A file with these rows; what a row lacks is a blank."""
        lines = [[HEADERS[key] for key in self.columns], *(self._cells(row) for row in rows)]
        end = (";" if self.ends_with_separator else "") + line_end
        return "".join(";".join(cells) + end for cells in lines).encode("cp1252")

    def _cells(self, row: Mapping[str, object]) -> Iterator[str]:
        for key in self.columns:
            value = row.get(key)
            if isinstance(value, Decimal):
                yield decimal(value, is_trimmed=not self.keeps_zeros)
            elif key == "cnpj" and value and not self.keeps_zeros:
                yield str(int(str(value)))
            else:
                yield " " if value is None else str(value)


def decimal(value: Decimal, is_trimmed: bool = False) -> str:
    """1054.80 as 1.054,80, or as 1.054,8 where trailing zeros are gone."""
    text = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    return text.rstrip("0").rstrip(",") if is_trimmed else text


A = Layout("A", ("year", "month", *WHO, *OLD, *CLIENTS, "clients_fgc"))
B = Layout("B", ("year", "bimester", *WHO, *OLD, *CLIENTS, "clients_fgc"))
C = Layout("C", ("year", "half", *WHO, *OLD, *CLIENTS))
D = Layout("D", ("year", "quarter", *WHO, *OLD, *CLIENTS, "clients_fgc"))
E = Layout("E", D.columns, ends_with_separator=False, keeps_zeros=False)
G = Layout("G", ("year", "quarter", *WHO, *OLD, *CLIENTS))
F = Layout("F", G.columns, ends_with_separator=False, keeps_zeros=False)
H = Layout("H", ("year", "quarter", *WHO, "answered", "extrapolated_regulated", *CLIENTS))
I = Layout("I", ("year", "quarter", *WHO, *NEW, *CLIENTS))  # noqa: E741 - the contract's letter
J = Layout("J", ("year", "quarter", "category", "entity_kind", "cnpj", "conglomerate", "name", "index", *NEW))
BARE_I = dataclasses.replace(I, ends_with_separator=False)  # 2025 Q1


def layout_of(periodicity: str, year: int, number: int, kind: str = MAIN) -> Layout:
    """The layout of a period's file of the two rankings of banks."""
    if kind == BY_INSTITUTION:
        return J
    if periodicity != "TRIMESTRAL":
        return {"MENSAL": A, "BIMESTRAL": B, "SEMESTRAL": C}[periodicity]
    quarter = year, number
    if quarter == (2025, 1):
        return BARE_I
    ends = (((2019, 3), D), ((2020, 1), F), ((2024, 1), G), ((2024, 2), H))
    return E if quarter in {(2017, 2), (2017, 4)} else next((found for last, found in ends if quarter <= last), I)


def period_cells(periodicity: str, year: int, number: int) -> dict[str, object]:
    """The cells that tell the period."""
    if periodicity == "MENSAL":
        return {"year": year, "month": number}
    if periodicity == "BIMESTRAL":
        return {"year": year, "bimester": BIMESTERS[number]}
    return {"year": year, "half" if periodicity == "SEMESTRAL" else "quarter": f"{number}º"}


def line_end(periodicity: str, year: int, number: int) -> str:
    """What ends the lines of a period's files."""
    return "\r\n" if periodicity == "TRIMESTRAL" and (year, number) >= CRLF_FROM else "\n"
