"""Social: what the board says, asked of the facts."""

from tests.charts.check import Check

LAST = "(select cast(max(loaded_at) as date) from marts.loads where source = 'web_events')"
WINDOW = f"between {LAST} - 90 and {LAST} - 1"

CHECKS = {
    "social_posts": Check(
        lambda rows: sum(row["post_count"] for row in rows),
        f"select count(*) from marts.fct_app_posts where published_date {WINDOW}",
    ),
    "social_active_users": Check(
        lambda rows: rows[-1]["active_user_count"],
        f"""
        select count(distinct user_id) from marts.fct_user_activity_daily
        where user_id <> '(anonymous)' and activity_date <= {LAST} and date_trunc('week', activity_date) = (
            select max(date_trunc('week', activity_date)) from marts.fct_user_activity_daily
            where user_id <> '(anonymous)' and activity_date <= {LAST}
        )
        """,
    ),
    "social_net_follows": Check(
        lambda rows: sum(row["net_follow_count"] for row in rows),
        f"""
        select count(*) filter (where followed_date {WINDOW}) - count(*) filter (where unfollowed_date {WINDOW})
        from marts.fct_follows
        """,
    ),
    "social_most_followed": Check(
        lambda rows: sum(row["follower_count"] for row in rows),
        """
        select sum(followers) from (
            select count(*) as followers from marts.fct_follows where unfollowed_at is null
            group by followed_user_id order by followers desc limit 15
        )
        """,
    ),
}
