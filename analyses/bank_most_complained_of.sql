-- Which banks draw most complaints? The first ten of the newest period by upheld complaints, with their places by the
-- index.

with

ranking as (

    select * from {{ ref('top_banks_by_complaints') }}

),

newest as (

    select max(period_end_date) as period_end_date from ranking
    where periodicity <> 'half-yearly'

),

final as (

    select
        ranking.upheld_rank,
        ranking.institution_name,
        ranking.size_class,
        ranking.upheld_count,
        ranking.complaint_count,
        ranking.complaint_index,
        ranking.index_rank_in_size_class,
        ranking.counting_method,
        ranking.period_end_date

    from ranking
    inner join newest
        on ranking.period_end_date = newest.period_end_date
    where ranking.periodicity <> 'half-yearly' and ranking.upheld_rank <= 10

)

select * from final
order by upheld_rank, institution_name
