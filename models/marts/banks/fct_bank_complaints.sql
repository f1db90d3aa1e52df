-- The complaint ranking of the Banco Central as one table: whom customers complained of, period by period, and how it
-- was counted.

with

complaints as (

    select * from {{ ref('int_bank_complaints') }}
    where is_counted

),

categories as (

    select * from {{ ref('bank_categories') }}

),

judged as (

    select
        *,
        cast(period_number as varchar(20)) as period_number_text,
        cast(year as varchar(20)) as year_text,
        case
            when layout = 'H' then cast('answered, upheld extrapolated' as varchar(65535))
            when layout in ('I', 'J') then cast('answered, upheld extrapolated from a sample' as varchar(65535))
            else cast('all, upheld' as varchar(65535))
        end as counting_method,
        case
            when layout = 'H' then upheld_regulated_extrapolated_count
            when layout in ('I', 'J') then upheld_extrapolated_count
            else upheld_regulated_count
        end as indexed_count

    from complaints

),

final as (

    select
        {{ surrogate_key([
            'judged.periodicity', 'judged.year_text', 'judged.period_number_text', 'judged.file_kind',
            'judged.conglomerate_id', 'judged.institution_id',
        ]) }} as complaint_key,
        {{ surrogate_key(['judged.institution_id']) }} as institution_key,
        case when judged.conglomerate_id is not null then {{ surrogate_key(['judged.conglomerate_id']) }} end
            as conglomerate_key,
        judged.periodicity,
        judged.year,
        judged.period_number,
        judged.period_start_date,
        judged.period_end_date,
        judged.file_kind,
        judged.layout,
        judged.counting_method,
        judged.row_role,
        judged.file_kind = 'ranking' and judged.periodicity <> 'half-yearly' as is_additive,
        judged.category,
        categories.size_class,
        -- a member's 0 in file J says that it has none
        case
            when judged.row_role = 'member' and judged.complaint_index = 0 then nullif(judged.complaint_index, 0)
            else judged.complaint_index
        end as complaint_index,
        case
            when judged.counting_method = 'all, upheld'
                then {{ cut_ratio(
                    'cast(judged.indexed_count as decimal(19, 0)) * 1000000', 'judged.client_count', 2
                ) }}
        end as recomputed_index,
        judged.indexed_count,
        judged.upheld_regulated_count,
        judged.other_regulated_count,
        judged.unregulated_count,
        judged.total_count,
        judged.answered_count,
        judged.analysed_count,
        judged.upheld_count,
        coalesce(judged.upheld_extrapolated_count, judged.upheld_regulated_extrapolated_count)
            as upheld_extrapolated_count,
        judged.client_count,
        judged.ccs_client_count,
        judged.scr_client_count,
        judged.fgc_client_count,
        judged.stream,
        judged._input_key as input_key,
        judged._loaded_at as loaded_at

    from judged
    left join categories
        on {{ folded('judged.category') }} = categories.category_label

)

select * from final
