-- What became of the records that could not be used, by stream: are they open still, or how were they resolved?

with

budgets as (

    select
        source || '.' || stream as stream,
        open_count,
        corrected_count,
        replayed_count,
        restated_count
    from {{ ref('reject_budgets') }}

),

final as (

    select stream, 1 as state_number, 'open' as state, open_count as record_count from budgets
    union all
    select stream, 2 as state_number, 'corrected' as state, corrected_count as record_count from budgets
    union all
    select stream, 3 as state_number, 'replayed' as state, replayed_count as record_count from budgets
    union all
    select stream, 4 as state_number, 'restated' as state, restated_count as record_count from budgets

)

select * from final
where record_count > 0
order by stream, state_number
