{#- The versions of each key follow each other from 1970 on without a gap or an overlap, are numbered so, and each differs
    from the one before in one of these attributes; the last alone has no end, and it alone is current. -#}
{% test type_2_history(model, column_name, attributes) %}
with

compared as (

    select
        {{ column_name }},
        version_number,
        is_current,
        valid_from,
        valid_to,
        row_number() over (partition by {{ column_name }} order by valid_from) as expected_number,
        row_number() over (partition by {{ column_name }} order by valid_from desc) as number_from_last,
        lag(valid_to) over (partition by {{ column_name }} order by valid_from) as previous_valid_to,

        {%- for attribute in attributes %}
        {%- set text = "coalesce(cast(" ~ attribute ~ " as varchar(65535)), '')" %}
        case
            when {{ text }} = lag({{ text }}) over (partition by {{ column_name }} order by valid_from) then 1 else 0
        end {{ '+' if not loop.last else 'as same_count' }}
        {%- endfor %}
    from {{ model }}

)

select *
from compared
where
    version_number <> expected_number
    or valid_to <= valid_from
    or valid_from <> coalesce(previous_valid_to, cast('1970-01-01' as timestamp))
    or (valid_to is null) <> (number_from_last = 1)
    or is_current <> (number_from_last = 1)
    or same_count = {{ attributes | length }}
{% endtest %}
