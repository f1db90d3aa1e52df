-- Rows of files that staging accepts and that are neither in the fact nor passed over for a reason that shows: their
-- period has a file that goes before theirs, or the same file has the entity again.

with

staged as (

    select
        complaint_row_id,
        1 as is_staged,
        0 as is_told_apart,
        0 as is_counted
    from {{ ref('stg_banks__complaints') }}

    union all

    select
        complaint_row_id,
        1 as is_staged,
        0 as is_told_apart,
        0 as is_counted
    from {{ ref('stg_banks__complaint_files') }}

    union all

    select
        complaint_row_id,
        0 as is_staged,
        1 as is_told_apart,
        0 as is_counted
    from {{ ref('int_bank_complaints') }}

),

counted as (

    select
        complaint_row_id,
        sum(is_staged) as staged_count,
        sum(is_told_apart) as told_apart_count
    from staged
    group by complaint_row_id

),

entities as (

    select
        periodicity,
        year,
        period_number,
        file_kind,
        institution_id,
        coalesce(conglomerate_id, '') as conglomerate_id,
        sum(case when is_counted then 1 else 0 end) as counted_count,
        max(case when is_of_file_that_counts then 1 else 0 end) as is_in_file_that_counts

    from {{ ref('int_bank_complaints') }}
    group by periodicity, year, period_number, file_kind, institution_id, coalesce(conglomerate_id, '')

),

facts as (

    select count(*) as fact_count from {{ ref('fct_bank_complaints') }}

),

final as (

    select
        cast('a row is not told apart once' as varchar(65535)) as what,
        complaint_row_id as which
    from counted
    where staged_count <> told_apart_count

    union all

    select
        cast('an entity is not counted once' as varchar(65535)) as what,
        institution_id as which
    from entities
    where counted_count <> is_in_file_that_counts

    union all

    select
        cast('the fact has more or fewer rows' as varchar(65535)) as what,
        cast(facts.fact_count as varchar(20)) as which
    from facts
    where facts.fact_count <> (select coalesce(sum(entities.counted_count), 0) from entities)

)

select * from final
