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
