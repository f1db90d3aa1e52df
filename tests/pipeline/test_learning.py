"""Files of online learning through the whole pipeline: what a cell says arrives, and what is wrong stays by itself.

Some of this went wrong in the pipeline that this source is modelled on: texts were cut at 256 characters, a quoted cell
was split at its commas on its way to the error table, ratings of projects were joined to sections, and a month that
came again was counted twice.
"""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project, close_connections, project_in

JANUARY, FEBRUARY = "data_science/2019/1", "data_science/2019/2"
LONG = "A long word for it, " * 249 + "and the last of it." + "é" * 1_000
PROJECTS = f"""user_id,project_id,submit_date,text,rating
1,3,1547337600000,"replaced, by what follows",1
1,3,1547337600000,"{LONG}",2
2,3,1547337600000,"=HYPERLINK(""http://x"",""y"")",3
99,77,1547337600000,nobody knows this student,3
3,3,1547337600000,"one, two, three",2,more
4,3,1547337600000,"said ""seven"",
and went",7
"""
VIDEO_LOG = b"user_id;video_id;degree_id;first_view_date;last_view_date;views_per_user\n1;1;1;0;0;1\n"
FILES: dict[str, bytes] = {
    f"{JANUARY}/project_feedback.csv": PROJECTS.encode(),
    f"{JANUARY}/section_feedback.csv": b"user_id,section_id,submit_date,text,rating\r\n"
    + b'1,3,1547337600000,"two\r\nlines",1\r\n2,3,1547337600000,"'
    + b"x" * 20_000_000
    + b'",1\r\n2,1,1547337600000,fine,2\r\n',
    f"{JANUARY}/mentor_activity.csv": b"""user_id,section_id,project_id,post_date,prompt,post_text,post_score,\
answer_date,answer_text,answer_score
1,1,3,2019-01-08,Why?,<p>I join two frames on <code>id</code> and lose ro,-1,2019-01-02,<p>See <a hre,5
2,1,3,2019-01-09,How?,<p>I,4,,,
2,1,3,2019-01-32,When?,<p>I,4,,,
""",
    f"{JANUARY}/video_log.csv": b"",
    # columns that come, go and change their places
    f"{FEBRUARY}/project_feedback.csv": b"\xef\xbb\xbfrating,channel,project_id,user_id,submit_date\n"
    b"3,mail,3,2,1549152000000\n",
    f"{FEBRUARY}/section_feedback.csv": b"user_id,section_id,submit_date,text,rating\n",
    f"{FEBRUARY}/video_log.csv": VIDEO_LOG,
    # a degree that nobody was told of
    "robotics/2019/1/project_feedback.csv": b"user_id,project_id,submit_date,text,rating\n2,3,1547337600000,hm,1\n",
    "dimension_tables/users_dim.csv": b"user_id,name,github_handle,location,email,company\n"
    b"1,Ana,ana,Lyon,,\n2,Bo,,,,\n",
    "dimension_tables/projects_dim.csv": b"project_id,section_id,project_name,section_name,degree_name\n"
    b"3,1,Clusters,Unsupervised,Data Science\n",
    "dimension_tables/videos_dim.csv": b"video_id,video_name,section_name,degree_name\n"
    b"1,Hello,Unsupervised,Data Science\n",
}


LEARNING = ("--select", "+path:models/marts/learning", "+rejects")
"""Options of dbt for what tells of learning; what else there is, is built of nothing in the template."""


@pytest.fixture(scope="module")
def template(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where these files were built, to be copied."""
    place = tmp_path_factory.mktemp("learning")
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place, shared / "now", shared / "target", patch)
        for key, data in FILES.items():
            put(project, key, data)
        printed = project.headwater("load")
        assert "section_feedback.csv' holds a header and no rows" in printed
        project.stage()
        project.build()
        close_connections()
    return place


@pytest.fixture
def learning(template: Path, project: Project) -> Project:
    shutil.copytree(template, project.place.resolve(), dirs_exist_ok=True)
    return project


def put(project: Project, key: str, data: bytes) -> None:
    path = project.place / "learning" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


MEASURES = """
    select degree_slug, cast(month_start_date as varchar), avg_project_rating, avg_section_rating, highest_prompt_score,
        highest_answer_score, project_feedback_count
    from marts.learning_degree_monthly order by all
"""


def test_what_the_files_say_is_in_the_marts(learning: Project) -> None:
    texts = """
        select user_id, project_id, feedback_text from marts.fct_project_feedback
        order by submitted_at, user_id, rating desc
    """
    assert learning.query(texts) == [
        (1, 3, LONG),
        (2, 3, '=HYPERLINK("http://x","y")'),
        (2, 3, "hm"),
        (99, 77, "nobody knows this student"),
        (2, 3, None),
    ]
    assert len(LONG) == 5_999
    assert learning.query("select user_id, section_id, feedback_text from marts.fct_section_feedback order by all") == [
        (1, 3, "two\r\nlines"),
        (2, 1, "fine"),
    ]
    names = """
        select feedback.user_id, students.name, students.is_inferred, projects.project_name, projects.section_name
        from marts.fct_project_feedback as feedback
        inner join marts.dim_students as students on feedback.student_key = students.student_key and students.is_current
        inner join marts.dim_projects as projects on feedback.project_key = projects.project_key
        where feedback.file_month = '2019-01-01' order by all
    """
    assert learning.query(names) == [
        (1, "Ana", False, "Clusters", "Unsupervised"),
        (2, "Bo", False, "Clusters", "Unsupervised"),
        (2, "Bo", False, "Clusters", "Unsupervised"),
        (99, None, True, None, None),
    ]
    assert learning.query("select degree_slug, is_inferred from marts.dim_degrees order by all") == [
        ("data_science", False),
        ("robotics", True),
    ]
    questions = """
        select prompt, post_text, answer_text, is_answered_before_posted, days_to_answer
        from marts.fct_mentor_activity order by all
    """
    assert learning.query(questions) == [
        ("How?", "<p>I", None, False, None),
        ("Why?", "<p>I join two frames on <code>id</code> and lose ro", "<p>See <a hre", True, None),
    ]
    assert learning.query(MEASURES) == [
        ("data_science", "2019-01-01", Decimal("2.6667"), Decimal("1.5"), 4, 5, 3),
        ("data_science", "2019-02-01", Decimal("3"), None, None, None, 1),
        ("robotics", "2019-01-01", Decimal("1"), None, None, None, 1),
    ]


def test_what_is_wrong_is_a_reject_with_its_place_and_its_text(learning: Project) -> None:
    rejects = """
        select input_key, line_number, record_number, field, reason, raw_text, byte_count
        from marts.rejects order by input_key, line_number, field
    """
    found = {
        (key.removeprefix("data_science/2019/"), line): (record, field, reason, raw, size)
        for key, line, record, field, reason, raw, size in learning.query(rejects)
    }
    assert len(found["1/section_feedback.csv", 4][3] or "") < 65_536
    del found["1/section_feedback.csv", 4]
    assert found == {
        ("1/project_feedback.csv", None): (None, "rating", "not_accepted", "7", None),
        ("1/project_feedback.csv", 6): (
            5,
            None,
            "wrong_column_count",
            '3,3,1547337600000,"one, two, three",2,more',
            42,
        ),
        ("1/mentor_activity.csv", None): (None, "posted_date", "not_date", "2019-01-32", None),
        ("1/video_log.csv", None): (None, None, "empty_input", None, 0),
        ("2/video_log.csv", 1): (None, None, "no_header", VIDEO_LOG.decode(), 85),
    }
    exported = learning.place / "rejects.ndjson"
    learning.headwater("rejects", "learning.project_feedback", "--export", str(exported))
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    assert [line.get("raw") or line["value"] for line in lines] == [
        {
            "user_id": "4",
            "project_id": "3",
            "submit_date": "1547337600000",
            "text": 'said "seven",\nand went',
            "rating": "7",
        },
        '3,3,1547337600000,"one, two, three",2,more',
    ]


def test_columns_that_come_and_go_are_told(learning: Project) -> None:
    keys = """
        select path, record_count, is_read from marts.key_census
        where stream = 'project_feedback' and path in ('text', 'channel') order by path
    """
    assert learning.query(keys) == [("channel", 1, False), ("text", 6, True)]


def test_a_month_that_comes_again_takes_the_place_of_its_first_version(learning: Project) -> None:
    put(learning, f"{JANUARY}/project_feedback.csv", PROJECTS.replace('""y"")",3', '""y"")",1').encode())
    assert "load 2: 5 landed, 1 rejected" in learning.headwater("load", "learning.project_feedback")
    learning.stage()
    learning.run(*LEARNING)
    assert learning.query(MEASURES)[0] == (
        "data_science",
        "2019-01-01",
        Decimal("2"),
        Decimal("1.5"),
        4,
        5,
        3,
    )
    versions = "select count(*) from staging.base_learning__project_feedback where user_id = 1"
    assert learning.query(versions) == [(4,)]
    counted = "select state, count(*) from marts.rejects where stream = 'project_feedback' group by all order by all"
    assert learning.query(counted) == [("open", 2), ("resolved_by_restatement", 2)]
