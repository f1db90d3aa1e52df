"""Posts of X through the whole pipeline, from answers and from files of three formats: what they say arrives.

Some of this went wrong in the pipelines that this source is modelled on: `is_retweet` read a field that is always
false, ids went through floats, a column was misspelt, missing locations were the text `null`, and late posts were lost.
"""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from loaders.demo.x_api import Scripted, serve
from tests.pipeline.conftest import Project, close_connections, project_in

A, B, EDITED, EDIT, RETWEET, ORIGINAL, OLD = (
    "2028471674336182395",
    "2028471674336182400",
    "2028471700000000000",
    "2028472900000000000",
    "2028470126638010372",
    "2028402430571446349",
    "1455900000000000001",
)
METRICS = {"retweet_count": 2, "reply_count": 0, "like_count": 5, "quote_count": 1}
FIRST: dict[str, Any] = {
    "data": [
        {
            "id": EDITED,
            "text": "Bus at 9",
            "edit_history_tweet_ids": [EDITED],
            "author_id": "7",
            "public_metrics": METRICS,
        },
        {
            "id": A,
            "text": "Night 🚌 &amp; day &lt;3 #NightBus #café",
            "created_at": "2026-03-02T14:05:09.000Z",
            "author_id": "7",
            "edit_history_tweet_ids": [A],
            "lang": "en",
            "public_metrics": {**METRICS, "bookmark_count": 0, "impression_count": 311},
            "entities": {
                "hashtags": [{"start": 24, "end": 33, "tag": "NightBus"}, {"start": 34, "end": 39, "tag": "café"}]
            },
            "retweeted": True,
            "edit_controls": {"edits_remaining": "4"},
            "brand_new": {"a": [1]},
        },
        {
            "id": int(B),
            "text": "A long one, cut…",
            "note_tweet": {"text": "A long one, whole: all of it"},
            "author_id": 8,
            "edit_history_tweet_ids": [B],
            "public_metrics": {"like_count": "7"},
            "entities": None,
        },
        {
            "id": RETWEET,
            "text": "RT @someline: An announc…",
            "author_id": "8",
            "edit_history_tweet_ids": [RETWEET],
            "public_metrics": {"retweet_count": 85},
            "referenced_tweets": [{"type": "retweeted", "id": ORIGINAL}],
        },
        {"id": "12x", "text": "no id"},
    ],
    "includes": {
        "users": [
            {
                "id": "7",
                "name": "Ana ☕",
                "username": "ana_p",
                "location": "null",
                "public_metrics": {"tweet_count": 9},
            },
            {"id": "8", "name": "Bo", "username": "bo", "location": "Gent", "public_metrics": {"followers_count": 42}},
        ],
        "tweets": [
            {"id": ORIGINAL, "text": "An announcement", "author_id": "31", "edit_history_tweet_ids": [ORIGINAL]}
        ],
    },
    "errors": [
        {
            "title": "Not Found Error",
            "detail": "gone",
            "resource_type": "tweet",
            "resource_id": "1",
            "parameter": "referenced_tweets.id",
            "type": "https://api.twitter.com/2/problems/resource-not-found",
        }
    ],
    "meta": {"result_count": 5},
}
SECOND: dict[str, Any] = {
    "data": [
        {
            "id": EDIT,
            "text": "Bus at 10",
            "edit_history_tweet_ids": [EDITED, EDIT],
            "author_id": "7",
            "public_metrics": {**METRICS, "like_count": 6},
        },
        {**FIRST["data"][1], "public_metrics": {**METRICS, "like_count": 25, "bookmark_count": 1}},
    ],
    "includes": {"users": [{"id": "7", "name": "Ana ☕", "username": "ana_p", "location": "Lyon"}]},
    "meta": {"result_count": 2},
}
STATUS: dict[str, Any] = {
    "created_at": "Wed Nov 03 14:17:09 +0000 2021",
    "id": 1455900000000000000,
    "id_str": OLD,
    "full_text": "RT @x: caf\u00e9 &amp; #bus",
    "truncated": False,
    "entities": {"hashtags": [{"text": "bus", "indices": [18, 22]}]},
    "user": {"id_str": "8", "screen_name": "bo", "name": "Bo", "location": "", "followers_count": 3},
    "retweeted": False,
    "retweeted_status": {"id_str": "1455800000000000001"},
    "retweet_count": 4,
    "favorite_count": 1,
    "lang": "de",
}
CLEANSED = [
    {
        "tweet_id": OLD,
        "tweet_created_at": "2021-11-03 14:17:09",
        "tweet_text": "RT @x: café & #bus",
        "is_retweet": True,
        "tweet_hasthags": ["bus"],
        "user_id": "8",
        "user_followers_count": 3,
        "user_location": "null",
    },
    {
        "tweet_id": "1455900000000000009",
        "tweet_created_at": "2021-11-03 14:18:00",
        "tweet_text": "mein #Bus",
        "is_retweet": False,
        "tweet_hasthags": ["Bus"],
        "user_id": "9",
        "user_followers_count": 1,
        "user_location": "Ulm",
    },
]
FILES = {
    "v1.1/2021-11-03/search.json": json.dumps({"statuses": [STATUS], "search_metadata": {"count": 1}}, indent=2),
    # as a filtered stream or a single look-up has it, and answers that found nothing
    "v2/2026-03-04/page.json": json.dumps({**SECOND, "data": SECOND["data"][1], "brand_new": {"a": [1]}}),
    "v2/2026-03-05/empty.json": '{"data":[],"meta":{"result_count":0}}\n{"meta":{"result_count":0}}\n[]\n{"data":null}',
    "cleansed/2021-11-03/tweets.json": "\n".join(map(json.dumps, CLEANSED)),
}


BRAND = ("--select", "+path:models/marts/brand", "+x_errors", "+rejects", "--indirect-selection", "cautious")
"""Options of dbt for what tells of X, and no other source's marts."""


def load(project: Project, answer: dict[str, Any], at: str) -> None:
    """Loads what a search finds, as if at some time."""
    with serve(now=lambda: datetime.fromisoformat(at)) as api, pytest.MonkeyPatch.context() as patch:
        for name, value in {"API_URL": api.url, "BEARER_TOKEN": api.token, "QUERIES": '"night bus"'}.items():
            patch.setenv(f"X_{name}", value)
        api.script.append(Scripted(body=json.dumps(answer).encode()))
        project.headwater("load", "x")


@pytest.fixture(scope="module")
def template(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place, shared / "now", shared / "target", patch)
        for key, text in FILES.items():
            path = project.place / "x" / key
            path.parent.mkdir(parents=True)
            path.write_text(text)
        load(project, FIRST, "2026-03-02T14:20:00+00:00")
        project.stage()
        project.run(*BRAND)
        load(project, SECOND, "2026-03-03T14:20:00+00:00")
        project.stage()
        project.build(*BRAND)
        close_connections()
    return place


@pytest.fixture
def built(template: Path, project: Project) -> Project:
    shutil.copytree(template, project.place.resolve(), dirs_exist_ok=True)
    return project


def test_posts(built: Project) -> None:
    assert built.query("""
        select logical_post_id, post_id, edit_count, created_at::varchar, post_text, is_retweet, like_count, fetch_count
        from marts.fct_x_posts order by logical_post_id
    """) == [
        ("1455900000000000001", OLD, 0, "2021-11-03 14:17:09", "RT @x: café & #bus", True, 1, 2),
        ("1455900000000000009", "1455900000000000009", 0, "2021-11-03 14:18:00", "mein #Bus", False, None, 1),
        (ORIGINAL, ORIGINAL, 0, "2026-03-02 09:30:00", "An announcement", False, None, 1),
        (RETWEET, RETWEET, 0, "2026-03-02 13:59:00", "RT @someline: An announc…", True, None, 1),
        (A, A, 0, "2026-03-02 14:05:09", "Night 🚌 & day <3 #NightBus #café", False, 25, 3),
        (B, B, 0, "2026-03-02 14:05:09", "A long one, whole: all of it", False, 7, 1),
        (EDITED, EDIT, 1, "2026-03-02 14:05:15.118", "Bus at 10", False, 6, 2),
    ]


def test_numbers_through_time(built: Project) -> None:
    assert built.query(f"""
        select fetched_at::varchar, like_count, like_count_change, bookmark_count, impression_count
        from marts.fct_x_post_metrics where post_id = '{A}' order by fetched_at
    """) == [
        ("2026-03-02 14:20:00", 5, None, 0, 311),
        ("2026-03-03 14:20:00", 25, 20, 1, None),
        ("2026-03-04 00:00:00", 25, 0, 1, None),
    ]


def test_hashtags(built: Project) -> None:
    assert built.query("""
        select logical_post_id, hashtag_number, tag_text, normalized_tag, is_offset_right
        from marts.x_post_hashtags order by logical_post_id, hashtag_number
    """) == [
        (OLD, 1, "bus", "bus", True),
        ("1455900000000000009", 1, "Bus", "bus", None),
        (A, 1, "NightBus", "nightbus", True),
        (A, 2, "café", "café", True),
    ]


def test_users(built: Project) -> None:
    assert built.query("""
        select user_id, username, location, version_number, is_current, is_inferred
        from marts.dim_x_users where user_id <> '(unknown)' order by user_id, version_number
    """) == [
        ("31", None, None, 1, True, True),
        ("7", "ana_p", None, 1, False, False),
        ("7", "ana_p", "Lyon", 2, True, False),
        ("8", "bo", None, 1, False, False),
        ("8", "bo", "Gent", 2, True, False),
        ("9", None, "Ulm", 1, True, False),
    ]


def test_the_table_of_the_older_pipeline(built: Project) -> None:
    assert built.query(f"""
        select * exclude (tweet_created_at) from marts.brand_tweets where tweet_id in ('{A}', '{OLD}') order by tweet_id
    """) == [
        (OLD, "RT @x: café & #bus", "bus", True, "8", 3, None),
        (A, "Night 🚌 & day <3 #NightBus #café", "NightBus, café", False, "7", None, "Lyon"),
    ]


def test_mentions_and_what_could_not_be_used(built: Project) -> None:
    assert built.query("select query, page_count, post_count, gap_count from marts.dim_search_queries") == [
        ('"night bus"', 2, 4, 0)
    ]
    assert built.query("select logical_post_id from marts.fct_brand_mentions order by 1") == [
        (RETWEET,),
        (A,),
        (B,),
        (EDITED,),
    ]
    assert built.query("select title, resource_id, query from marts.x_errors") == [
        ("Not Found Error", "1", '"night bus"')
    ]
    assert built.query("select stream, field, raw_text, reason, state from marts.rejects") == [
        ("posts", "post_id", "12x", "not_digits", "open")
    ]


def test_what_saved_answers_held(built: Project) -> None:
    assert built.query("""
        select
            stream, _input_key, document_count, row_count, empty_count, unread_count, reject_count, rejected_row_count
        from raw.inputs where stream like 'archived%' order by 1, 2
    """) == [
        ("archived_posts", "cleansed/2021-11-03/tweets.json", 2, 2, 0, 0, 0, 0),
        ("archived_posts", "v1.1/2021-11-03/search.json", 1, 1, 0, 0, 0, 0),
        ("archived_posts", "v2/2026-03-04/page.json", 1, 1, 0, 1, 0, 0),
        ("archived_posts", "v2/2026-03-05/empty.json", 4, 0, 4, 0, 0, 0),
        ("archived_users", "cleansed/2021-11-03/tweets.json", 0, 0, 0, 0, 0, 0),
        ("archived_users", "v1.1/2021-11-03/search.json", 0, 0, 0, 0, 0, 0),
        ("archived_users", "v2/2026-03-04/page.json", 0, 1, 0, 0, 0, 0),
        ("archived_users", "v2/2026-03-05/empty.json", 0, 0, 0, 0, 0, 0),
    ]


def test_again_nothing_changes_and_anew_the_same_comes_out(built: Project) -> None:
    marts = built.relations("marts", "staging", "intermediate")
    before = {name: built.multiset(name) for name in marts}
    built.stage()
    built.run(*BRAND)
    assert {name: built.multiset(name) for name in marts} == before
    kept = {name: built.multiset(name, but="_changed_seq") for name in marts}
    built.run("--full-refresh", *BRAND)
    for name, rows in kept.items():
        anew = built.multiset(name, but="_changed_seq")
        assert rows == anew, f"{name}: {list((rows - anew).items())[:3]}, {list((anew - rows).items())[:3]}"
