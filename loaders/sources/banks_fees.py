"""What banks charge, by an OData 4 service: groups of institutions, the institutions of each, the fees of each.

An answer tells what is in force now. History is what changes from one to the next, so an answer is landed if it differs
from the last one about the same. The commits do not tell which were asked for and were alike; that stands in

    state/<source>/<stream>/round.json    what was answered in a round that has not come to its end

so that a load that was killed is gone on with, and the answers of the last hours are not asked for again.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from loaders.errors import HeadwaterError, NotFoundError, UnavailableError
from loaders.foreign import printable
from loaders.http import Api
from loaders.lake import Store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.readers.answers import Answers, split_answer
from loaders.readers.json_documents import read_documents
from loaders.readers.json_values import mend
from loaders.sources.banks import ATTEMPTS, GIVE_UP, BanksSettings, FeesStream, as_param, raise_for
from loaders.writers import hash_of

SERVICE = "/Informes_ListaTarifasPorInstituicaoFinanceira/versao/v1/odata"
TOP, PAGES = 1000, 100
"""Rows that are asked for at a time, and the most pages that one answer may have."""

AT_ONCE, WORKERS = 500, 4
"""So many answers are committed together; so many are waited for at the same time."""

ROUND = timedelta(hours=12)
"""A round that began longer ago is not gone on with."""

_CODE, _CNPJ = re.compile(r"[0-9A-Za-z]+", re.ASCII), re.compile(r"[0-9]{1,8}", re.ASCII)


class Answer(NamedTuple):
    """An answer, of however many pages."""

    at: datetime
    elements: list[bytes]
    counts: Answers
    """What its pages were, and what of them was not read."""

    @property
    def version(self) -> str:
        """Alike for the same elements, whatever their order, if the same paths beside them were not read."""
        unread = [f"unread {path}".encode(errors="replace") for path in sorted(self.counts.unread)]
        return hash_of(b"\n".join(sorted(self.elements) + unread))


class _Body(msgspec.Struct):
    """OData answers with a list, also of nothing."""

    value: list[msgspec.Raw]
    link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class _Page(NamedTuple):
    """A page: its elements, the parameters of its link to the next one, and what is counted of it."""

    elements: list[bytes]
    link: dict[str, str] | None
    counts: Answers


class _Round(msgspec.Struct):
    api: str
    began: datetime
    asked: list[str]


def load(lake: Store, stream: FeesStream, settings: BanksSettings) -> Iterator[Commit]:
    """Lands the answers that are new. One that fails does not stop the others; it is told at the end."""
    api = Api(settings.fees_url, per_second=settings.requests_per_second, attempts=ATTEMPTS)
    log = Log(lake, stream.source, stream.name)
    if stream.name == "fees":
        return _load_fees(lake, stream, api, log, settings.fees_url)
    return _load_lists(lake, stream, api, log)


def _load_lists(lake: Store, stream: FeesStream, api: Api, log: Log) -> Iterator[Commit]:
    newest = log.newest()  # first, so that what is committed while the log is read makes this load lose
    known, failures = log.inputs(), dict[str, HeadwaterError]()
    with begin(lake, stream, log, newest) as landing:
        count = 0
        for key, params, answer in _lists(api, stream, landing.warnings, failures):
            count += 1
            if known.get(key) != answer.version:
                _land(landing, key, params, answer)
        if landing.inputs:
            yield landing.commit(_state(landing))
        else:
            log.seen(landing.warnings)
    raise_for(failures, count + len(failures), is_whole=True)


def _load_fees(lake: Store, stream: FeesStream, api: Api, log: Log, address: str) -> Iterator[Commit]:
    newest = log.newest()
    last, warnings, failures = dict[str, str](), list[str](), dict[str, HeadwaterError]()
    for key, version in log.inputs().items():  # the newest first
        last.setdefault(key.rpartition("/")[0], version)
    lists = [answer for *_, answer in _lists(api, stream, warnings, failures)]
    cnpjs = sorted({value.zfill(8) for answer in lists for value in _values(answer, "Cnpj", _CNPJ, warnings)})
    key = f"state/{stream.source}/{stream.name}/round.json"
    state = _round(lake, key, address)
    done = {*state.asked}
    asked = [place for cnpj in cnpjs for place in (f"F/{cnpj}", f"J/{cnpj}") if place not in done]
    count, in_row, is_told = len(asked) + len(failures), 0, False
    pool = ThreadPoolExecutor(WORKERS)
    try:
        while asked and in_row < GIVE_UP:
            part, asked = asked[:AT_ONCE], asked[AT_ONCE:]
            with begin(lake, stream, log, newest) as landing:
                for place, answer in zip(part, pool.map(partial(_fees, api, stream.leave), part), strict=True):
                    if isinstance(answer, HeadwaterError):
                        failures[place], in_row = answer, in_row + 1
                        if in_row == GIVE_UP:
                            break
                        continue
                    in_row = 0
                    state.asked.append(place)
                    if last.get(place) != answer.version:
                        kind, _, cnpj = place.partition("/")
                        told = {"person_kind": kind, "cnpj": cnpj}
                        _land(landing, f"{place}/{answer.at:%Y%m%dT%H%M%SZ}", told, answer)
                if landing.inputs:
                    landing.warnings += () if is_told else dict.fromkeys(warnings)
                    newest, is_told = landing.commit(_state(landing)), True
                lake.put(key, msgspec.json.encode(state))
                if newest and landing.inputs:
                    yield newest
    finally:
        pool.shutdown(cancel_futures=True)
    if is_whole := in_row < GIVE_UP:
        lake.delete(key)
        if not is_told:
            log.seen([*dict.fromkeys(warnings)])
    raise_for(failures, count, is_whole=is_whole)


def _round(lake: Store, key: str, address: str) -> _Round:
    now = datetime.now(UTC)
    try:
        kept = msgspec.json.decode(b"".join(lake.chunks(key)), type=_Round)
        if kept.api == address and kept.began > now - ROUND:
            return kept
    except (NotFoundError, ValueError, TypeError):  # gone or damaged; it only saves asking
        pass
    return _Round(address, now, [])


def _lists(
    api: Api, stream: FeesStream, warnings: list[str], failures: dict[str, HeadwaterError]
) -> Iterator[tuple[str, dict[str, str], Answer]]:
    """The key, the params and the answer for the list of groups, or else for the institutions of each."""
    groups = ask(api, "GruposConsolidados", stream.leave)
    if not groups.elements:  # nobody would be asked about, and all would look well
        raise UnavailableError(f"{api.host}{SERVICE}/GruposConsolidados: the list is empty; run again later")
    if stream.name == "groups":
        yield "groups", {}, groups
        return
    for code in dict.fromkeys(_values(groups, "Codigo", _CODE, warnings)):
        key = f"groups/{code}"
        try:
            answer = ask(api, "ListaInstituicoesDeGrupoConsolidado", stream.leave, CodigoGrupoConsolidado=code)
        except HeadwaterError as error:
            failures[key] = error
            continue
        yield key, {"group_code": code}, answer


def _values(answer: Answer, name: str, pattern: re.Pattern[str], warnings: list[str]) -> Iterator[str]:
    """What the elements have under a name, if it is fit for a request."""
    for element in answer.elements:
        try:
            # a name in another encoding is rejected, and hides no number
            value = str(msgspec.json.decode(element.decode(errors="replace"))[name])
        except (ValueError, KeyError, TypeError, RecursionError):
            value = ""
        if pattern.fullmatch(value):
            yield value
        else:
            told = printable(element[:100].decode(errors="replace"))
            warnings.append(f"nothing is asked about {told}: its {name} is none; expected {pattern.pattern}")


def _fees(api: Api, leave: Sequence[str], place: str) -> Answer | HeadwaterError:
    kind, _, cnpj = place.partition("/")
    try:
        return ask(api, "ListaTarifasPorInstituicaoFinanceira", leave, PessoaFisicaOuJuridica=kind, CNPJ=cnpj)
    except HeadwaterError as error:
        return error


def ask(api: Api, resource: str, leave: Sequence[str] = (), **arguments: str) -> Answer:
    """The whole of an entity set, or of what a function of OData answers: by $top and $skip until a page is empty.

    A short page is no end, as a service may give fewer rows than $top without a word; one that comes twice is, where
    $skip is not heeded. Where an answer has a link to the next page its query is taken and its host is not: that is a
    machine inside. leave: paths beside the elements that are not counted as unread.
    """
    names = ",".join(f"{name}=@{name}" for name in arguments)
    path = f"{SERVICE}/{resource}" + (f"({names})" if names else "")
    texts = {f"@{name}": f"'{value.replace(chr(39), chr(39) * 2)}'" for name, value in arguments.items()}
    usual = {**texts, "$top": str(TOP), "$format": "json"}
    params, elements, before, counts = usual, list[bytes](), list[bytes](), Answers()
    for _ in range(PAGES):
        answer, page = api.get(path, params, partial(_read, leave))
        is_repeated = page.link is None and bool(page.elements) and page.elements == before
        if is_repeated and len(page.elements) >= TOP:
            raise UnavailableError(f"{api.host}{path}: a full page comes again; expected the one behind it")
        if not is_repeated:
            counts.add(page.counts)
        if is_repeated or (page.link is None and not page.elements):
            return Answer(answer.answered_at, elements, counts)
        elements, before = elements + page.elements, page.elements
        params = usual | (page.link if page.link is not None else {"$skip": str(len(elements))})
    raise UnavailableError(f"{api.host}{path}: no end after {PAGES} pages; run again later")


def _read(leave: Sequence[str], body: bytes) -> _Page:
    """Takes a page apart. Raises ValueError where it is none."""
    counts = Answers(("value",), leave=(*leave, "@odata.nextLink"))  # which is followed
    try:
        _, [(_, elements)] = split_answer(body, counts)
        link = msgspec.json.decode(mend(body, 0), type=_Body).link
        params = dict(parse_qsl(urlsplit(link).query)) if link else None
        return _Page([bytes(element) for element in elements], params, counts)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _land(landing: Load, key: str, params: dict[str, str], answer: Answer) -> None:
    landing.begin_input(key, answer.version, {**params, "fetched_at": as_param(answer.at)})
    for documents in read_documents([b"\n".join(answer.elements)], landing.reject):
        landing.land(documents)
    landing.count_answers(answer.counts)


def _state(landing: Load) -> dict[str, str]:
    return {"watermark": max(i.params["fetched_at"] for i in landing.inputs)}
