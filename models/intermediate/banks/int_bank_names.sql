-- Every institution and conglomerate under the names that sources give it, and since when: one name per institution and
-- day.
{{ config(materialized='table') }}

with

complaints as (

    select * from {{ ref('int_bank_complaints') }}
    where is_of_file_that_counts and institution_name is not null

),

-- Where periods overlap, what was published for the shorter one speaks, and the ranking before the list of members.
names_in_complaints as (

    select
        institution_id,
        institution_name,
        cnpj8,
        period_start_date,
        row_number() over (
            partition by institution_id, period_start_date
            order by
                file_kind desc,
                case periodicity when 'monthly' then 1 when 'bimonthly' then 2 when 'quarterly' then 3 else 4 end asc,
                institution_name asc
        ) as best_first

    from complaints

),

-- The names of the fee service and of the list of segments are legal ones and say nothing about when.
listed_names as (

    select
        cnpj8,
        institution_name,
        1 as preference

    from {{ ref('stg_banks__institutions') }}

    union all

    select
        cnpj8,
        {{ bank_bare_name('listed_name') }} as institution_name,
        2 as preference

    from {{ ref('stg_banks__segments') }}

),

best_listed_names as (

    select
        cnpj8,
        {{ single_spaced('institution_name') }} as institution_name,
        row_number() over (partition by cnpj8 order by preference asc, institution_name asc) as best_first

    from listed_names
    where institution_name is not null

),

complained_of as (

    select distinct institution_id
    from names_in_complaints

),

final as (

    select
        institution_id,
        cnpj8,
        institution_name,
        period_start_date as named_date

    from names_in_complaints
    where best_first = 1

    union all

    select
        best_listed_names.cnpj8 as institution_id,
        best_listed_names.cnpj8,
        best_listed_names.institution_name,
        cast('1970-01-01' as date) as named_date

    from best_listed_names
    left join complained_of
        on best_listed_names.cnpj8 = complained_of.institution_id
    where best_listed_names.best_first = 1 and complained_of.institution_id is null

)

select * from final
