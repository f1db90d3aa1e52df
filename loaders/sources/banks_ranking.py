"""Files of the complaint ranking, one for each period and kind of institution; the catalogue lists them.

A file may be restated, and nothing but its bytes tells: each is fetched by every load, and landed if its hash is
another than that of the last one. What the catalogue lists need not be there: the service then answers with an error,
an empty body, a header without rows or a page of HTML.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple, TypedDict

import msgspec

from loaders.errors import HeadwaterError, RefusedError, RequestError, UnavailableError
from loaders.http import Api
from loaders.lake import Store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.readers.csv_headers import Expected
from loaders.readers.csv_rows import read_rows
from loaders.readers.guard import guarded
from loaders.readers.json_documents import Document
from loaders.readers.reject import Reject
from loaders.sources.banks import ATTEMPTS, GIVE_UP, BanksSettings, RankingStream, as_param, raise_for

MONTHS = {"MENSAL": 1, "BIMESTRAL": 2, "TRIMESTRAL": 3, "SEMESTRAL": 6}
"""How many a period has; one of a periodicity that we do not know is taken for its whole year."""


class _Kind(msgspec.Struct):
    tipo: str


class _Period(msgspec.Struct):
    periodo: Annotated[int, msgspec.Meta(ge=1, le=12)]
    tipos: list[_Kind]


class _Periodicity(msgspec.Struct):
    periodicidade: Annotated[str, msgspec.Meta(pattern=r"^\w+\Z")]
    periodos: list[_Period]


class _Year(msgspec.Struct):
    ano: Annotated[int, msgspec.Meta(ge=1900, le=2999)]
    periodicidades: list[_Periodicity]


class _Catalogue(msgspec.Struct):
    anos: list[_Year]


class State(TypedDict):
    """The state of the stream: the end of the newest period."""

    watermark: str


class File(NamedTuple):
    """A file that the catalogue lists, in its own words."""

    year: int
    periodicity: str
    period: int
    kind: str

    @property
    def key(self) -> str:
        return f"{self.periodicity}/{self.year}/{self.period}/{_slug(self.kind)}.csv"

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first instant of its period, and the first one after it."""
        months = MONTHS.get(self.periodicity.upper())
        start, end = (self.period * months - months, self.period * months) if months else (0, 12)
        return self._month(start), self._month(end)

    def _month(self, months: int) -> datetime:
        return datetime(self.year + months // 12, months % 12 + 1, 1, tzinfo=UTC)


def load(
    lake: Store, stream: RankingStream, settings: BanksSettings, since: datetime | None, until: datetime | None
) -> Iterator[Commit]:
    """Lands the files that are new or were restated. One that fails does not stop the others; it is told at the end."""
    api, log = _api(settings), Log(lake, stream.source, stream.name)
    newest = log.newest()  # first, so that what is committed while the log is read makes this load lose
    state = log.state(newest, State)
    known, failures, in_row = log.inputs(), dict[str, HeadwaterError](), 0
    forbidden = dict[str, HeadwaterError]()
    files = _listed(api, since, until)
    with begin(lake, stream, log, newest) as landing:
        for file in files:
            try:
                _land(landing, stream, api, file, known.get(file.key))
            except RequestError as error:
                landing.warnings.append(f"{file.key} is in the catalogue and not there: {error}")
                forbidden |= {file.key: error} if error.status in (401, 403) else {}
                in_row = 0  # the service answers
            except (RefusedError, UnavailableError) as error:
                failures[file.key], in_row = error, in_row + 1
                if in_row == GIVE_UP:
                    break
            else:
                in_row = 0
        is_whole = in_row < GIVE_UP
        # one file may not be published; a service that gives us none of them is not one in which nothing is new
        is_closed = len(forbidden) == len(files) > 1
        if landing.inputs:
            ends = {file.key: (file.bounds[1] - timedelta(days=1)).isoformat() for file in files}
            times = [*(ends[i.key] for i in landing.inputs), *([state["watermark"]] if state else [])]
            yield landing.commit({"watermark": max(times)})
        elif is_whole and not is_closed:
            log.seen(landing.warnings)
    raise_for(forbidden if is_closed else failures, len(files), is_whole=is_whole)


def preview(
    lake: Store, stream: RankingStream, settings: BanksSettings, since: datetime | None, until: datetime | None
) -> str:
    """What `load` would ask for, in words."""
    files = _listed(_api(settings), since, until)
    known = Log(lake, stream.source, stream.name).inputs()
    new = sum(file.key not in known for file in files)
    return f"{len(files):,} files, {new:,} of them for the first time, the others if they have changed"


def _api(settings: BanksSettings) -> Api:
    return Api(settings.ranking_url, per_second=settings.requests_per_second, attempts=ATTEMPTS)


def _listed(api: Api, since: datetime | None, until: datetime | None) -> list[File]:
    """The files about banks, of periods that overlap the one that is asked for."""
    # numbers come as texts, too
    _, catalogue = api.get("", {}, lambda body: msgspec.json.decode(body, type=_Catalogue, strict=False))
    files = {
        file.key: file
        for year in catalogue.anos
        for of in year.periodicidades
        for period in of.periodos
        for kind in period.tipos
        if (file := File(year.ano, of.periodicidade, period.periodo, kind.tipo))
        and not _slug(kind.tipo).startswith("consorcio")
    }
    return [f for f in files.values() if not (until and f.bounds[0] >= until) and not (since and f.bounds[1] <= since)]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _land(landing: Load, stream: RankingStream, api: Api, file: File, known: str | None) -> None:
    year, periodicity, period, kind = map(str, file)
    params = {"ano": year, "periodicidade": periodicity, "periodo": period, "tipo": kind}
    answer, body = api.get("/arquivo", params, bytes)
    version = hashlib.sha256(body).hexdigest()
    if version == known:
        return
    warnings = list[str]()
    batches, rejects = _read(body, stream.expected, warnings.append)
    if not (batches or rejects):
        landing.warnings.append(f"{file.key} is in the catalogue and not there: what came has no rows of CSV")
        return
    told = {"year": year, "periodicity": periodicity, "period": period, "kind": kind}
    landing.begin_input(file.key, version, {**told, "fetched_at": as_param(answer.answered_at)})
    landing.warnings += [f"{file.key} {warning}" for warning in warnings]
    landing.keep(body, ".csv")
    for documents in batches:
        landing.land(documents)
    for reject in rejects:
        landing.reject(reject)


def _read(body: bytes, expected: Expected, warn: Callable[[str], None]) -> tuple[list[list[Document]], list[Reject]]:
    """The rows and rejects of a file, whatever its layout; neither if it is none."""
    rejects: list[Reject] = []
    header = body.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0].lower()
    if header.startswith((b"<", b"{", b"[")) or not (b";" in header or header.startswith(b"ano")):
        return [], []  # a page or a sentence about what went wrong
    batches = read_rows(
        [body],
        rejects.append,
        delimiter=";",
        encoding=("utf-8", "windows-1252"),
        expected=expected,
        ends_with_delimiter=True,
        warn=warn,
    )
    return list(guarded(batches, rejects.append, len(body), lambda: body)), rejects
