-- What is told of a field: that it did not cast, is not accepted, or is required and absent; of a good one, nothing.
{%- set rating = field('rating', 'bigint', required=true, accepted=[1, 2, 3]) %}

with

texts as (

    select
        '2' as raw__rating,
        'nothing' as expected_reason
    union all
    select
        '7' as raw__rating,
        'not_accepted' as expected_reason
    union all
    select
        'two' as raw__rating,
        'not_integer' as expected_reason
    union all
    select
        cast(null as varchar(10)) as raw__rating,
        'required' as expected_reason

),

typed as (

    select
        raw__rating,
        {{ cast_text('raw__rating', rating.format, rating.type) }} as rating,
        expected_reason
    from texts

),

told as (

    select
        raw__rating,
        expected_reason,
        case
            {%- for error in field_errors(rating) %}
            when {{ error.condition }} then '{{ error.reason }}'
            {%- endfor %}
            else 'nothing'
        end as told_reason
    from typed

)

select *
from told
where told_reason <> expected_reason
