-- How much of each stream could not be used, against what its budget allows.
with

budgets as (

    {%- for stream in streams() %}
    {{ reject_budget(stream) | indent(4) }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

records as (

    -- A record is counted once, however many of its fields are wrong; a part that could not be read holds any number.
    select
        source,
        stream,
        state,
        record_id,
        max(row_count) as row_count
    from {{ ref('rejects') }}
    group by source, stream, state, record_id

),

rejected as (

    select
        source,
        stream,
        count(case when state = 'open' and row_count = 0 then 1 end) as empty_count,
        cast(sum(case when state = 'open' then row_count else 0 end) as bigint) as open_count,
        cast(sum(case when state = 'resolved_by_correction' then row_count else 0 end) as bigint) as corrected_count,
        cast(sum(case when state = 'resolved_by_replay' then row_count else 0 end) as bigint) as replayed_count,
        cast(sum(case when state = 'resolved_by_restatement' then row_count else 0 end) as bigint) as restated_count,
        cast(sum(case when state = 'resolved_by_withdrawal' then row_count else 0 end) as bigint) as withdrawn_count
    from records
    group by source, stream

),

final as (

    select
        budgets.source,
        budgets.stream,
        budgets.record_count,
        coalesce(rejected.open_count, 0) as open_count,
        coalesce(rejected.corrected_count, 0) as corrected_count,
        coalesce(rejected.replayed_count, 0) as replayed_count,
        coalesce(rejected.restated_count, 0) as restated_count,
        coalesce(rejected.withdrawn_count, 0) as withdrawn_count,
        budgets.warn_above,
        budgets.fail_above,
        case
            when coalesce(rejected.open_count, 0) > budgets.fail_above then cast('exceeded' as varchar(65535))
            when coalesce(rejected.open_count + rejected.empty_count, 0) > budgets.warn_above
                then cast('warning' as varchar(65535))
            else cast('within' as varchar(65535))
        end as state

    from budgets
    left join rejected on budgets.source = rejected.source and budgets.stream = rejected.stream

)

select * from final
