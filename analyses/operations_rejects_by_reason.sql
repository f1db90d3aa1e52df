-- What could not be used, counted by what is wrong: the twenty places to look first.
with

rejects as (

    select * from {{ ref('rejects') }}

),

counted as (

    select
        source || '.' || stream as stream,
        kind,
        reason,
        field,
        source || '.' || stream || ': ' || coalesce(field || ' ', '') || reason as what,
        count(*) as reject_count
    from rejects
    where state = 'open'
    group by source || '.' || stream, kind, reason, field

),

ranked as (

    select
        *,
        row_number() over (
            order by reject_count desc, stream asc, kind asc, reason asc, coalesce(field, '') asc
        ) as place_in_list
    from counted

),

final as (

    select
        place_in_list,
        stream,
        kind,
        reason,
        field,
        what,
        reject_count

    from ranked
    where place_in_list <= 20

)

select * from final
order by place_in_list
