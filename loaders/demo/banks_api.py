"""A stand-in of two open services of the Banco Central do Brasil on this machine, with banks that do not exist.

    with serve(seed=1) as api:
        ...  # api.ranking_url: what customers complain of; api.fees_url: what banks charge

The ranking has a catalogue and one file for each period and kind; the fee services speak OData. Neither takes a key.
What real services also do now and then (errors in HTML, broken answers, delays) is put into api.script.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from loaders.demo import banks_odata as odata
from loaders.demo.banks_figures import MONTHS
from loaders.demo.banks_world import INSTITUTIONS, World
from loaders.demo.serving import Answer, Request, Scripted, StandIn, running

__all__ = ["BanksStandIn", "Request", "Scripted", "serve"]

RANKING, FEES = "/rdrweb/rest/ext/ranking", "/olinda/servico"
HTML = "<!DOCTYPE html><html><head><title>Erro</title></head><body><h1>Serviço indisponível</h1></body></html>\n"


class BanksStandIn(StandIn):
    """The server; see serve(). What tests change is in `world`, and here:

    page_size: the most rows of one answer about fees; what is left is behind its @odata.nextLink. links_inside: whether
    that link leads to the machine that nobody can reach. cap: the most rows of one answer, of which no link tells.
    """

    def __init__(self, seed: int, now: Callable[[], datetime] | None, institutions: int) -> None:
        super().__init__(now)
        self.ranking_url, self.fees_url = f"{self.url}{RANKING}", f"{self.url}{FEES}"
        self.world = World(seed, self.now, institutions)
        self.page_size: int | None = None
        self.cap: int | None = None
        self.links_inside = False

    def answer(self, request: Request, headers: Mapping[str, str]) -> Answer:
        path, params = request.path.rstrip("/"), request.params
        if path == RANKING:
            return Answer(200, _json(self.world.ranking.catalogue(self.now())))
        if path == f"{RANKING}/arquivo":
            return self._file(params)
        if not path.startswith(f"{FEES}/"):
            return Answer(404, self.usual(404))
        address = odata.INSIDE if self.links_inside else self.fees_url
        try:
            told = odata.respond(self.world, path.removeprefix(f"{FEES}/"), params, self.page_size, address, self.cap)
        except odata.Wrong as error:
            status, message = error.args
            return Answer(status, _json({"codigo": status, "mensagem": message}))
        return (
            Answer(200, told.encode(), _of_kind("application/xml"))
            if isinstance(told, str)
            else Answer(200, _json(told))
        )

    def _file(self, params: Mapping[str, str]) -> Answer:
        try:
            periodicity, kind = params["periodicidade"], params["tipo"]
            period = periodicity, int(params["ano"]), int(params["periodo"])
        except (KeyError, ValueError):
            return Answer(400, self.usual(400))
        if found := self.world.ranking.file(period, kind, self.now()):
            return Answer(200, found, _of_kind("text/csv"))
        if self.world.missing == "header" and periodicity in MONTHS:
            return Answer(200, self.world.ranking.header(period, kind), _of_kind("text/csv"))
        bodies = {"empty": b"", "html": self.usual(200)}
        is_said = self.world.missing in bodies
        return Answer(200, bodies[self.world.missing]) if is_said else Answer(404, self.usual(404))

    def usual(self, status: int) -> bytes:
        return HTML.encode()


def _of_kind(kind: str) -> dict[str, str]:
    return {"content-type": kind}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def serve(
    seed: int = 1, now: Callable[[], datetime] | None = None, institutions: int = INSTITUTIONS
) -> AbstractContextManager[BanksStandIn]:
    """A running stand-in on a free port of 127.0.0.1, in a thread of its own.

    now: what time it is there, UTC. institutions: how many report their fees.
    """
    return running(BanksStandIn(seed, now, institutions))
