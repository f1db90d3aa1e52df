"""A drop: objects that appear under a prefix of a bucket or in a directory, as it is declared."""

import json
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from loaders.declarations import Stream
from loaders.periods import as_look_back
from loaders.readers.answers import Answers
from loaders.readers.csv_headers import Expected
from loaders.readers.encodings import canonical
from loaders.sources.key_patterns import PART, TIME_PARTS, regex, time_run

T = TypeVar("T")
_Several = Annotated[
    tuple[T, ...],
    BeforeValidator(lambda told: (told,) if isinstance(told, str) else told),
    Field(min_length=1),
]


class CsvStream(Stream):
    """A stream whose inputs may be CSV: what their headers must name."""

    required_columns: tuple[str | Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    """What the header of CSV must name, for the file not to be another table's or to lack its header; of a list of
    names any one."""

    optional_columns: tuple[str, ...] = ()
    """What else the models read: a name that only looks like one of these refuses the file, as it would be null."""

    compare_headers: Literal["exact", "folded"] = "exact"
    """How names are compared: `folded`, without case, accents and kinds of dashes, is for models that do so, too."""

    @property
    def expected(self) -> Expected:
        """What the reader compares headers with."""
        return Expected(self.required_columns, self.optional_columns, self.compare_headers == "folded")


class FileDrop(CsvStream):
    """Objects that appear under a prefix."""

    location: str = Field(min_length=1)
    """A directory or an s3:// address. <SOURCE>_<STREAM>_URL or <SOURCE>_URL in the environment go before it."""

    format: Literal["json", "csv"]
    keys: str
    """The keys' pattern below the location: `{name}` stands for a part without a slash, which goes into `_params`."""

    look_back: Annotated[Literal["all"] | timedelta, BeforeValidator(as_look_back)] = "all"
    """How late an object may appear, as `26h` or `2d`, where year, month, day and hour of the keys say its time; they
    must then be padded with zeros. `all` compares the whole listing instead: for small drops and restated files."""

    dated_by: str | None = None
    """The part of the keys that names the time or period of an object, where year, month, day and hour do not, such as
    2026-03-02, 2021-04 or 1T2023. What names none is left out by `--since` and `--until`, with a warning; a key without
    any `{name}` is one file, which they never leave out."""

    error_objects: bool = False
    """Whether this stream takes Firehose's error objects (any key with a folder such as `processing-failed`), which
    may lie beside the data; every other stream leaves them."""

    records: tuple[Annotated[str, Field(pattern=r"^(\.|[^.]+(\.[^.]+)*)$")], ...] = ()
    """Where answers of an API that were saved as JSON have their records: paths of lists, or of single records, such as
    `includes.tweets`. A document without any is a record itself if `.` is one of the paths, else a reject. Streams with
    one location and one pattern of keys read the same documents: the first of them answers for what none has read."""

    nothing: tuple[Annotated[str, Field(pattern=r"^(\[\]|[^.=]+(\.[^.=]+)*(=.+)?)$")], ...] = ()
    """What such an answer has if it found nothing, so that it is no reject: a path where anything is (`errors`), a path
    and the JSON that is there (`meta.result_count=0`, `data=null`), or `[]`, an array without elements in place of a
    document. An empty list at one of the `records` need not be named."""

    leave: tuple[Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)*$")], ...] = ()
    """Paths of such an answer that are left out on purpose, with what is below them. Values at any other path that is
    not in `records` are counted (`unread_count`), and are a warning."""

    delimiter: _Several[Annotated[str, Field(pattern=r"^[^\"\r\n]$")]] = (",",)
    """Between the cells of CSV; of several the first with which a header has any required column."""

    encoding: _Several[str] = ("utf-8",)
    """Of CSV, as Python names it: utf-8, windows-1252, iso-8859-1, …; of several the one that fits a file best."""

    ends_with_delimiter: bool = False
    """Whether the header and rows of CSV may end with a delimiter that separates nothing."""

    may_be_empty: bool = False
    """Whether an object that holds nothing is an input without records, and not a reject."""

    @model_validator(mode="after")
    def _tells_delimiters_apart(self) -> Self:
        if len(self.delimiter) > 1 and not self.required_columns:
            raise ValueError("only required_columns tell which of several delimiters a file has; name some")
        return self

    @model_validator(mode="before")
    @classmethod
    def _rows_are_parquet(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {"land_as": "parquet", **fields} if fields.get("format") == "csv" else fields

    @field_validator("records", "nothing", "leave")
    @classmethod
    def _are_in_json(cls, paths: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if paths and info.data.get("format") == "csv":
            raise ValueError("only documents of JSON have paths; leave it out for csv")
        if len({*paths}) < len(paths):
            raise ValueError("expected each path once")
        return paths

    @field_validator("nothing", "leave")
    @classmethod
    def _are_of_answers(cls, paths: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if paths and not info.data.get("records"):
            raise ValueError("only answers that were saved have it; name their `records`, too")
        return paths

    @field_validator("nothing")
    @classmethod
    def _compare_with_json(cls, nothing: tuple[str, ...]) -> tuple[str, ...]:
        for path, is_equal, value in (one.partition("=") for one in nothing):
            try:
                json.loads(value if is_equal else "0")
            except ValueError as error:
                raise ValueError(f"{path}={value}: expected JSON behind =, such as null, 0 or []") from error
        return nothing

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, encodings: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(map(canonical, encodings))
        except LookupError as error:
            raise ValueError("expected an encoding that Python knows, such as utf-8 or windows-1252") from error

    @field_validator("keys")
    @classmethod
    def _is_pattern(cls, keys: str) -> str:
        parts = PART.findall(keys)
        if len({*parts}) < len(parts) or set("{}") & {*PART.sub("", keys)} or not all(map(str.isidentifier, parts)):
            raise ValueError("expected a pattern such as {year}/{month}/{object}, each name once")
        return keys

    @field_validator("dated_by")
    @classmethod
    def _is_a_part(cls, part: str | None, info: ValidationInfo) -> str | None:
        parts = PART.findall(info.data.get("keys", "{year}"))
        if part is not None and ("year" in parts or part not in parts):
            raise ValueError("expected a name in keys that have no {year}")
        return part

    @field_validator("look_back")
    @classmethod
    def _fits_keys(cls, look_back: timedelta | str, info: ValidationInfo) -> timedelta | str:
        segments = info.data.get("keys", "{year}").split("/")
        runs = (PART.findall("/".join(time_run(segments[at:]))) for at in range(len(segments)))
        run = tuple(next(filter(None, runs), ()))
        if look_back != "all" and (not run or run != TIME_PARTS[: len(run)]):
            raise ValueError("needs keys with folders of {year}, {month}, {day}, {hour}, in this order; or say `all`")
        return look_back

    _neighbours: tuple[str, ...] | None = PrivateAttr(())
    _patterns: tuple[str, ...] | None = PrivateAttr(None)
    _group: tuple["FileDrop", ...] = PrivateAttr(())  # streams that read the same documents, in order, this one too

    def answers(self) -> Answers | None:
        """What to read of the documents of one input, and what counts them; None where they are records."""
        if not self.records:
            return None
        group = self._group or (self,)
        nothing = dict.fromkeys(sign for one in group for sign in one.nothing)
        leave = dict.fromkeys(path for one in group for path in one.leave)
        others = [path for one in group for path in one.records if path not in self.records]
        return Answers(self.records, [*nothing], [*leave], others, owns=group[0].name == self.name)

    @property
    def neighbours(self) -> tuple[str, ...] | None:
        """Patterns of other streams at this place, whose keys are no strangers; None where one of those tells."""
        return self._neighbours

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of this stream and of all others at this place."""
        return self._patterns or (regex(self.keys),)

    @property
    def variable(self) -> str:
        """The variable of the environment that says where all of the source's drops are."""
        return self._variables[1]

    @property
    def url(self) -> str:
        """Where the drop is."""
        return next((os.environ[name] for name in self._variables if os.environ.get(name)), self.location)

    @property
    def _variables(self) -> tuple[str, str]:
        return f"{self.source}_{self.name}_URL".upper(), f"{self.source}_URL".upper()

    @property
    def lacks(self) -> str:
        """What must be set up first, empty if nothing: below demo/ a drop is of `headwater demo`'s making."""
        if not self.url.startswith("demo/") or Path(self.url).is_dir():
            return ""
        return f"no {self.url} is there; {self._variables[1]} says where the files are, `headwater demo` makes some up"


def introduce(streams: Iterable[Stream]) -> None:
    """Has streams that read one place know of each other, so that a key that none of them knows is told of once."""
    places: dict[tuple[str, bool], list[FileDrop]] = {}
    for drop in streams:
        if isinstance(drop, FileDrop):
            places.setdefault((drop.url, drop.error_objects), []).append(drop)
    for drops in places.values():
        first, *others = drops
        for drop in drops:
            drop._patterns = tuple(regex(each.keys) for each in drops)
        first._neighbours = tuple(regex(other.keys) for other in others)
        for other in others:
            other._neighbours = None
        answers: dict[str, list[FileDrop]] = {}
        for drop in (first, *others):
            if drop.records:
                answers.setdefault(drop.keys, []).append(drop)
        for group in answers.values():
            for drop in group:
                drop._group = tuple(group)
