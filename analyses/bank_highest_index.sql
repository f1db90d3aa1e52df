-- Which banks draw most complaints for their size? The first ten of the newest period by the published index, upheld
-- complaints per million customers, among larger and among smaller institutions.

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
        coalesce(size_class, 'not known') as size_group,
        coalesce(institution_name, '(no name)') as known_name,
        row_number() over (
            partition by size_class
            order by index_rank_in_size_class asc, upheld_rank asc, complaint_key asc
        ) as place_in_list

    from ranking
    where period_end_date = last_period_end_date and index_rank_in_size_class is not null

),

-- A conglomerate and one of its institutions may bear one name.
named as (

    select
        *,
        row_number() over (partition by size_class, known_name order by place_in_list) as namesake_number
    from ranked
    where place_in_list <= 10

),

final as (

    select
        size_group,
        index_rank_in_size_class,
        place_in_list,
        known_name || case when namesake_number > 1 then ' (' || cast(namesake_number as varchar(20)) || ')' else '' end
            as institution_name,
        complaint_index,
        upheld_count,
        complaint_count,
        client_count,
        counting_method,
        period_end_date

    from named

)

select * from final
order by size_group, place_in_list
