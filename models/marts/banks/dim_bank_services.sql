-- The services that banks charge for, under the name that was used last.

with

statements as (

    select * from {{ ref('int_bank_fee_statements') }}

),

named as (

    select
        service_code,
        service_name,
        row_number() over (partition by service_code order by asked_at desc, service_name asc) as newest_first
    from statements
    where service_name is not null

),

asked as (

    select
        service_code,
        max(case when person_kind = 'natural' then 1 else 0 end) as is_asked_for_natural,
        max(case when person_kind = 'legal' then 1 else 0 end) as is_asked_for_legal
    from statements
    group by service_code

),

-- The first two digits tell whom a service is for; of codes that tell nothing, the requests do.
final as (

    select
        {{ surrogate_key(['asked.service_code']) }} as service_key,
        asked.service_code,
        named.service_name,
        case
            when {{ matches('asked.service_code', '(0[1-9]|10)[0-9]{2}') }} then cast('legal' as varchar(65535))
            when {{ matches('asked.service_code', '1[1-7][0-9]{2}') }} then cast('natural' as varchar(65535))
            when asked.is_asked_for_natural = 0 then cast('legal' as varchar(65535))
            when asked.is_asked_for_legal = 0 then cast('natural' as varchar(65535))
        end as person_kind,
        asked.is_asked_for_natural = 1 as is_asked_for_natural,
        asked.is_asked_for_legal = 1 as is_asked_for_legal

    from asked
    left join named
        on asked.service_code = named.service_code and named.newest_first = 1

)

select * from final
