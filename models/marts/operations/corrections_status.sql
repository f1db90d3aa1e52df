-- What became of the corrections in seeds/corrections.csv, so that none is forgotten when it has no effect any more.
with

corrections as (

    select distinct
        stream,
        record,
        path,
        corrected_value,
        reason
    from {{ ref('corrections') }}

),

-- The records with errors that each line names, and whether they read well with all that is said of them.
named as (

    {%- for stream in streams() %}
    {{ corrections_of(stream) | indent(4) }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

cells as (

    select
        stream,
        record_id,
        path,
        count(distinct coalesce(corrected_value, '')) as value_count
    from named
    group by stream, record_id, path

),

judged as (

    select
        corrections.stream,
        corrections.record,
        corrections.path,
        corrections.corrected_value,
        corrections.reason,
        cast(count(distinct named.record_id) as bigint) as record_count,
        max(case when cells.value_count > 1 then 1 else 0 end) as is_contradictory,
        max(case when named.is_accepted = 0 then 1 else 0 end) as is_failing

    from corrections
    left join named
        on
            corrections.stream = named.stream
            and corrections.record = named.record
            and corrections.path = named.path
            and coalesce(corrections.corrected_value, '') = coalesce(named.corrected_value, '')
    left join cells
        on named.stream = cells.stream and named.record_id = cells.record_id and named.path = cells.path
    group by
        corrections.stream, corrections.record, corrections.path, corrections.corrected_value, corrections.reason

),

final as (

    select
        {{ surrogate_key(['stream', 'record', 'path', 'corrected_value', 'reason']) }} as correction_id,
        stream,
        record,
        path,
        corrected_value,
        reason,
        case
            when record_count = 0 then cast('stale' as varchar(65535))
            when is_contradictory = 1 then cast('contradictory' as varchar(65535))
            when is_failing = 1 then cast('failing' as varchar(65535))
            else cast('applied' as varchar(65535))
        end as status,
        record_count

    from judged

)

select * from final
