-- How often the videos of each degree were watched, by month: the 24 newest months.

with

degree_months as (

    select * from {{ ref('learning_degree_monthly') }}

),

newest_load as (

    select max(last_loaded_at) as loaded_at from {{ ref('stream_freshness') }}
    where source = 'learning'

),

-- A path may say a month that has not come yet.
past_months as (

    select
        degree_months.*,
        max(degree_months.month_start_date) over () as last_month_start_date

    from degree_months
    inner join newest_load
        on degree_months.month_start_date <= newest_load.loaded_at

),

final as (

    select
        degree_name,
        month_start_date,
        view_count,
        avg_video_views_per_user

    from past_months
    where month_start_date > {{ dbt.dateadd('month', -24, 'last_month_start_date') }}

)

select * from final
order by degree_name, month_start_date
