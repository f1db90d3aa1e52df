"""The loaders of the Banco Central's open data, as the BANKS_* variables say: `bcb_ranking`, the files of the complaint
ranking, and `bcb_fees`, what banks charge. Neither service takes a key; both are slow, and asked slowly."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.declarations import ApiStream
from loaders.errors import HeadwaterError
from loaders.lake import Store
from loaders.log import Commit, Log
from loaders.settings import settings_of
from loaders.sources.drop import CsvStream

RANKING_URL = "https://www3.bcb.gov.br/rdrweb/rest/ext/ranking"
FEES_URL = "https://olinda.bcb.gov.br/olinda/servico"
_STAND_IN = "`headwater load --demo` asks a stand-in"

ATTEMPTS = 3
"""A request is tried so often: many may fail, each is small, and the next load asks again."""

GIVE_UP = 20
"""After so many failures in a row it is the service that fails."""


class RankingStream(CsvStream):
    """Files of the complaint ranking."""

    name: Literal["complaints"]


class FeesStream(ApiStream):
    """Groups of institutions, the institutions of each group, or what each institution charges."""

    name: Literal["groups", "institutions", "fees"]


class BanksSettings(BaseSettings):
    """BANKS_* variables; .env.example says what each is for."""

    model_config = SettingsConfigDict(env_prefix="BANKS_")

    ranking_url: str = ""
    fees_url: str = ""
    requests_per_second: float = Field(default=2, ge=0.01, le=1000)


def ranking_lacks(_: Sequence[RankingStream]) -> str:
    """What must be set up first, empty if nothing."""
    url = settings_of(BanksSettings).ranking_url
    return "" if url else f"BANKS_RANKING_URL is not set; the service is {RANKING_URL}, {_STAND_IN}"


def fees_lacks(_: Sequence[FeesStream]) -> str:
    """What must be set up first, empty if nothing."""
    url = settings_of(BanksSettings).fees_url
    return "" if url else f"BANKS_FEES_URL is not set; the service is {FEES_URL}, {_STAND_IN}"


# imported when asked for: requests takes 0.3 s that no other source need pay


def load_ranking(
    lake: Store, streams: Sequence[RankingStream], since: datetime | None, until: datetime | None
) -> Iterator[Commit]:
    """Lands the files that are new or were restated; with a period, those of periods that it overlaps."""
    from loaders.sources import banks_ranking

    return banks_ranking.load(lake, streams[0], settings_of(BanksSettings), since, until)


def preview_ranking(
    lake: Store, streams: Sequence[RankingStream], since: datetime | None, until: datetime | None
) -> str:
    """What `load_ranking` would ask for, in words; asks for the catalogue."""
    from loaders.sources import banks_ranking

    return banks_ranking.preview(lake, streams[0], settings_of(BanksSettings), since, until)


def load_fees(lake: Store, streams: Sequence[FeesStream], _: datetime | None, __: datetime | None) -> Iterator[Commit]:
    """Lands the answers that differ from the last ones. They tell of now, whatever the period."""
    from loaders.sources import banks_fees

    return banks_fees.load(lake, streams[0], settings_of(BanksSettings))


def preview_fees(lake: Store, streams: Sequence[FeesStream], _: datetime | None, __: datetime | None) -> str:
    """What `load_fees` would ask for, in words."""
    settings, stream = settings_of(BanksSettings), streams[0]
    asked = {
        "groups": "the list of groups",
        "institutions": "the list of groups, and of the institutions of each",
        "fees": "what every institution of the groups' lists charges, persons and companies",
    }[stream.name]
    known = len({key.rpartition("/")[0] for key in Log(lake, stream.source, stream.name).inputs()})
    rate = f"{settings.requests_per_second:g} requests a second"
    return f"{asked}, if it has changed since the last of {known:,} answers; {rate}"


def as_param(moment: datetime) -> str:
    """A time of `_params`: ISO 8601, in whole seconds of UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def raise_for(failures: Mapping[str, HeadwaterError], asked: int, *, is_whole: bool) -> None:
    """Tells what was not answered, once all else is landed."""
    if failures:
        rest = "" if is_whole else f"; {GIVE_UP} in a row, so that the rest was not asked"
        told = f"{len(failures):,} of {asked:,} were not answered, and are asked again by the next load"
        first = next(iter(failures.values()))
        raise HeadwaterError(f"{told}: {', '.join(failures)}{rest}; the first: {first}")
