-- What could not be used, counted by what is wrong: the twenty places to look first.
with

rejects as (

    select * from {{ ref('rejects') }}

),

final as (

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

)

select * from final
order by reject_count desc, stream asc, kind asc, reason asc, field asc
limit 20
