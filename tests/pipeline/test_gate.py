"""The gate behind each stream, and what becomes of corrections that do not hold."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import Project

GATED = "stg_learning__section_feedback"
BUDGET = "{rejects_fail_above: {default: 0.5, learning.section_feedback: 0.01}}"
BESIDE = ["--exclude-resource-type", "unit_test", "--exclude"] + [
    f"test_name:{name}" for name in ("not_null", "unique", "relationships", "accepted_values")
]
"""Tests that have nothing to do with a gate."""


def feedback(name: str, *ratings: str) -> bytes:
    rows = "".join(f"{user},1,1547337600000,fine,{rating}\n" for user, rating in enumerate(ratings, 1))
    return f"user_id,{name}_id,submit_date,text,rating\n{rows}".encode()


POSTS = b"".join(
    b'{"id_str":"%d","created_at":"Tue Nov 02 09:15:00 +0000 2021","full_text":"hello","user":{"id_str":"7"}}\n'
    % number
    for number in range(1, 31)
)
STUDENTS = b"user_id\n" + b"".join(b"%04d\n" % number for number in range(1000, 1060))


def put(project: Project, table: str, data: bytes, month: str = "data_science/2019/1", suffix: str = "csv") -> None:
    path = project.place / "learning" / month / f"{table}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def results(project: Project) -> dict[str, str]:
    """The status of every node of the last run, by its unique id."""
    told = json.loads((project.target / "run_results.json").read_text())
    return {result["unique_id"]: result["status"] for result in told["results"]}


def downstream(project: Project, model: str) -> set[str]:
    """The models that descend from one."""
    children = json.loads((project.target / "manifest.json").read_text())["child_map"]
    found, ahead = set[str](), [f"model.headwater.{model}"]
    while ahead:
        new = {child for child in children[ahead.pop()] if child.startswith("model.")} - found
        found |= new
        ahead += new
    return found


def test_more_rejects_than_the_budget_stop_what_is_behind_their_stream_and_nothing_else(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_WRITE_JSON", "true")
    # other vars have dbt read the whole project again
    gated = replace(project, target=project.place / "target")
    put(project, "section_feedback", feedback("section", *["2"] * 98, "7", "good"))
    put(project, "project_feedback", feedback("project", "1", "9"))
    project.put("2026/03/02/14/o", b'{"messageId":"a","type":"page","timestamp":"2026-03-02T14:05:09Z"}{"messageId":')
    project.put("2026/03/02/14/_SUCCESS", b"")  # which holds no record: with it two of three would be rejects
    put(project, "posts", POSTS + POSTS[:60], month="../x/v1.1/2021-11-03", suffix="json")
    put(project, "users_dim", STUDENTS, month="dimension_tables")
    project.headwater("load")
    project.stage()
    with pytest.raises(AssertionError, match="Got 2 results"):
        gated.dbt("build", "--vars", BUDGET, *BESIDE)
    status = results(gated)
    gates = {name.split(".")[2]: told for name, told in status.items() if "rejects_within_budget" in name}
    stopped = {name for name, told in gates.items() if told == "fail"}
    assert stopped == {f"rejects_within_budget_{GATED}_learning_section_feedback"}
    # which of the streams that share a drop has what nobody could read is the loader's affair
    warned = {name for name, told in gates.items() if told == "warn" and "archived_users" not in name}
    assert warned == {
        "rejects_within_budget_stg_learning__project_feedback_learning_project_feedback",
        "rejects_within_budget_stg_web_events__events_web_events_events",
        "rejects_within_budget_stg_x__archived_posts_x_archived_posts",
    }
    behind = downstream(gated, GATED)
    assert "model.headwater.fct_section_feedback" in behind
    models = {name: told for name, told in status.items() if name.startswith("model.")}
    assert {name for name, told in models.items() if told == "skipped"} == behind
    assert {told for name, told in models.items() if name not in behind} == {"success"}
    operations = {f"model.headwater.{path.stem}" for path in Path("models/marts/operations").glob("*.sql")}
    assert operations & behind <= {"model.headwater.stream_conservation"}  # a view, which need not be made anew
    assert "model.headwater.fct_project_feedback" not in behind
    printed = capsys.readouterr().out
    told = "learning.section_feedback: 2 open rejects hold 2 of 100 records (2.0%), over the budget of 1.0%: "
    file = "data_science/2019/1/section_feedback.csv"
    assert f"{told}1 in {file} (rating not_accepted); 1 in {file} (rating not_integer); `headwater rejects " in printed
    assert "web_events.events: 2 open rejects hold 1 of 2 records (50.0%), within the budget of 50.0%: " in printed
    assert "1 in 2026/03/02/14/_SUCCESS (empty_input)" in printed
    assert project.query(
        """
        select stream, record_count, open_count, state from marts.reject_budgets
        where open_count > 0 and source <> 'x' order by stream
        """
    ) == [("events", 2, 1, "warning"), ("project_feedback", 2, 1, "warning"), ("section_feedback", 100, 2, "exceeded")]
    # streams that share a drop share its records: one line that nobody could read is not all that there is of users
    assert project.query(
        """
        select stream, record_count >= 31, state <> 'exceeded' from marts.reject_budgets
        where stream like 'archived%' order by stream
        """
    ) == [("archived_posts", True, True), ("archived_users", True, True)]
    # a field whose path no record ever had is told: it would be null without an error
    assert project.query(
        """
        select path, is_missing, record_count from marts.key_census
        where stream = 'archived_posts' and path in ('full_text', 'lang') order by path
        """
    ) == [("full_text", False, 30), ("lang", True, 0)]

    # one less is within the budget, and the rejects of the version before count no more
    put(project, "section_feedback", feedback("section", *["2"] * 99, "7"))
    put(project, "project_feedback", b"user_id,user_id\n")  # a version that cannot be read supersedes nothing
    # one that is read in part takes along what it does not have, and the gate counts that: 8 + 10 * 5 bytes
    put(project, "users_dim", gzip.compress(STUDENTS, 0)[: 10 + 5 + 8 + 10 * 5], month="dimension_tables")
    put(project, "posts", gzip.compress(POSTS, 0)[: 10 + 5 + len(POSTS) // 2], "../x/v1.1/2021-11-03", "json")
    project.headwater("load")
    project.stage()
    again = ("--select", "+fct_section_feedback", "+reject_budgets", "--indirect-selection", "buildable")
    gated.dbt("build", "--quiet", "--vars", BUDGET, *again, *BESIDE)
    assert results(gated)["model.headwater.fct_section_feedback"] == "success"
    assert project.query("select count(*) from marts.fct_section_feedback") == [(99,)]
    counted = "select record_count, open_count from marts.reject_budgets where stream = 'section_feedback'"
    assert project.query(counted) == [(100, 1)]
    assert project.query(
        "select state, raw_text from marts.rejects where stream = 'section_feedback' order by all"
    ) == [("open", "7"), ("resolved_by_restatement", "7"), ("resolved_by_restatement", "good")]
    assert project.query("select reason, state from marts.rejects where stream = 'project_feedback' order by all") == [
        ("duplicate_header", "open"),
        ("not_accepted", "open"),
    ]
    versions_read_in_part_are_weighed(project)


def versions_read_in_part_are_weighed(project: Project) -> None:
    """By what the versions whose place they take had more."""
    assert project.query(
        """
        select record_id, reason, row_count, expected from marts.rejects
        where stream = 'users' and source = 'learning' order by all
        """
    )[:1] == [
        (
            "learning.users#2#dimension_tables/users_dim.csv",
            "fewer_than_before",
            49,
            "60 records, as in the version before, of load 1; this one has 10, and was read only in part",
        )
    ]
    counted = """
        select record_count, open_count, state from marts.reject_budgets
        where source = 'learning' and stream = 'users'
    """
    assert project.query(counted) == [(11, 50, "exceeded")]
    # of streams that share a drop one has the reject of the rest
    assert project.query("select stream, row_count from marts.rejects where kind = 'version' order by all") == [
        ("archived_posts", 14),
        ("users", 49),
    ]


def test_budgets_are_shares(project: Project) -> None:
    with pytest.raises(AssertionError):
        project.dbt("build", "--quiet", "--select", "stg_learning__users", "--vars", "{rejects_fail_above: 7}")


FEEDBACK = (
    "base_learning__project_feedback",
    "base_learning__project_feedback_corrected",
    "stg_learning__project_feedback",
)
"""What a correction of feedback changes; all that is beside it was built before."""


def test_corrections_say_what_became_of_them(own_project: Project) -> None:
    project = own_project
    key = "data_science/2019/1/project_feedback.csv"
    put(project, "project_feedback", feedback("project", "2", "7", "8", "nine", "10", "11", "x"))
    project.headwater("load")
    project.stage()
    project.dbt("run", "--quiet", "--select", "+base_learning__project_feedback")
    [(first,)] = project.query(
        "select _object || '#' || _row from staging.base_learning__project_feedback where user_id = 2"
    )
    corrections = f"""stream,record,path,corrected_value,reason
learning.project_feedback,{first},rating,1,by its place
learning.project_feedback,{key}|3|1,rating, 2 ,by its key
learning.project_feedback,{key}|3|1,rating, 2 ,by its key
learning.project_feedback,{key}|4|1,rating,4,no rating either
learning.project_feedback,{key}|5|1,rating,1,one says one
learning.project_feedback,{key}|5|1,rating,2,another says two
learning.project_feedback,{key}|6|1,text,late,the rating is what is wrong
learning.project_feedback,{key}|1|1,rating,3,nothing was wrong
learning.project_feedback,{key}|7|1,stars,3,no such path
learning.project_feedback,nobody,rating,3,no such record
learning.nothing,{key}|7|1,rating,3,no such stream
"""
    Path("seeds/corrections.csv").write_text(corrections)
    project.dbt("seed", "--quiet")
    project.dbt("run", "--quiet", "--select", "+stg_learning__project_feedback", "+corrections_status", "+rejects")
    found = project.query("select reason, status, record_count from marts.corrections_status")
    assert Counter(found) == Counter(
        [
            ("by its place", "applied", 1),
            ("by its key", "applied", 1),
            ("no rating either", "failing", 1),
            ("one says one", "contradictory", 1),
            ("another says two", "contradictory", 1),
            ("the rating is what is wrong", "failing", 1),
            ("nothing was wrong", "stale", 0),
            ("no such path", "stale", 0),
            ("no such record", "stale", 0),
            ("no such stream", "stale", 0),
        ]
    )
    accepted = "select user_id, rating from staging.stg_learning__project_feedback order by user_id"
    assert project.query(accepted) == [(1, 2), (2, 1), (3, 2)]
    states = "select raw_text, state from marts.rejects order by record_id"
    assert Counter(project.query(states)) == Counter(
        [("7", "resolved_by_correction"), ("8", "resolved_by_correction")]
        + [(raw, "open") for raw in ("nine", "10", "11", "x")]
    )

    # another value, and none any more: what was accepted by it changes, or goes
    lines = corrections.replace("rating,1,by its place", "rating,3,by its place").splitlines(keepends=True)
    Path("seeds/corrections.csv").write_text("".join(lines[:2]))
    changed: Any = ("run", "--quiet", "--select", *FEEDBACK, "corrections_status")
    project.dbt("seed", "--quiet")
    project.dbt(*changed)
    assert project.query(accepted) == [(1, 2), (2, 3)]

    # the word null says that there is nothing, as it does where an adapter reads seeds for itself
    nothing = [f"learning.project_feedback,{first},text,{word},nothing was written\n" for word in ("null", '""')]
    Path("seeds/corrections.csv").write_text("".join([*lines[:2], *nothing]))
    project.dbt("seed", "--quiet")
    project.dbt(*changed)
    assert project.query(
        "select user_id, feedback_text from staging.stg_learning__project_feedback where user_id = 2"
    ) == [(2, None)]
    assert project.query("select distinct status from marts.corrections_status") == [("applied",)]
    Path("seeds/corrections.csv").write_text(lines[0])
    project.dbt("seed", "--quiet")
    project.dbt(*changed)
    assert project.query(accepted) == [(1, 2)]
    assert project.query("select count(*) from marts.corrections_status") == [(0,)]

    # a line with too few cells, and a quote that is not closed and takes the line below along
    too_few, unclosed = lines[1].replace(",3,by its place", ""), lines[1].replace("by its", '"by its') + lines[2]
    for damaged in (too_few, unclosed):
        Path("seeds/corrections.csv").write_text(lines[0] + damaged)
        project.dbt("seed", "--quiet")
        with pytest.raises(AssertionError, match="Got 1 result"):
            project.dbt("test", "--quiet", "--select", "assert_seeds_kept_by_hand_are_whole")
    Path("seeds/corrections.csv").write_text(lines[0])
    project.dbt("seed", "--quiet")

    withdraw_and_take_back(project, key)


def withdraw_and_take_back(project: Project, key: str) -> None:
    """A second version that should not have come is withdrawn: the first counts again, and the rejects are closed."""
    put(project, "project_feedback", feedback("project", "3", "3", "wrong"))
    put(project, "project_feedback", feedback("project", "1"), month="data_science/2019/2")
    project.headwater("load", "learning")
    project.stage()
    staged: Any = ("run", "--quiet", "--select", *FEEDBACK, "base_headwater__rejects", "rejects", "reject_budgets")
    project.dbt(*staged)
    counting = "select file_month::varchar, user_id, rating from staging.stg_learning__project_feedback order by all"
    february = ("2019-02-01", 1, 1)
    assert project.query(counting) == [("2019-01-01", 1, 3), ("2019-01-01", 2, 3), february]
    open_now = "select open_count, withdrawn_count from marts.reject_budgets where stream = 'project_feedback'"
    assert project.query(open_now) == [(1, 0)]
    withdrawn = f"stream,input_key,load_seq,reason\nlearning.project_feedback,{key},2,the file of another company\n"
    Path("seeds/withdrawn_inputs.csv").write_text(withdrawn)
    project.dbt("seed", "--quiet")
    project.dbt(*staged)
    assert project.query(counting) == [("2019-01-01", 1, 2), february]
    assert project.query(open_now) == [(6, 1)]  # with those of the first version, which counts again
    assert project.query(
        "select state, count(*) from marts.rejects where stream = 'project_feedback' group by all order by all"
    ) == [("open", 6), ("resolved_by_withdrawal", 1)]
    project.dbt(*staged, "--full-refresh")
    assert project.query(counting) == [("2019-01-01", 1, 2), february]
    Path("seeds/withdrawn_inputs.csv").write_text(withdrawn.splitlines()[0] + "\n")
    project.dbt("seed", "--quiet")
    project.dbt(*staged)
    assert project.query(counting) == [("2019-01-01", 1, 3), ("2019-01-01", 2, 3), february]
