"""Streams, as they are declared in the dbt sources: the yml that dbt reads is the only declaration there is.

A table of a source is loaded when its `config.meta` has a `loader`; what else stands there is up to that loader:

    meta:
      loader: files
      location: demo/web-data/raw/          # a directory or s3://…; <SOURCE>_URL in the environment overrides it
      format: json
      keys: "{year}/{month}/{day}/{hour}/{object}"
      look_back: 26h
      record_key: messageId
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from loaders.errors import ConfigurationError


class Stream(BaseModel):
    """What every loader needs to know of a stream."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    loader: str
    land_as: Literal["json", "parquet"] = "json"
    record_key: str | None = None
    """The natural key's name in the document; documents that have no text there are landed with a hash
    of their bytes, by which the models tell them apart."""


class ApiStream(Stream):
    """A stream of records out of answers of an API, whose loader knows where in them they are."""

    leave: tuple[Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)*$")], ...] = ()
    """Paths of an answer that are left out on purpose, with what is below them. Values at any other path that the
    loader does not read are counted (`unread_count`), and are a warning."""


def read_declarations(models: Path, kinds: Mapping[str, type[Stream]]) -> Iterator[Stream]:
    """Every stream that the dbt sources below `models` declare, checked against what its loader needs to know.

    kinds: the shape of a declaration by the name of its loader. Raises ConfigurationError, naming file and field.
    """
    for path in sorted([*models.rglob("*.yml"), *models.rglob("*.yaml")]):
        for fields in _tables(path):
            yield _declared(path, fields, kinds)


def _tables(path: Path) -> list[dict[str, Any]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return [
            {**meta, "source": source["name"], "name": table["name"]}
            for source in content.get("sources") or []
            for table in source.get("tables") or []
            if "loader" in (meta := (table.get("config") or {}).get("meta") or {})
        ]
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: {' '.join(str(error).split())}; correct the file and run again") from error
    except (AttributeError, KeyError, TypeError) as error:
        hint = "expected a list of sources with a name and a list of tables with a name; `dbt parse` says more"
        raise ConfigurationError(f"{path}: not a file of dbt sources ({error}); {hint}") from error


def _declared(path: Path, fields: dict[str, Any], kinds: Mapping[str, type[Stream]]) -> Stream:
    place = f"{path}: {fields['source']}.{fields['name']}"
    kind = kinds.get(str(fields["loader"]))
    if kind is None:
        raise ConfigurationError(f"{place}: no loader {fields['loader']!r}; there are: {', '.join(kinds)}")
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise ConfigurationError(f"{place}: {'; '.join(_explained(kind, dict(e)) for e in error.errors())}") from error


def _explained(kind: type[Stream], error: dict[str, Any]) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] != "extra_forbidden":
        return f"{name}: {error['msg']}"
    near = get_close_matches(name, kind.model_fields, 1)
    return f"{name}: nothing reads this; expected {near[0] if near else 'one of ' + ', '.join(kind.model_fields)}"


def switched_on(project: Path, streams: Sequence[Stream]) -> list[Stream]:
    """The streams but for those that `streams_off` in a dbt_project.yml names, `source` or `source.stream`.

    Raises ConfigurationError, naming what is no source and no stream.
    """
    try:
        content = yaml.safe_load(project.read_text(encoding="utf-8")) or {}
        off = {str(name) for name in content.get("vars", {}).get("streams_off") or []}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        hint = "expected vars with streams_off, a list of sources or streams; `dbt parse` says more"
        raise ConfigurationError(f"{project}: {' '.join(str(error).split())}; {hint}") from error
    known = {name for s in streams for name in (s.source, f"{s.source}.{s.name}")}
    if unknown := sorted(off - known):
        told = f"streams_off names {', '.join(unknown)}; expected some of: {', '.join(sorted(known))}"
        raise ConfigurationError(f"{project}: {told}")
    return [s for s in streams if not {s.source, f"{s.source}.{s.name}"} & off]


def select(streams: Sequence[Stream], names: Sequence[str]) -> list[Stream]:
    """The streams named `source` or `source.stream`; all of them if no name is given."""
    known = {name for s in streams for name in (s.source, f"{s.source}.{s.name}")}
    if unknown := sorted(set(names) - known):
        raise ConfigurationError(f"no source or stream {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [s for s in streams if not names or {s.source, f"{s.source}.{s.name}"} & set(names)]
