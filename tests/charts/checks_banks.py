"""Banks: what the board says, asked of the facts."""

from typing import Any

from tests.charts.check import Check

RANKED = """
    ranked as (
        select *, coalesce(total_count, answered_count) as complaint_count from marts.fct_bank_complaints
        where is_additive
    ),
    newest as (
        select * from ranked
        where period_end_date = (select max(period_end_date) from ranked)
    )
"""


def complaints(rows: list[dict[str, Any]]) -> int:
    """Complaints of all periods, from what is drawn by the month."""
    return sum(round(row["complaints_per_month"] * row["month_count"]) for row in rows)


def indexes(rows: list[dict[str, Any]]) -> float:
    return round(sum(float(row["complaint_index"]) for row in rows), 2)


CHECKS = {
    "banks_services_and_index": Check(
        indexes,
        f"""
        with {RANKED}
        select cast(sum(newest.complaint_index) as double) from newest
        inner join marts.bank_complaints_vs_services as services on newest.complaint_key = services.complaint_key
        where services.service_band <> 'not known'
        """,
    ),
    "banks_services_and_complaints": Check(
        lambda rows: sum(row["complaint_count"] for row in rows),
        f"with {RANKED} select cast(sum(complaint_count) as bigint) from newest",
    ),
    "banks_most_complained_of": Check(
        lambda rows: sum(row["upheld_count"] for row in rows),
        f"""
        with {RANKED}, first_ones as (
            select indexed_count from newest
            order by indexed_count desc nulls last
            limit 10
        )
        select cast(sum(indexed_count) as bigint) from first_ones
        """,
    ),
    "banks_highest_index": Check(
        indexes,
        f"""
        with {RANKED}, first_ones as (
            select complaint_index from newest
            where complaint_index is not null
            qualify row_number() over (partition by size_class order by complaint_index desc) <= 10
        )
        select cast(sum(complaint_index) as double) from first_ones
        """,
    ),
    "banks_most_free_services": Check(
        lambda rows: sum(row["free_service_count"] for row in rows),
        """
        with banks as (
            select cnpj8, person_kind, count(*) as free_count from marts.fct_bank_fees
            where valid_to is null and max_value = 0
            group by cnpj8, person_kind
            qualify row_number() over (partition by person_kind order by free_count desc) <= 10
        )
        select cast(sum(free_count) as bigint) from banks
        """,
    ),
    "banks_complaints": Check(
        complaints,
        f"""
        with {RANKED}
        select cast(sum(complaint_count) as bigint) from ranked
        where period_end_date <= (select max(loaded_at) from marts.loads where source = 'banks')
        """,
    ),
    "banks_complaints_of_the_first": Check(
        complaints,
        f"""
        with {RANKED}, first_ones as (
            select institution_key from newest
            order by indexed_count desc nulls last
            limit 5
        )
        select cast(sum(complaint_count) as bigint) from ranked
        inner join first_ones on ranked.institution_key = first_ones.institution_key
        where period_end_date <= (select max(loaded_at) from marts.loads where source = 'banks')
        """,
    ),
}
