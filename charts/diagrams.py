"""One entity-relationship diagram a domain, drawn from what the tests say of keys.

A domain is a folder of models/marts. Its tables are there with their keys, their dates, and how many more columns they
have; a line is a test of a key. Tables of other domains that a line leads to are there, too, but for the calendar:
nearly every table points to it, so that it is written beside the date instead.

D2 lays out and draws (https://d2lang.com); its SVG holds its fonts and asks for nothing.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

CALENDAR = "dim_date"
LEADS = ("relationships", "one_version_at")
"""Tests of a column that name the table and the column in which its values are."""
ROW_HEIGHT = 36


@dataclass(frozen=True, order=True)
class Edge:
    """What a test says: every value of one column is in another."""

    table: str
    column: str
    to: str
    field: str


@dataclass
class Table:
    """A mart. columns: name -> type as its contract has it, in order; keys: the columns of the primary key."""

    name: str
    domain: str
    columns: dict[str, str]
    keys: list[str] = field(default_factory=list)


def tables_of(manifest: Mapping[str, Any]) -> dict[str, Table]:
    """The marts by their names, with the keys that are tested: one column, else the first combination."""
    tables, unique, whole = {}, set(), set()
    for node_id, node in manifest["nodes"].items():
        path = Path(node["original_file_path"]).parts
        if node["resource_type"] == "model" and path[:2] == ("models", "marts"):
            columns = {name: str(column["data_type"]) for name, column in node["columns"].items()}
            tables[node_id] = Table(node["name"], path[2], columns)
    for node, told in _tests(manifest):
        place = (node["attached_node"], node["column_name"])
        unique |= {place} if told["name"] == "unique" else set()
        whole |= {place} if told["name"] == "not_null" else set()
    for node_id, table in tables.items():
        both = [name for name in table.columns if (node_id, name) in unique & whole]
        table.keys = both[:1]
    for node, told in _tests(manifest):
        owner = tables.get(node["attached_node"])
        if told["name"] == "unique_combination" and owner and not owner.keys:
            owner.keys = list(told["kwargs"]["columns"])
    return {table.name: table for table in tables.values()}


def edges_of(manifest: Mapping[str, Any]) -> list[Edge]:
    """What the tests of marts say of other marts, each once."""
    names = tables_of(manifest)
    found = set()
    for node, told in _tests(manifest):
        if told["name"] in LEADS:
            table = node["attached_node"].split(".")[-1]
            [to] = re.findall(r"""ref\(\s*['"]([^'"]+)['"]\s*\)""", told["kwargs"]["to"])
            if table in names and to in names:
                found.add(Edge(table, node["column_name"], to, told["kwargs"]["field"]))
    return sorted(found)


def _tests(manifest: Mapping[str, Any]) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("test_metadata") and node.get("attached_node"):
            yield node, node["test_metadata"]


def source(domain: str, tables: Mapping[str, Table], edges: Iterable[Edge]) -> str:
    """The diagram of a domain as D2 reads it."""
    own = sorted(name for name, table in tables.items() if table.domain == domain)
    dates = {(edge.table, edge.column) for edge in edges if edge.to == CALENDAR}
    lines = [edge for edge in edges if edge.table in own and edge.to != CALENDAR]
    shown = dict.fromkeys([*own, *(edge.to for edge in lines)])
    text = ["direction: right"]
    for name in shown:
        table = tables[name]
        ends = {edge.column for edge in lines if edge.table == name}
        met = {edge.field for edge in lines if edge.to == name}
        periods = {"valid_from", "valid_to"} if {"valid_from", "valid_to"} <= table.columns.keys() else set()
        kept = {*table.keys, *ends, *met, *periods, *(column for of, column in dates if of == name)}
        more = len(table.columns.keys() - kept)
        # a height of its own, or a table would be stretched that many lines lead to
        height = ROW_HEIGHT * (1 + len(table.columns.keys() & kept) + bool(more))
        text.append(f"{quoted(name)}: {{\n  shape: sql_table\n  height: {height}")
        for column, type_ in table.columns.items():
            if column in kept:
                keys = ["primary_key"] * (column in table.keys) + ["foreign_key"] * (column in ends)
                keys += ["→ dim_date"] * ((name, column) in dates)
                constraint = f" {{constraint: [{'; '.join(map(quoted, keys))}]}}" if keys else ""
                text.append(f"  {quoted(column)}: {quoted(re.sub(r'[(].*', '', type_))}{constraint}")
        if more:
            text.append(f"  {quoted(f'and {more} more')}: ''")
        text.append("}")
    text += [f"{quoted(e.table)}.{quoted(e.column)} -> {quoted(e.to)}.{quoted(e.field)}" for e in lines]
    return "\n".join(text) + "\n"


def quoted(text: str) -> str:
    """A string of D2 that is nothing but text, whatever is in it."""
    return "'" + " ".join(text.replace("'", "''").split()) + "'"


def described(domain: str, tables: Mapping[str, Table], edges: Iterable[Edge]) -> str:
    """The same in words, for those who do not see the picture."""
    own = [name for name, table in tables.items() if table.domain == domain]
    lines = [f"{e.table}.{e.column} is {e.to}.{e.field}" for e in edges if e.table in own]
    return f"Tables: {', '.join(sorted(own))}. Keys: {'; '.join(lines) or 'none that lead elsewhere'}."


def draw(target: Path, out: Path) -> list[Path]:
    """Writes <domain>.svg into `out` for every domain of the manifest in `target`; the files."""
    manifest = json.loads((target / "manifest.json").read_text())
    tables, edges = tables_of(manifest), edges_of(manifest)
    out.mkdir(parents=True, exist_ok=True)
    drawn = []
    for domain in sorted({table.domain for table in tables.values()} - {tables[CALENDAR].domain}):
        path = out / f"{domain}.svg"
        command = [str(Path(sys.executable).with_name("d2")), "--layout", "elk", "--pad", "20", "-", str(path)]
        text = source(domain, tables, edges)
        subprocess.run(command, input=text, text=True, check=True, capture_output=True)  # noqa: S603
        title = f"How the tables of {domain} go together"
        path.write_text(with_text(path.read_text(), escape(domain), title, described(domain, tables, edges)))
        path.chmod(0o644)
        drawn.append(path)
    return drawn


def with_text(svg: str, name: str, title: str, description: str) -> str:
    """An SVG with a title and a description that a screen reader reads; their ids are its own, also among others."""
    told = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    before, tag, after = svg.partition("<svg ")
    rest, closes, inner = after.partition(">")
    return f'{before}{tag}role="img" aria-labelledby="{name}-title {name}-desc" {rest}{closes}{told}{inner}'
