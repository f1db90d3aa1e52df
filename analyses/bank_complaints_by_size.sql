-- How many complaints larger and smaller institutions drew through time: by the month, since periods have one to three.

with

ranking as (

    select
        *,
        coalesce(size_class, 'not known') as size_group
    from {{ ref('top_banks_by_complaints') }}
    -- a half-year repeats months
    where periodicity <> 'half-yearly'

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'banks'

),

periods as (

    select
        ranking.size_group,
        ranking.counting_method,
        ranking.period_start_date,
        ranking.period_end_date,
        ranking.month_count,
        coalesce(max(ranking.category), '') as category,
        count(*) as institution_count,
        sum(ranking.complaint_count) as complaint_count,
        sum(ranking.upheld_count) as upheld_count

    from ranking
    inner join newest_load
        on ranking.period_end_date <= newest_load.loaded_at
    group by
        ranking.size_group, ranking.counting_method, ranking.period_start_date, ranking.period_end_date,
        ranking.month_count

),

compared as (

    select
        *,
        lag(counting_method) over (partition by size_group order by period_end_date) as previous_counting_method,
        lag(category) over (partition by size_group order by period_end_date) as previous_category,
        lag(period_end_date) over (partition by size_group order by period_end_date) as previous_period_end_date
    from periods

),

-- A line goes on only where the next period follows at once, is counted in the same way and its list has the same name.
numbered as (

    select
        *,
        sum(
            case
                when
                    previous_counting_method = counting_method
                    and previous_category = category
                    and {{ dbt.dateadd('day', 1, 'previous_period_end_date') }} = period_start_date
                    then 0
                else 1
            end
        ) over (
            partition by size_group
            order by period_end_date
            rows between unbounded preceding and current row
        ) as line_number
    from compared

),

final as (

    select
        size_group,
        line_number,
        period_start_date,
        period_end_date,
        month_count,
        counting_method,
        case when counting_method like 'answered%' then 'answered complaints' else 'all complaints' end as counted,
        category,
        institution_count,
        complaint_count,
        upheld_count,
        {{ exact_ratio('cast(complaint_count as decimal(18, 0))', 'month_count', 1) }} as complaints_per_month,
        {{ exact_ratio('cast(upheld_count as decimal(18, 0))', 'month_count', 1) }} as upheld_per_month

    from numbered

)

select * from final
order by size_group, period_end_date
