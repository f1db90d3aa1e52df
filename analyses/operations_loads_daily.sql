-- How much came in on each of the newest thirty days, by source?

with

loads as (

    select
        *,
        cast(loaded_at as date) as loaded_date
    from {{ ref('loads') }}

),

newest as (

    select max(loaded_date) as last_date from loads

),

final as (

    select
        loads.loaded_date,
        loads.source,
        count(*) as load_count,
        sum(loads.landed_count) as landed_count,
        sum(loads.rejected_count) as rejected_count,
        sum(loads.byte_count) as byte_count

    from loads
    cross join newest
    where loads.loaded_date > {{ dbt.dateadd('day', -30, 'newest.last_date') }}
    group by loads.loaded_date, loads.source

)

select * from final
order by loaded_date, source
