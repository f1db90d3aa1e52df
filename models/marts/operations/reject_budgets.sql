-- How much of each stream could not be used, against what its budget allows.
with

budgets as (

    {%- for stream in streams() %}
    {{ reject_budget(stream) | indent(4) }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

records as (

    -- A record is counted once, however many of its fields are wrong.
    select distinct
        source,
        stream,
        state,
        record_id
    from {{ ref('rejects') }}

),

rejected as (

    select
        source,
        stream,
        cast(count(case when state = 'open' then 1 end) as bigint) as open_count,
        cast(count(case when state = 'resolved_by_correction' then 1 end) as bigint) as corrected_count,
        cast(count(case when state = 'resolved_by_replay' then 1 end) as bigint) as replayed_count,
        cast(count(case when state = 'resolved_by_restatement' then 1 end) as bigint) as restated_count
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
        budgets.warn_above,
        budgets.fail_above,
        case
            when coalesce(rejected.open_count, 0) > budgets.fail_above then cast('exceeded' as varchar(65535))
            when coalesce(rejected.open_count, 0) > budgets.warn_above then cast('warning' as varchar(65535))
            else cast('within' as varchar(65535))
        end as state

    from budgets
    left join rejected on budgets.source = rejected.source and budgets.stream = rejected.stream

)

select * from final
