"""What tells one lake from another, wherever it is and however its address is spelled: `lake.json` at its root.

    {"lake_id": "5c9d…", "created_at": "2026-03-02T09:00:00+00:00"}

Create-only, written by the first load; a lake that older loaders made gets it with its next load. `headwater stage`
records it in the warehouse, and refuses to stage a lake with another one.
"""

import json
import uuid
from datetime import UTC, datetime

from loaders.errors import ConfigurationError, NotFoundError
from loaders.lake import Store

IDENTITY = "lake.json"
"""The key of it."""


def lake_id(store: Store) -> str | None:
    """The lake's identity, or None before its first load. Raises ConfigurationError where the object has none."""
    try:
        data = b"".join(store.chunks(IDENTITY))
    except NotFoundError:
        return None
    try:
        identity = json.loads(data)["lake_id"]
        if not isinstance(identity, str) or not identity:
            raise ValueError("lake_id is no text")
    except (KeyError, TypeError, ValueError) as error:
        hint = 'restore it as it was written, {"lake_id": …}; `headwater stage` names the lake_id that a warehouse has'
        raise ConfigurationError(f"{store.url}/{IDENTITY}: not a lake's identity ({error}); {hint}") from error
    return identity


def identify(store: Store) -> None:
    """Gives a lake its identity, unless it has one. Of several loads that do so at once, the first one's is kept."""
    if lake_id(store) is None:
        content = {"lake_id": uuid.uuid4().hex, "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
        store.create(IDENTITY, json.dumps(content).encode() + b"\n")
