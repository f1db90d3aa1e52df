"""Learning: what the board says, asked of the facts."""

from typing import Any

from tests.charts.check import Check

MONTHS = """
    newest as (
        select max(month_start_date) as last_month from marts.learning_degree_monthly
        where month_start_date <= (select max(loaded_at) from marts.loads where source = 'learning')
    )
"""

ACTIVITY = """
    activity as (
        select user_id, submitted_date as day, file_month from marts.fct_project_feedback
        union all
        select user_id, submitted_date, file_month from marts.fct_section_feedback
        union all
        select user_id, posted_date, file_month from marts.fct_mentor_activity
        union all
        select user_id, last_viewed_date, file_month from marts.fct_video_views
    ),
    complete as (
        select max(file_month) as month from activity
        where file_month + interval 1 month <= (select max(loaded_at) from marts.loads where source = 'learning')
    ),
    students as (
        select user_id, max(date_trunc('month', day)) as last_month
        from activity, complete
        where date_trunc('month', day) <= month
        group by user_id
    )
"""


def ratings(rows: list[dict[str, Any]]) -> int:
    """The sum of all ratings: an average of four digits tells it up to ten thousand ratings."""
    return sum(round(row["avg_rating"] * row["feedback_count"]) for row in rows)


def at_risk(rows: list[dict[str, Any]]) -> str:
    count = sum(row["student_count"] for row in rows if row["segment"] == "at_risk")
    return f"{count} of {sum(row['student_count'] for row in rows)}"


CHECKS = {
    "learning_ratings": Check(
        ratings,
        f"""
        with {MONTHS}, feedback as (
            select rating, file_month from marts.fct_project_feedback
            union all
            select rating, file_month from marts.fct_section_feedback
        )
        select cast(sum(rating) as bigint) from feedback, newest
        where file_month <= last_month and file_month > last_month - interval 24 month
        """,
    ),
    "learning_views": Check(
        lambda rows: sum(row["view_count"] for row in rows),
        f"""
        with {MONTHS}
        select cast(sum(view_count) as bigint) from marts.fct_video_views, newest
        where file_month <= last_month and file_month > last_month - interval 24 month
        """,
    ),
    "learning_videos": Check(
        lambda rows: rows[0]["views_per_student"],
        """
        select cast(max(views) as double) from (
            select round(cast(sum(view_count) as decimal(18, 4)) / count(distinct user_id), 2) as views
            from marts.fct_video_views
            group by video_id
        )
        """,
    ),
    "learning_feedback": Check(
        lambda rows: f"{len(rows)} since {min(row['submitted_date'] for row in rows)}",
        """
        with bad as (
            select degree_key, submitted_at from marts.fct_project_feedback
            where rating = 1 and length(feedback_text) > 0
            union all
            select degree_key, submitted_at from marts.fct_section_feedback
            where rating = 1 and length(feedback_text) > 0
        ), newest as (
            select * from bad
            where submitted_at <= (select max(loaded_at) from marts.loads where source = 'learning')
            qualify row_number() over (partition by degree_key order by submitted_at desc) <= 30
        )
        select count(*) || ' since ' || cast(min(submitted_at) as date) from newest
        """,
    ),
    "learning_last_activity": Check(
        at_risk,
        f"""
        with {ACTIVITY}
        select count(*) filter (where last_month = month - interval 1 month) || ' of ' || count(*)
        from students, complete
        """,
    ),
    "learning_at_risk": Check(
        lambda rows: f"{len(rows)}, {sum(row['view_count_to_date'] for row in rows)} views",
        f"""
        with {ACTIVITY}, months as (
            select
                students.user_id,
                count(distinct date_trunc('month', day)) as active_months
            from students
            inner join activity on students.user_id = activity.user_id
            cross join complete
            where last_month = month - interval 1 month and date_trunc('month', day) <= month
            group by students.user_id
        ), counted as (
            select
                months.user_id,
                active_months,
                coalesce(sum(view_count) filter (where date_trunc('month', last_viewed_date) <= month), 0) as views
            from months
            cross join complete
            left join marts.fct_video_views as watched on months.user_id = watched.user_id
            group by months.user_id, active_months
        ), first_ones as (
            select * from counted
            order by active_months desc, views desc
            limit 200
        )
        select count(*) || ', ' || sum(views) || ' views' from first_ones
        """,
    ),
}
