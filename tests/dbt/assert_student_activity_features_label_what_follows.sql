-- Months whose label is not what the two months after them say, or that have one though these are not both there.

with

features as (

    select
        student_key,
        month_start_date,
        is_in_data,
        is_active,
        is_churned_next,
        cast({{ dbt.dateadd('month', 1, 'month_start_date') }} as date) as first_next_month,
        cast({{ dbt.dateadd('month', 2, 'month_start_date') }} as date) as second_next_month
    from {{ ref('student_activity_features') }}

),

followed as (

    select
        features.student_key,
        features.month_start_date,
        case
            when features.is_churned_next then 'churned'
            when not features.is_churned_next then 'stayed'
            else 'not known'
        end as label,
        case
            when
                first_next.student_key is null or second_next.student_key is null
                or not first_next.is_in_data or not second_next.is_in_data
                then 'not known'
            when first_next.is_active or second_next.is_active then 'stayed'
            else 'churned'
        end as expected_label

    from features
    left join features as first_next
        on
            features.student_key = first_next.student_key
            and features.first_next_month = first_next.month_start_date
    left join features as second_next
        on
            features.student_key = second_next.student_key
            and features.second_next_month = second_next.month_start_date

),

final as (

    select * from followed
    where label <> expected_label

)

select * from final
