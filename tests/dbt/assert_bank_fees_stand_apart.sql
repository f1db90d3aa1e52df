-- Versions of a fee that end before they begin, overlap, are not numbered in order, or follow an equal one with no gap.

with

compared as (

    select
        *,
        row_number() over (partition by fee_key order by valid_from) as expected_number,
        lag(fee_version_key) over (partition by fee_key order by valid_from) as previous_key,
        lag(valid_to) over (partition by fee_key order by valid_from) as previous_valid_to,
        {% for attribute in ['value_type', 'max_value', 'unit', 'charge_frequency', 'effective_date'] %}
        {% set text = "coalesce(cast(" ~ attribute ~ " as varchar(65535)), '')" %}
        case when {{ text }} = lag({{ text }}) over (partition by fee_key order by valid_from) then 1 else 0 end
        {{ '+' if not loop.last else 'as same_count' }}
        {% endfor %}
    from {{ ref('fct_bank_fees') }}

),

final as (

    select
        fee_version_key,
        fee_key,
        version_number,
        valid_from,
        valid_to,
        previous_valid_to
    from compared
    where
        valid_to <= valid_from
        or version_number <> expected_number
        or is_current <> (valid_to is null)
        or (previous_key is not null and previous_valid_to is null)
        or valid_from < previous_valid_to
        or (valid_from = previous_valid_to and same_count = 5)

)

select * from final
