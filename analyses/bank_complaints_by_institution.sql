-- How many complaints the five most complained-of institutions of the newest period drew through time: by the month,
-- since periods have one to three; first those counted as they are now.

with

ranking as (

    select * from {{ ref('top_banks_by_complaints') }}
    -- a half-year repeats months
    where periodicity <> 'half-yearly'

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'banks'

),

past_ranking as (

    select
        ranking.*,
        max(ranking.period_end_date) over () as last_period_end_date

    from ranking
    inner join newest_load
        on ranking.period_end_date <= newest_load.loaded_at

),

ranked as (

    select
        institution_key,
        coalesce(institution_name, '(no name)') as institution_name,
        row_number() over (order by upheld_rank asc, complaint_rank asc, institution_key asc) as institution_rank

    from past_ranking
    where period_end_date = last_period_end_date

),

-- A line goes on only where the next period follows at once and is counted in the same way.
compared as (

    select
        ranked.institution_rank,
        ranked.institution_name,
        past_ranking.counting_method,
        past_ranking.period_start_date,
        past_ranking.period_end_date,
        past_ranking.month_count,
        past_ranking.complaint_count,
        past_ranking.upheld_count,
        lag(past_ranking.counting_method) over (
            partition by ranked.institution_rank
            order by past_ranking.period_end_date
        ) as previous_counting_method,
        lag(past_ranking.period_end_date) over (
            partition by ranked.institution_rank
            order by past_ranking.period_end_date
        ) as previous_period_end_date

    from ranked
    inner join past_ranking
        on ranked.institution_key = past_ranking.institution_key
    where ranked.institution_rank <= 5

),

numbered as (

    select
        *,
        sum(
            case
                when
                    previous_counting_method = counting_method
                    and {{ dbt.dateadd('day', 1, 'previous_period_end_date') }} = period_start_date
                    then 0
                else 1
            end
        ) over (
            partition by institution_rank
            order by period_end_date
            rows between unbounded preceding and current row
        ) as line_number
    from compared

),

final as (

    select
        institution_rank,
        cast(institution_rank as varchar(20)) || ': ' || institution_name as institution,
        line_number,
        period_start_date,
        period_end_date,
        month_count,
        counting_method,
        case when counting_method like 'answered%' then 'answered complaints' else 'all complaints' end as counted,
        complaint_count,
        upheld_count,
        {{ exact_ratio('cast(complaint_count as decimal(18, 0))', 'month_count', 1) }} as complaints_per_month,
        {{ exact_ratio('cast(upheld_count as decimal(18, 0))', 'month_count', 1) }} as upheld_per_month

    from numbered

)

select * from final
order by counted desc, institution_rank asc, period_end_date asc
