{#- The gate: the records that a stream's open rejects hold. More of them than its budget fail the build, and then nothing
    downstream of the stg model that has this test is built. Fewer warn, and so does a reject that holds no record, such as
    an empty file. Reads only what is upstream of that model; see macros/rejects/. One row per reject and wrong field, or
    one without a reject; report_gates says what they are.

    stream  <source>.<stream> -#}
{% test rejects_within_budget(model, stream) %}
    {{ config(
        fail_calc='sum(counted_rows)',
        warn_if='+ sum(counted_empties) > max(warn_above)',
        error_if='> max(fail_above)',
    ) }}
    {%- set it = stream_at(stream) %}
select
    rejects.record_id,
    rejects.input_key,
    rejects.line_number,
    rejects.record_number,
    rejects.field,
    rejects.reason,
    rejects.load_seq,
    -- a record is counted once, however many of its fields are wrong
    case when rejects.field_number = 1 then rejects.row_count else 0 end as counted_rows,
    case when rejects.field_number = 1 and rejects.row_count = 0 then 1 else 0 end as counted_empties,
    budget.record_count,
    budget.warn_above,
    budget.fail_above
from (
    {{ reject_budget(it) | indent(4) }}
) as budget
left join (
    select
        *,
        row_number() over (partition by record_id order by field) as field_number
    from (
        {{ stream_rejects(it) | indent(8) }}
    ) as all_rejects
    where state = 'open'
) as rejects
    on budget.source = rejects.source and budget.stream = rejects.stream
{% endtest %}
