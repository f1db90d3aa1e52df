"""Operations: what the board says, asked of loads, rejects and staging."""

from tests.charts.check import Check

CHECKS = {
    "operations_freshness": Check(
        lambda rows: sum(row["landed_count"] for row in rows),
        "select sum(landed_count) from marts.loads",
    ),
    "operations_loads": Check(
        lambda rows: sum(row["landed_count"] for row in rows),
        """
        select sum(landed_count) from marts.loads
        where loaded_at >= (select date_trunc('day', max(loaded_at)) from marts.loads) - interval 29 days
        """,
    ),
    "operations_reject_states": Check(
        lambda rows: sum(row["record_count"] for row in rows),
        "select sum(row_count) from (select distinct source, stream, record_id, state, row_count from marts.rejects)",
    ),
    "operations_reject_reasons": Check(
        lambda rows: sum(row["reject_count"] for row in rows),
        """
        select sum(rejects) from (
            select count(*) as rejects from marts.rejects where state = 'open'
            group by source, stream, kind, reason, field order by rejects desc limit 20
        )
        """,
    ),
    "operations_conservation": Check(
        lambda rows: "; ".join(
            " ".join(str(row[f"{fate}_count"]) for fate in ("landed", "counted", "rejected", "lost"))
            for row in rows
            if row["stream"] in ("learning.section_feedback", "web_events.events")
        ),
        """
        with streams as (
            select 'learning' as source, 'section_feedback' as stream, count(*) as counted
            from staging.stg_learning__section_feedback
            union all
            select 'web_events', 'events', count(*) from staging.stg_web_events__events
        ),
        rejected as (
            select source, stream, count(distinct record_id) as rejected from marts.rejects
            where kind = 'cast' and state = 'open' group by all
        )
        select string_agg(landed_count || ' ' || counted || ' ' || coalesce(rejected, 0) || ' 0', '; ' order by source)
        from streams
        inner join (select source, stream, sum(landed_count) as landed_count from marts.loads group by all) as loads
            using (source, stream)
        left join rejected using (source, stream)
        """,
    ),
}
