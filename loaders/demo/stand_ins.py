"""Stand-ins for APIs, for whoever has no account: each serves made-up data on loopback, where settings then point."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def x_api() -> Iterator[None]:
    """Serves X and points the X_* variables there."""
    from loaders.demo.x_api import serve

    with serve() as api:
        variables = {
            "X_API_URL": api.url,
            "X_BEARER_TOKEN": api.token,
            "X_QUERIES": "; ".join(api.queries),
            "X_USERNAMES": ",".join(api.usernames),
        }
        with _environment(variables):
            yield


@contextmanager
def banks_api() -> Iterator[None]:
    """Serves complaint files and fees, and points those of the BANKS_* addresses there that are not set."""
    from loaders.demo.banks_api import serve

    with serve() as api:
        addresses = {"BANKS_RANKING_URL": api.ranking_url, "BANKS_FEES_URL": api.fees_url}
        variables = {name: value for name, value in addresses.items() if not os.environ.get(name)}
        # a service that is somebody else's is not asked faster than its owner is used to
        if len(variables) == len(addresses) and not os.environ.get("BANKS_REQUESTS_PER_SECOND"):
            variables["BANKS_REQUESTS_PER_SECOND"] = "500"
        with _environment(variables):
            yield


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
