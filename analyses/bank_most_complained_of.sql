-- Which banks draw most complaints? The first ten of the newest period by upheld complaints, with the published index
-- and their places by it.

with

ranking as (

    select
        *,
        max(period_end_date) over () as last_period_end_date
    from {{ ref('top_banks_by_complaints') }}
    where periodicity <> 'half-yearly'

),

ranked as (

    select
        *,
        coalesce(institution_name, '(no name)') as known_name,
        row_number() over (order by upheld_rank asc, complaint_rank asc, complaint_key asc) as place_in_list

    from ranking
    where period_end_date = last_period_end_date

),

-- A conglomerate and one of its institutions may bear one name.
named as (

    select
        *,
        row_number() over (partition by known_name order by place_in_list) as namesake_number
    from ranked
    where place_in_list <= 10

),

final as (

    select
        upheld_rank,
        place_in_list,
        known_name || case when namesake_number > 1 then ' (' || cast(namesake_number as varchar(20)) || ')' else '' end
            as institution_name,
        size_class,
        upheld_count,
        complaint_count,
        complaint_index,
        index_rank_in_size_class,
        client_count,
        counting_method,
        period_end_date

    from named

)

select * from final
order by place_in_list
