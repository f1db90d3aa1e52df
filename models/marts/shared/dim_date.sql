-- The calendar that all facts share, a day a row.

with

days as (

    {{
        dbt.date_spine(
            'day',
            "cast('" ~ var('calendar_start') ~ "' as date)",
            "cast('" ~ var('calendar_end') ~ "' as date)",
        )
    }}

),

-- 1 January 1900 was a Monday: counting from it, unlike asking for the day of the week, is the same on every warehouse.
weekdays as (

    select
        cast(date_day as date) as date_day,
        cast(
            mod({{ dbt.datediff("cast('1900-01-01' as date)", 'date_day', 'day') }}, 7) + 1 as integer
        ) as day_of_week_number

    from days

),

final as (

    select
        date_day,
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(quarter from date_day) as integer) as quarter_number,
        cast(extract(month from date_day) as integer) as month_number,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date,
        cast({{ dbt.dateadd('day', '1 - day_of_week_number', 'date_day') }} as date) as week_start_date,
        day_of_week_number,
        case day_of_week_number
            when 1 then 'Monday'
            when 2 then 'Tuesday'
            when 3 then 'Wednesday'
            when 4 then 'Thursday'
            when 5 then 'Friday'
            when 6 then 'Saturday'
            else 'Sunday'
        end as day_name,
        day_of_week_number in (6, 7) as is_weekend

    from weekdays

)

select * from final
