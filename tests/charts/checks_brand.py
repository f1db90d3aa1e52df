"""Brand: what the board says, asked of the facts."""

from typing import Any

from tests.charts.check import Check

LOADED = "(select max(loaded_at) from marts.loads where source = 'x')"


def growth(rows: list[dict[str, Any]]) -> int:
    """What all the posts gained, from the first point of each line to its last."""
    likes: dict[str, list[int]] = {}
    for row in rows:
        likes.setdefault(row["logical_post_id"], []).append(row["like_count"])
    return sum(counts[-1] - counts[0] for counts in likes.values())


CHECKS = {
    "brand_mentions": Check(
        lambda rows: sum(row["mention_count"] for row in rows),
        f"""
        with past as (
            select date_trunc('hour', mentioned_at) as hour from marts.fct_brand_mentions
            where mentioned_at <= {LOADED}
        )
        select count(*) from past
        where hour > (select max(hour) from past) - interval 14 day
        """,
    ),
    "brand_hashtags": Check(
        lambda rows: sum(row["mention_count"] for row in rows),
        """
        with tagged as (
            select
                query_key,
                count(distinct mentions.logical_post_id) as post_count
            from marts.fct_brand_mentions as mentions
            inner join marts.x_post_hashtags as tags on mentions.logical_post_id = tags.logical_post_id
            group by query_key, lower(tag_text)
            qualify row_number() over (partition by query_key order by post_count desc) <= 15
        )
        select cast(sum(post_count) as bigint) from tagged
        """,
    ),
    "brand_locations": Check(
        lambda rows: sum(row["mention_count"] for row in rows),
        """
        with located as (
            select
                query_key,
                count(*) as mention_count
            from marts.fct_brand_mentions as mentions
            asof inner join marts.dim_x_users as users
                on mentions.user_key = users.user_key and mentions.mentioned_at >= users.valid_from
            group by query_key, lower(location)
            qualify row_number() over (partition by query_key order by mention_count desc) <= 15
        )
        select cast(sum(mention_count) as bigint) from located
        """,
    ),
    "brand_impressions": Check(
        lambda rows: sum(row["impression_count"] or 0 for row in rows),
        f"""
        with past as (
            select mentioned_date, impression_count
            from marts.fct_brand_mentions
            inner join marts.fct_x_posts using (logical_post_id)
            where mentioned_at <= {LOADED}
        )
        select cast(sum(impression_count) as bigint) from past
        where mentioned_date > (select max(mentioned_date) from past) - interval 90 day
        """,
    ),
    "brand_followers": Check(
        lambda rows: sum(row["followers_count"] or 0 for row in rows),
        f"""
        with past as (
            select query_key, mentioned_date, mentions.user_key, max(followers_count) as followers
            from marts.fct_brand_mentions as mentions
            asof inner join marts.dim_x_users as users
                on mentions.user_key = users.user_key and mentions.mentioned_at >= users.valid_from
            where mentioned_at <= {LOADED}
            group by query_key, mentioned_date, mentions.user_key
        )
        select cast(sum(followers) as bigint) from past
        where mentioned_date > (select max(mentioned_date) from past) - interval 90 day
        """,
    ),
    "brand_likes": Check(
        growth,
        f"""
        with fetches as (
            select metrics.* from marts.fct_x_post_metrics as metrics
            inner join marts.fct_x_posts as posts on metrics.post_id = posts.post_id and posts.is_matched
            where fetched_at <= {LOADED} and metrics.like_count is not null
        ), posts as (
            select
                arg_max(like_count, fetched_at) - arg_min(like_count, fetched_at) as gained
            from fetches
            where fetched_at > (select max(fetched_at) from fetches) - interval 30 day
            group by logical_post_id
            having count(*) > 1
            order by gained desc
            limit 6
        )
        select cast(sum(gained) as bigint) from posts
        """,
    ),
    "brand_timeline": Check(
        lambda rows: f"{len(rows)}, {sum(row['like_count'] or 0 for row in rows)} likes",
        """
        with newest as (
            select like_count from marts.x_timelines
            qualify row_number() over (
                partition by account_user_id
                order by created_at desc nulls last, cast(logical_post_id as hugeint) desc
            ) <= 200
        )
        select count(*) || ', ' || sum(like_count) || ' likes' from newest
        """,
    ),
}
