"""One model base, three warehouses, the same rows: built, built again with a second load, and built anew."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from loaders.declarations import read_declarations
from loaders.demo import learning
from loaders.identity import lake_id
from loaders.lake import open_store
from loaders.log import Log, heartbeats, newest_commits
from loaders.registry import KINDS
from tests.pipeline.conftest import EVENTS as WHAT_TELLS_OF_EVENTS
from tests.pipeline.test_bank_fees import FIRST as SAVED_FEES
from tests.pipeline.test_bank_fees import SECOND as SAVED_FEES_LATER
from tests.pipeline.test_banks import FILES as COMPLAINTS
from tests.warehouses.conftest import COMPARED, Warehouses
from tests.warehouses.grammar import is_refused, refused
from tests.warehouses.warehouse import Row, Warehouse, differences, plain

EVENTS = "base_web_events__events"
HOSTILE = rb"""
{"messageId":"h1","type":"track","event":"Post Created","userId":9007199254740993,"timestamp":"2026-03-05T10:00:00Z",
 "receivedAt":"2026-03-05T10:00:01Z","properties":{"id":1,"created_at":"2026-03-05T10:00:00.123456789+05:30",
 "body":"  tab\t \\ \"quoted\" \u00e9 \ud83d\ude00 it's\n "}}
{"messageId":"h2","type":"track","event":"Post Created","userId":true,"timestamp":"2026-03-05T10:00:00+0530",
 "receivedAt":"2026-03-05T10:00:01-08","properties":{"id":"\u0000","body":"nul \u0000 and half \ud800"}}
{"messageId":"h3","type":"track","event":"Follow User","userId":"a b","timestamp":"2026-02-30T10:00:00Z",
 "receivedAt":"2026-03-05T10:00:01Z","properties":{"user_id":[]}}
{"messageId":"h4","type":"identify","userId":"u","timestamp":"2026-03-05 10:00:00","traits":{"username":{"a":1},
 "email":"","location":null,"about_me":"line one\nline two","last_seen":"2026-03-05T24:00:00Z"}}
{"type":"track","event":"K\u00e4se's; drop table x --","userId":"%_\\","timestamp":"2026-03-05T10:00:00Z",
 "a.b":{"c d":1}}
{"messageId":"%s","type":"page","timestamp":"2026-03-05T10:00:00Z"}
{"messageId":"h7","type":" ","timestamp":"1772460309"}
{"MESSAGEID":"h8","type":"track","event":"x","TIMESTAMP":"2026-03-05T10:00:00Z","receivedAt":"2026-03-05T10:00:02Z"}
{"messageId":"h9","type":"track","event":"broken""".replace(b"%s", b"m" * 101)
"""What may be spelt, escaped, cut or compared differently from one engine to the next."""


ORDERS = rb"""
{"id":"a","customer":{"name":" \u00c1na  ","country":"BR"},"amount":10.5,"discount":0.125,"item_count":3,"gift":true,
 "date":"2024-02-29","paid_at":1772460309244,"updated_at":"2026-03-01T00:00:00Z","status":"paid","note":"  "}
{"id":"b","customer":{"name":"b"},"amount":"0.005","discount":"1e-3","item_count":"007","gift":"0","date":"1969-12-31",
 "paid_at":-1,"updated_at":"2026-03-01T00:00:00Z","status":"paid","note":""}
{"id":"c","customer":{"country":"CI"},"amount":"999999999999.99","item_count":-2147483648,"gift":"TRUE",
 "date":"0001-01-01","paid_at":"4102444800123","updated_at":"9999-12-31T23:59:59.999999Z","status":"new"}
{"id":"d","customer":"nobody","amount":"1,5","discount":"NaN","item_count":2147483648,"gift":"yes","date":"2023-02-29",
 "paid_at":"1772460309.5","updated_at":"soon","status":"PAID"}
{"id":"","status":"paid"}
{"customer":null,"status":"new","updated_at":"2026-03-01T00:00:00Z"}
"""
MORE_ORDERS = rb"""
{"id":"a","customer":{"name":"Ana","country":"DE"},"amount":11,"updated_at":"2026-03-02T00:00:00Z","status":"paid"}
{"id":"b","customer":{"country":"BRA"},"amount":1,"updated_at":"2026-03-02T00:00:00Z","status":"paid"}
{"id":"e","customer":{"country":"BR"},"amount":"5.",
 "updated_at":"2026-03-02T00:00:00Z","status":"paid","note":"long %s"}
""".replace(b"%s", b"x" * 65_500)
"""A record of this second load is too long for a text in Parquet, and lands in JSON lines beside it."""

MONTH, VIEWS = "data_science/2019/1/section_feedback.csv", "data_science/2019/1/video_log.csv"
STUDENTS = "dimension_tables/users_dim.csv"
FEEDBACK = """user_id,section_id,submit_date,text,rating
1,1,1547337600000,"said ""fine"",
then \r\n é😀\u2028 \\",3
1,1,1547337600000,the last of two counts,2
2,1,1547337600000,%s,1
3,1,-1,=1+1,7
4,1,1547337600001,<p>I join <co,good
5,1,soon,,
,1,1547337600000,who,2
99999999,9,2524607999999,nobody knows either,2
6,1,1547337600000,"broken"y,2
""".replace("%s", "long " * 12_000)
RESTATED = FEEDBACK.replace("the last of two counts,2", "the last of two counts,3").replace("4,1,", "44,1,")
BROKEN = """user_id,video_id,degree_id,first_view_date,last_view_date,views_per_user
1,1,1,1547683200000,1548201600000,2
1,2,1,1547683200000,1547683200123,1,1
"""


PAGE = """{ "data" : [
{"id":"2028471674336182395","text":"Night \\ud83d\\ude8c &amp; \u00e9 &lt;3 #NightBus #caf\u00e9","author_id":"7",
 "lang":"it","created_at":"2026-03-02T14:05:09.000Z","edit_history_tweet_ids":[ "2028471674336182395" ],
 "entities":{"hashtags":[{"start":22,"end":31,"tag":"NightBus"}, {"start":32,"end":37,"tag":"caf\u00e9"}]},
 "public_metrics":{"like_count":"7","retweet_count":2.0,"impression_count":9007199254740993}},
{"id":9223372036854775807,"text":"","note_tweet":{"text":" long \u2028 ","entities":{"hashtags":null}},"author_id":8,
 "withheld":{"country_codes":["DE", "FR"],"copyright":"TRUE","scope":"tweet"},"possibly_sensitive":1,
 "referenced_tweets":[{"type":"quoted","id":"5"}, {"id":4, "type":"replied_to"}],"in_reply_to_user_id":null},
{"id":"2028471674336182401","text":"RT","referenced_posts":[{"type":"retweeted","id":"2028402430571446349"}],
 "edit_history_post_ids":["2028471674336182400","2028471674336182401"],"public_metrics":{"repost_count":3},"author_id":"9"},
{"id":"2028471674336182402","text":"odd","edit_history_tweet_ids":"none","entities":{"hashtags":"#x"},"referenced_tweets":{}},
{"id":"2028471674336182403","text":"late","created_at":"2026-02-30T00:00:00Z","author_id":"x"},
{"id":"12x"},{"text":"no id"},{"id":""}
],"includes":{"users":[
{"id":"7","username":"ana","name":"Ana \\\" \u2615","location":"null","description":"two\nlines","verified":"false"},
{"id":"8","username":"bo","location":" ","created_at":"2019-12-05T10:00:00.000Z","public_metrics":{"post_count":"1e3"}},
{"id":"9","username":"c","public_metrics":{"followers_count":-1,"tweet_count":5}}]},
"errors":[{"title":"Forbidden","detail":"it's gone","type":"https://api.x.com/2/problems/resource-not-found","value":5}],
"meta":{"result_count":8}}""".replace("\nlines", "\\nlines")
"""A search's answer in both vocabularies, with what X documents, what it was seen to send, and what it should not."""


ELSEWHERE = [f"test_name:{name}" for name in ("not_null", "unique", "accepted_values", "relationships", "recent")]
"""dbt's own tests, which say the same of the same rows; DuckDB's are tested by all other tests. It is old data."""


INCREMENTAL = ["--select", "config.materialized:incremental"]
"""Models that a run adds to. All others are made anew from them in every run, by what has been compared before."""


VIEWS_TOO = [*INCREMENTAL, "config.materialized:view"]
"""A full refresh drops tables, and Redshift, like PostgreSQL, drops with a table the views that read it."""


def refresh(warehouse: Warehouse) -> None:
    """As a user does it; but for tests, which the second load brings."""
    warehouse.run("headwater", "stage")
    warehouse.run("dbt", "build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


def assert_unchanged(warehouses: Warehouses, before: dict[str, dict[str, Counter[Row]]]) -> None:
    for warehouse in warehouses.all:
        after = warehouse.contents()
        for node, rows in before[warehouse.name].items():
            assert not differences(rows, after[node]), (warehouse.name, node)


def staging(warehouse: Warehouse) -> list[str]:
    """What `headwater stage` has dbt do."""
    lake = open_store(warehouse.environment["HEADWATER_LAKE"])
    streams = list(read_declarations(warehouse.project / "models", KINDS))
    newest, seen = newest_commits(lake, streams), heartbeats(lake, streams)
    arguments = {"newest": newest, "seen": seen, "lake_id": lake_id(lake)}
    return ["run-operation", "stage_external_sources", "--args", json.dumps(arguments)]


def refresh_again(warehouse: Warehouse, *selection: str) -> None:
    """But for unit tests, which no data can change, and those that say the same everywhere. With no selection compiles
    the analyses, too."""
    build = ["build", "--exclude-resource-type", "unit_test", "--exclude", "assert_*_as_stated", *ELSEWHERE]
    analyses = [] if selection else [["compile", "--quiet", "--select", "resource_type:analysis"]]
    warehouse.dbt(staging(warehouse), [*build, *selection], *analyses)


def compare(warehouses: Warehouses, when: str, *, but: tuple[str, ...] = ()) -> None:
    """Compares every row of every node; tells all differences at once."""
    told = []
    duckdb = warehouses.duckdb.contents()
    for other in (other for other in warehouses.others if other.name not in but):
        contents = other.contents()
        for node, expected in sorted(duckdb.items()):
            wrong = differences(expected, contents[node])
            COMPARED.append((when, node, other.name, contents[node].total(), len(wrong)))
            told += [f"{other.name} {node}: {line}" for line in wrong]
    assert not told, "\n".join(told)


@pytest.fixture(scope="module")
def built(warehouses: Warehouses) -> Warehouses:
    """Two loads of every source, each staged and built in every warehouse."""
    warehouses.put_demo(days=3, until=date(2026, 3, 3))
    warehouses.put("shop", "orders", ORDERS)
    warehouses.put("learning", MONTH, FEEDBACK.encode())
    warehouses.put("learning", VIEWS, BROKEN.encode())
    for name, data in COMPLAINTS.items():
        # the stand-in of Snowflake takes a decimal without a scale for 64 bits
        warehouses.put("banks", f"complaints/{name}", data.replace(b"9223372036854775807", b"90000000000"))
    for name, saved in SAVED_FEES.items():
        warehouses.put("banks", name, saved.encode())
    warehouses.load(datetime(2026, 3, 3, 12, tzinfo=UTC), PAGE.encode())
    warehouses.each(refresh)
    warehouses.put_demo("web_events", days=5, until=date(2026, 3, 5))
    warehouses.put("web_events", "2026/03/05/10/hostile", HOSTILE)
    warehouses.put("shop", "more", MORE_ORDERS)
    warehouses.put("learning", MONTH, RESTATED.encode())
    warehouses.put("learning", STUDENTS, b"".join(learning.users_file(0.02, 3, version=2)))
    replay_views(warehouses)
    for name, saved in SAVED_FEES_LATER.items():
        warehouses.put("banks", name, saved.encode())
    warehouses.load(datetime(2026, 3, 5, 12, tzinfo=UTC), bank_news=True)
    warehouses.each(refresh_again)
    return warehouses


def replay_views(warehouses: Warehouses) -> None:
    """The row of views that had a cell too many comes back, mended."""
    [record] = warehouses.duckdb.query(
        f"select _object || '#' || _row as record from staging.base_headwater__rejects where _input_key = '{VIEWS}'"
    )
    line = {
        "stream": "learning.video_log",
        **record,
        "header": BROKEN.splitlines()[0],
        "raw": BROKEN.splitlines()[2][:-2],
    }
    (warehouses.place / "mended.ndjson").write_text(json.dumps(line))
    warehouses.duckdb.run("headwater", "replay", str(warehouses.place / "mended.ndjson"))


def test_every_model_has_the_same_rows_after_two_loads(built: Warehouses) -> None:
    assert [other.nodes().keys() for other in built.others] == [built.duckdb.nodes().keys()] * 2
    compare(built, "two loads, the second incremental")
    second = built.duckdb.query(
        "select source || '.' || stream as place from marts.loads where load_seq = 2 order by 1"
    )
    assert [row["place"] for row in second] == [
        "banks.complaints",
        "banks.fee_files",
        "banks.fees",
        "learning.section_feedback",
        "learning.users",
        "learning.video_log",
        "shop.orders",
        "web_events.delivery_errors",
        "web_events.events",
        "x.posts",
        "x.users",
    ]


def test_analyses_answer_the_same(built: Warehouses) -> None:
    """Every analysis runs everywhere, and gives the same rows in the same order."""
    answers: dict[str, dict[str, list[Row]]] = {}
    for warehouse in built.all:
        compiled = sorted((warehouse.target() / "compiled/headwater/analyses").glob("*.sql"))
        rows = {path.stem: warehouse.query(path.read_text()) for path in compiled}
        answers[warehouse.name] = {
            name: [tuple((column, plain(column, value)) for column, value in row.items()) for row in found]
            for name, found in rows.items()
        }
    assert answers["duckdb"].keys() == {path.stem for path in (built.project / "analyses").glob("*.sql")}
    empty = [name for name, rows in answers["duckdb"].items() if not rows]
    assert len(empty) * 4 < len(answers["duckdb"]), empty
    for other in built.others:
        told = {name: rows for name, rows in answers[other.name].items() if rows != answers["duckdb"][name]}
        assert not told, (other.name, {name: (answers["duckdb"][name][:3], rows[:3]) for name, rows in told.items()})


def test_a_second_run_changes_nothing(built: Warehouses) -> None:
    before = {warehouse.name: warehouse.contents() for warehouse in built.all}
    built.each(lambda warehouse: warehouse.dbt(staging(warehouse), ["run", *INCREMENTAL]))
    assert_unchanged(built, before)


def test_full_refresh_gives_what_the_increments_gave(built: Warehouses) -> None:
    before = {warehouse.name: warehouse.contents() for warehouse in built.all}
    built.each(lambda warehouse: warehouse.run("dbt", "run", "--full-refresh", *VIEWS_TOO))
    assert_unchanged(built, before)
    compare(built, "after a full refresh")


def test_what_is_removed_or_too_large_is_so_everywhere(built: Warehouses) -> None:
    """The second load's objects of events are taken out of the lake; a third load brings what Redshift cannot hold."""
    log = Log(open_store(built.environment["HEADWATER_LAKE"]), "web_events", "events")
    newest = log.newest()
    assert newest
    second = built.duckdb.query(
        "select _object from raw.objects where source = 'web_events' and stream = 'events' and _load_seq = 2 "
        "and content = 'records'"
    )
    log.commit(
        after=newest,
        load_id="removal",
        started_at=datetime.now(UTC),
        inputs=[],
        added=[],
        removed=[row["_object"] for row in second],
        state=newest.state,
    )
    page = b'{"messageId":"%s","type":"page","timestamp":"2026-03-05T11:00:00Z","more":[%s]}'
    built.put("web_events", "2026/03/05/11/small", page % (b"small", b""))
    built.put("web_events", "2026/03/05/11/wide", page % (b"wide", b'"%s"' % (b"x" * 65_536)))
    built.put("web_events", "2026/03/05/11/long", page % (b"long", b",".join([b'"%s"' % (b"x" * 60_000)] * 70)))
    built.load()
    built.each(lambda warehouse: refresh_again(warehouse, *WHAT_TELLS_OF_EVENTS))

    found = "select message_id from {} where message_id in ('small', 'wide', 'long') order by message_id"
    names = {
        warehouse.name: [row["message_id"] for row in warehouse.query(found.format(warehouse.nodes()[EVENTS]))]
        for warehouse in built.all
    }
    assert names == {"duckdb": ["long", "small", "wide"], "snowflake": ["long", "small", "wide"], "redshift": ["small"]}
    rejects = "select input_key, reason, byte_count from {} where kind = 'staging' order by input_key"
    told = {w.name: [tuple(r.values()) for r in w.query(rejects.format(w.nodes()["rejects"]))] for w in built.all}
    assert told == {
        "duckdb": [],
        "snowflake": [],
        "redshift": [
            ("2026/03/05/11/long", "too_large_for_warehouse", 4_200_329),
            ("2026/03/05/11/wide", "too_large_for_warehouse", 65_658),
        ],
    }
    for warehouse in built.all:
        gone = f"select count(*) as n from {warehouse.nodes()[EVENTS]} where _load_seq = 2"
        assert warehouse.query(gone) == [{"n": 0}]
    compare(built, "after a removal", but=("redshift",))


def test_heartbeats_are_the_same_everywhere(built: Warehouses) -> None:
    lake = open_store(built.environment["HEADWATER_LAKE"])
    seen = heartbeats(lake, read_declarations(built.project / "models", KINDS))
    at = {stream: datetime.fromisoformat(text).replace(tzinfo=None) for stream, text in seen.items()}
    assert at.keys() >= {"learning.projects", "learning.videos"}  # without a second load
    for warehouse in built.all:
        schema = "raw" if warehouse.name == "duckdb" else "dev_raw"
        rows = warehouse.query(f"select source, stream, seen_at from {schema}.heartbeats")
        assert len(rows) == len(at)
        assert {f"{row['source']}.{row['stream']}": row["seen_at"] for row in rows} == at


@pytest.mark.parametrize("dialect", ["snowflake", "redshift"])
def test_models_are_grammatical(built: Warehouses, dialect: str) -> None:
    """What a stand-in takes and the warehouse would not, such as a reserved word for a name."""
    [warehouse] = (other for other in built.others if other.name == dialect)
    compiled = warehouse.target() / "compiled" / "headwater"
    paths = [path for folder in ("models", "analyses") for path in (compiled / folder).rglob("*.sql")]
    texts = {path.name: path.read_text() for path in paths if path.parent.suffix != ".yml"}
    # one base model is parsed for all: they are made by one macro, and take the parser a minute
    texts = {name: text for name, text in texts.items() if not re.match(r"base_(?!headwater)", name)}
    some = ("base_headwater__rejects", "fct_follows", "rejects", "social_most_followed_users")
    assert texts.keys() >= {f"{name}.sql" for name in some}
    assert refused(list(texts.values()), dialect) == []
    assert is_refused("select raw from t" if dialect == "redshift" else "select 1 as rows", dialect)


def undescribed(built: Warehouses) -> list[str]:
    """Columns that DuckDB's catalog has and no yml describes, by dbt-coverage. The shop is of these tests only."""
    report = built.place / "coverage.json"
    command = [str(Path(sys.executable).with_name("dbt-coverage")), "compute", "doc", "--cov-fail-under", "1"]
    where = {"project-dir": built.project, "run-artifacts-dir": built.duckdb.target(), "cov-report": report}
    options = [f"--{name}={path}" for name, path in where.items()]
    shop = [f"--model-path-exclusion-filter={path}" for path in ("models/shop", "seeds/shop")]
    done = subprocess.run([*command, *options, *shop], capture_output=True, text=True, check=False)
    told = json.loads(report.read_text())
    assert told["total"] > 2600
    lacking = [f"{table['name']}.{c['name']}" for table in told["tables"] for c in table["columns"] if not c["covered"]]
    assert bool(lacking) == bool(done.returncode), done.stderr
    return lacking


def test_documentation_and_freshness(built: Warehouses) -> None:
    def read(warehouse: Warehouse) -> None:
        freshness = ["source", "freshness", "--quiet"]  # which fails where a stream is neither loaded nor seen
        show = ["show", "--select", "operations_rejects_by_reason"]
        warehouse.dbt(["docs", "generate", "--no-compile"], show, freshness)
        catalog = json.loads((warehouse.target() / "catalog.json").read_text())
        assert {"model.headwater.fct_follows", "model.headwater.rejects"} <= catalog["nodes"].keys()

    built.each(read)
    assert undescribed(built) == []


def test_the_example_of_the_overview_runs(built: Warehouses) -> None:
    [example] = re.findall(r"```sql\n(.*?)```", (built.project / "models/overview.md").read_text(), re.DOTALL)
    [(posts,)] = [row.values() for row in built.duckdb.query("select count(*) from marts.fct_app_posts")]
    located = built.duckdb.query(example.replace("limit 10", ""))
    assert len(located) > 1
    assert sum(row["post_count"] for row in located) == posts
