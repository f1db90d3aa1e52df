-- Which banks draw most complaints? Every period's ranking, by number and by index.

with

complaints as (

    select * from {{ ref('fct_bank_complaints') }}
    where file_kind = 'ranking'

),

institutions as (

    select * from {{ ref('dim_institutions') }}

),

counted as (

    select
        complaints.*,
        institutions.institution_name,
        institutions.institution_kind,
        coalesce(complaints.total_count, complaints.answered_count) as complaint_count,
        {{
            dbt.datediff('complaints.period_start_date', 'complaints.period_end_date', 'month')
        }} as months_between

    from complaints
    inner join institutions
        on
            complaints.institution_key = institutions.institution_key
            and complaints.period_end_date >= institutions.valid_from
            and (institutions.valid_to is null or complaints.period_end_date < institutions.valid_to)

),

final as (

    select
        complaint_key,
        institution_key,
        institution_name,
        institution_kind,
        periodicity,
        year,
        period_number,
        period_start_date,
        period_end_date,
        cast(months_between + 1 as bigint) as month_count,
        category,
        size_class,
        counting_method,
        complaint_count,
        indexed_count as upheld_count,
        complaint_index,
        client_count,
        cast(
            rank() over (
                partition by periodicity, period_start_date
                order by case when indexed_count is null then 1 else 0 end, indexed_count desc
            ) as bigint
        ) as upheld_rank,
        cast(
            rank() over (
                partition by periodicity, period_start_date
                order by case when complaint_count is null then 1 else 0 end, complaint_count desc
            ) as bigint
        ) as complaint_rank,
        -- who has no index has no place by it
        case
            when complaint_index is not null
                then cast(
                    rank() over (
                        partition by periodicity, period_start_date, size_class
                        order by case when complaint_index is null then 1 else 0 end, complaint_index desc
                    ) as bigint
                )
        end as index_rank_in_size_class

    from counted

)

select * from final
