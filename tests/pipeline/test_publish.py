"""Marts as other tools find them: built by dbt, unloaded by DuckDB, and read from the files by pyarrow."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyarrow import parquet

from loaders.cli import main
from loaders.lake import open_store
from loaders.publications import current
from tests.pipeline.conftest import Project, close_connections

APP_TABLES = ("--select", "+app_posts", "+app_follows", "+app_unfollows", "+app_users")
HOUR = "2026/03/02/14/app_events-1-2026-03-02-14-05-09-"


def event(number: int, kind: str, name: str | None = None, user: str = "17", **said: Any) -> str:
    at = f"2026-03-02T14:05:{number:02}"
    return json.dumps(
        {
            "messageId": f"m{number:02}",
            "type": kind,
            **({"event": name} if name else {}),
            "userId": user,
            "receivedAt": f"{at}.500Z",
            "timestamp": f"{at}.244Z",
            **said,
        }
    )


BODIES = ['=HYPERLINK("http://x","y")', "-2", 'plain, "quoted"\nand two lines \u2028 🇩🇪', "o'neil"]
EVENTS = [
    *(
        event(n, "track", "Post Created", properties={"id": n, "author": 17, "body": body, "language": "en"})
        for n, body in enumerate(BODIES)
    ),
    event(10, "track", "Follow User", properties={"user_id": 23}),
    event(11, "track", "Follow User", properties={"user_id": 23}),
    event(12, "track", "Unfollow User", properties={"user_id": 23}),
    event(
        13, "identify", traits={"username": "ana.p", "email": "ana@example.org", "about_me": "=1", "location": "Oslo"}
    ),
]


@pytest.fixture
def published(project: Project, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The four tables of the app, from a lake whose path has a quote."""
    monkeypatch.setenv("HEADWATER_LAKE", f"{project.place}/o'lake")
    monkeypatch.setenv("HEADWATER_GLUE_DATABASE", "")
    project.put(HOUR + "0001", "".join(EVENTS).encode())
    project.headwater("load", "web_events")
    project.stage()
    project.run(*APP_TABLES)
    # not that of dbt in this process: with other variables it would read the whole project anew each time
    monkeypatch.setenv("DBT_TARGET_PATH", str(shared / "publishing"))
    return project


def rows(name: str, place: Path) -> list[dict[str, Any]]:
    now = current(open_store(str(place)), name)
    assert now
    return [row for file in now.files for row in parquet.read_table(place / file["path"]).to_pylist()]


def test_the_tables_of_the_first_original_and_their_successors(published: Project) -> None:
    lake = published.place / "o'lake"
    told = published.headwater("publish", "posts", "follows", "unfollows", "users")
    assert [line.split(" rows")[0] for line in told.splitlines()[:-1]] == [
        "follows: 2",
        "posts: 4",
        "unfollows: 1",
        "users: 1",
    ]
    at = [datetime(2026, 3, 2, 14, 5, second, 244_000) for second in range(14)]
    assert rows("posts", lake) == [
        {"post_id": str(n), "user_id": "17", "post_body": body, "language": "en", "published_at": at[n]}
        for n, body in enumerate(BODIES)
    ]
    assert rows("follows", lake) == [
        {"event_id": f"m{n}", "user_id": "17", "user_id_recipient": "23", "occurred_at": at[n]} for n in (10, 11)
    ]
    assert rows("unfollows", lake) == [
        {"event_id": "m12", "user_id": "17", "user_id_recipient": "23", "occurred_at": at[12]}
    ]
    # what else users say of themselves does not leave the warehouse
    assert rows("users", lake) == [{"user_id": "17", "username": "ana.p", "last_seen_at": None}]
    with (lake / "exports/posts.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [line["post_body"] for line in csv.DictReader(file)]
    assert cells == ["'" + BODIES[0], "'-2", BODIES[2], BODIES[3]]
    assert not (lake / "exports/users.csv").exists()

    first = current(open_store(str(lake)), "posts")
    published.query("delete from marts.fct_app_posts where post_id <> '1'")
    close_connections()
    done = CliRunner().invoke(main, ["publish", "posts", "loads"])
    assert done.exit_code == 1
    assert [row["post_id"] for row in rows("posts", lake)] == ["1"]
    assert done.stderr.splitlines() == [
        'Error: loads: there is no "w"."marts"."loads" yet; run `dbt build --select +loads`, then '
        "`headwater publish loads`",
        "Error: not published: loads; it says above why",
    ]
    # whoever began to read the former still can
    assert first
    assert all((lake / file["path"]).is_file() for file in first.files)
    published.query("delete from marts.fct_app_posts")
    published.headwater("publish", "posts")
    assert rows("posts", lake) == []
    assert not any((lake / file["path"]).exists() for file in first.files)


UNLOAD = """\
copy (
select
    cast(user_id as varchar(65535)) as user_id,
    cast(case when username is not null then '***' end as varchar(65535)) as username,
    cast(last_seen_at as timestamp) as last_seen_at
from "w"."marts"."app_users"
order by user_id
)
to '{lake}/marts/users/now' (format parquet, compression zstd, file_size_bytes '256MB', filename_pattern 'part_{{i}}');
"""


def test_what_is_masked_in_the_warehouse_is_masked_in_the_lake(project: Project, shared: Path) -> None:
    printed: list[str] = []
    arguments = json.dumps({"marts": {"published_users": "users"}, "publication": "now", "dry_run": True})
    project.target = shared / "masked"
    project.dbt(
        *("run-operation", "publish_marts", "--args", arguments, "--quiet", "--vars", "{mask_personal_data: true}"),
        callbacks=[lambda event: printed.append(event.data.msg) if event.info.name == "PrintEvent" else None],
    )
    assert "".join(printed).strip() == UNLOAD.format(lake=project.lake).strip()
