-- What became of the records that could not be used, by stream: are they open still, or how were they resolved?

with

budgets as (

    select
        source || '.' || stream as stream,
        open_count,
        corrected_count,
        replayed_count,
        restated_count,
        withdrawn_count
    from {{ ref('reject_budgets') }}

),

final as (

    {%- for state in ('open', 'corrected', 'replayed', 'restated', 'withdrawn') %}
    select
        stream,
        {{ loop.index }} as state_number,
        '{{ state }}' as state,
        {{ state }}_count as record_count
    from budgets
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

)

select * from final
where record_count > 0
order by stream, state_number
