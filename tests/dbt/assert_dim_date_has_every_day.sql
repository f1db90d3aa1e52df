-- The calendar as a whole, if it does not reach from calendar_start to the day before calendar_end without a gap.

with

days as (

    select * from {{ ref('dim_date') }}

),

bounds as (

    select
        min(date_day) as first_day,
        max(date_day) as last_day,
        count(*) as day_count,
        cast('{{ var("calendar_start") }}' as date) as start_day,
        cast('{{ var("calendar_end") }}' as date) as end_day

    from days

),

final as (

    select
        first_day,
        last_day,
        day_count
    from bounds
    where
        first_day <> start_day
        or last_day >= end_day
        or day_count <> {{ dbt.datediff('start_day', 'end_day', 'day') }}

)

select * from final
