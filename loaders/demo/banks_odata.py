"""What the stand-in of the fee services answers: three services that speak a part of OData 4.

<service>/versao/v1/odata/<resource>                        an entity set
<service>/versao/v1/odata/<resource>(A=@A,B=@B)?@A='x'&…    a function, and
<service>/versao/v1/odata/<resource>(A='x',B='y')           the same in another form
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from loaders.demo.banks_world import World

INSIDE = "https://was-p.bcnet.bcb.gov.br/olinda/servico"  # a machine that nobody outside can reach
A = "Informes_ListaTarifasPorInstituicaoFinanceira"
B = "Informes_ListaValoresDeServicoBancario"
C = "Informes_ListaTarifaPorValores"
PATH = re.compile(r"(?P<service>\w+)/versao/v1/odata(?:/(?P<name>[\w$]*)(?:\((?P<arguments>.*)\))?)?")
TEXT = r"'((?:[^']|'')*)'"
TERM = re.compile(rf"(?:contains\((\w+),\s*{TEXT}\)|(\w+)\s+eq\s+(?:{TEXT}|(-?[\d.]+)))(?:\s+and\s+|$)")
Row = dict[str, Any]


class Wrong(Exception):
    """A request that gets (status, message)."""


class Resource(NamedTuple):
    """rows: called with the world and the values of the parameters."""

    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Callable[..., list[Row]]


def _kind(value: str) -> str:
    if value not in {"F", "J"}:
        raise Wrong(400, f"PessoaFisicaOuJuridica is F or J, not {value}")
    return value


def _cnpj(value: str) -> str:
    """Also without its zeros; what can be none is nobody's."""
    return value.zfill(8) if re.fullmatch(r"[0-9]{1,8}", value) else "nobody"


GROUPS = Resource((), ("Codigo", "Nome"), lambda world: world.fees.groups())
RESOURCES: dict[str, dict[str, Resource]] = {
    A: {
        "GruposConsolidados": GROUPS,
        "ListaInstituicoesDeGrupoConsolidado": Resource(
            ("CodigoGrupoConsolidado",), ("Cnpj", "Nome"), lambda world, group: world.fees.members(group)
        ),
        "ListaTarifasPorInstituicaoFinanceira": Resource(
            ("PessoaFisicaOuJuridica", "CNPJ"),
            ("CodigoServico", "Servico", "Unidade", "DataVigencia", "ValorMaximo", "TipoValor", "Periodicidade"),
            lambda world, kind, cnpj: world.fees.table(_cnpj(cnpj), _kind(kind), world.now()),
        ),
    },
    B: {
        "GruposConsolidados": GROUPS,
        "ListaValoresServicoBancario": Resource(
            ("PessoaFisicaOuJuridica", "CodigoGrupoConsolidado"),
            (
                *("NomeServico", "ValorMinimo", "PeriodicidadeValorMinimo"),
                *("ValorMaximo", "PeriodicidadeValorMaximo", "ValorMedio"),
            ),
            lambda world, kind, group: world.fees.market(_kind(kind), group, world.now()),
        ),
    },
    C: {"ServicosBancarios": Resource((), ("Codigo", "Nome"), lambda world: world.fees.services())},
}


def respond(  # noqa: PLR0913, PLR0917
    world: World, path: str, params: Mapping[str, str], page_size: int | None, address: str, cap: int | None = None
) -> Row | str:
    """The document of a good answer, or XML; raises Wrong.

    path: behind the address of the services. page_size: no answer has more rows, and tells where the rest is, at
    `address`. cap: no answer has more rows either, and tells nothing.
    """
    match = PATH.fullmatch(path)
    if not match or match["service"] not in RESOURCES:
        raise Wrong(404, f"there is no {path}")
    service, name = match["service"], match["name"] or ""
    root = f"{INSIDE}/{service}/versao/v1/odata$metadata"
    if not name:
        return {"@odata.context": root, "value": [_listed(*entry) for entry in RESOURCES[service].items()]}
    if name == "$metadata":
        names = "".join(f'<EntitySet Name="{name}"/>' for name in RESOURCES[service])
        return f'<?xml version="1.0" encoding="UTF-8"?><Edmx Version="4.0"><Schema>{names}</Schema></Edmx>'
    resource = RESOURCES[service].get(name)
    if resource is None:
        raise Wrong(404, f"there is no {name} in {service}")
    if params.get("$format", "json") not in {"json", "application/json"}:
        raise Wrong(406, "this stand-in speaks JSON only")
    rows = resource.rows(world, *_arguments(resource, match["arguments"], params))
    asked, skip = _asked(resource, rows, params), _number(params, "$skip", 0)
    top = _number(params, "$top", len(asked))
    top = min(top, cap or top)
    shown = asked[skip : skip + min(top, page_size or top)]
    context = f"{root}#{'_' if resource.parameters else ''}{name}"
    if "$select" in params:
        context += f"({params['$select']})"
    answer: Row = {"@odata.context": context, "value": shown}
    if (rest := min(top, len(asked) - skip) - len(shown)) > 0:
        turned = {**params, "$skip": str(skip + len(shown))} | ({"$top": str(rest)} if "$top" in params else {})
        query = "&".join(f"{key}={quote(value, safe='$@')}" for key, value in turned.items())
        answer["@odata.nextLink"] = f"{address}/{quote(path, safe='/()=,@$')}?{query}"
    return answer


def _listed(name: str, resource: Resource) -> Row:
    return {"name": name, "kind": "FunctionImport" if resource.parameters else "EntitySet", "url": name}


def _arguments(resource: Resource, told: str | None, params: Mapping[str, str]) -> list[str]:
    """The values of a function's parameters, in their order."""
    pattern = rf"(\w+)=(@\w+|{TEXT})"
    found = {name: value for name, value, _ in re.findall(pattern, told or "")}
    if set(found) != set(resource.parameters):
        raise Wrong(400, f"the parameters are {', '.join(resource.parameters) or 'none'}")
    values = []
    for name in resource.parameters:
        value = params.get(found[name], "") if found[name].startswith("@") else found[name]
        if not re.fullmatch(TEXT, value):
            raise Wrong(400, f"{name} is a text in single quotes, not {value or 'missing'}")
        values.append(value[1:-1].replace("''", "'"))
    return values


def _number(params: Mapping[str, str], name: str, default: int) -> int:
    value = params.get(name, str(default))
    if not re.fullmatch(r"[0-9]+", value):
        raise Wrong(400, f"{name} is a whole number, not {value}")
    return int(value)


def _asked(resource: Resource, rows: list[Row], params: Mapping[str, str]) -> list[Row]:
    """The rows that are asked for, in the order and with the columns that are."""
    for column, is_equal, value in _conditions(resource, params.get("$filter", "")):
        rows = [row for row in rows if (row[column] == value if is_equal else str(value) in str(row[column]))]
    for part in reversed(params["$orderby"].split(",") if "$orderby" in params else []):
        column, _, direction = part.strip().partition(" ")
        key = _column(resource, column)
        rows = sorted(rows, key=lambda row, key=key: row[key], reverse=direction.strip() == "desc")  # type: ignore[misc]
    if "$select" not in params:
        return rows
    columns = [_column(resource, name.strip()) for name in params["$select"].split(",")]
    return [{column: row[column] for column in columns} for row in rows]


def _conditions(resource: Resource, text: str) -> list[tuple[str, bool, str | float]]:
    """(column, whether it equals or else contains, the value) of the terms of a filter, which `and` joins."""
    found: list[tuple[str, bool, str | float]] = []
    place = 0
    while place < len(text):
        term = TERM.match(text, place)
        if not term:
            raise Wrong(400, f"not understood: $filter={text}")
        holder, part, column, whole, number = term.groups()
        value: str | float = float(number) if number else (part or whole or "").replace("''", "'")
        found.append((_column(resource, holder or column), not holder, value))
        place = term.end()
    return found


def _column(resource: Resource, name: str) -> str:
    if name not in resource.columns:
        raise Wrong(400, f"no column {name}; there are {', '.join(resource.columns)}")
    return name
