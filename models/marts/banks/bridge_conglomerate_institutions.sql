-- Which institutions a conglomerate has, and when: as the list of members says, and before there was one, as the alias
-- seed or a list with an equal name does.

with

complaints as (

    select * from {{ ref('int_bank_complaints') }}
    where is_counted

),

list_dates as (

    select distinct period_start_date
    from complaints
    where file_kind = 'members'

),

-- A list of members holds until the next one that is known.
member_lists as (

    select
        period_start_date,
        row_number() over (order by period_start_date) as list_number,
        lead(period_start_date) over (order by period_start_date) as next_list_date

    from list_dates

),

members as (

    select
        complaints.conglomerate_id,
        complaints.institution_id,
        complaints.period_start_date,
        member_lists.next_list_date,
        member_lists.list_number - row_number() over (
            partition by complaints.conglomerate_id, complaints.institution_id
            order by member_lists.list_number
        ) as island

    from complaints
    inner join member_lists
        on complaints.period_start_date = member_lists.period_start_date
    where complaints.row_role = 'member'

),

memberships as (

    select
        conglomerate_id,
        institution_id,
        cast('member list' as varchar(65535)) as matched_by,
        min(period_start_date) as valid_from,
        case when count(next_list_date) = count(*) then max(next_list_date) end as valid_to

    from members
    group by conglomerate_id, institution_id, island

),

conglomerates as (

    select
        conglomerate_id,
        substring(conglomerate_id, 14, 65535) as conglomerate_label,
        min(case when row_role = 'member' then period_start_date end) as first_listed_date

    from complaints
    where conglomerate_id is not null
    group by conglomerate_id

),

names as (

    select
        {{ bank_label('name') }} as label,
        target as cnpj8,
        cast('alias' as varchar(65535)) as matched_by,
        1 as preference
    from {{ ref('bank_aliases') }}
    where kind = 'institution'

    union all

    select
        {{ bank_label('listed_name') }} as label,
        cnpj8,
        cast('segment list' as varchar(65535)) as matched_by,
        2 as preference
    from {{ ref('stg_banks__segments') }}

    union all

    select
        {{ bank_label('institution_name') }} as label,
        cnpj8,
        cast('fee list' as varchar(65535)) as matched_by,
        3 as preference
    from {{ ref('stg_banks__institutions') }}

),

matches as (

    select
        conglomerates.conglomerate_id,
        names.cnpj8 as institution_id,
        names.matched_by,
        cast('1970-01-01' as date) as valid_from,
        conglomerates.first_listed_date as valid_to,
        rank() over (partition by conglomerates.conglomerate_id order by names.preference) as preference_rank,
        row_number() over (
            partition by conglomerates.conglomerate_id, names.cnpj8
            order by names.preference
        ) as match_number

    from conglomerates
    inner join names
        on conglomerates.conglomerate_label = names.label

),

all_matches as (

    select * from memberships

    union all

    select
        conglomerate_id,
        institution_id,
        matched_by,
        valid_from,
        valid_to
    from matches
    where preference_rank = 1 and match_number = 1

),

final as (

    select
        {{ surrogate_key([
            'conglomerate_id', 'institution_id', 'cast(' ~ epoch_ms_of('valid_from') ~ ' as varchar(20))',
        ]) }} as bridge_key,
        {{ surrogate_key(['conglomerate_id']) }} as conglomerate_key,
        {{ surrogate_key(['institution_id']) }} as institution_key,
        conglomerate_id,
        institution_id,
        matched_by,
        valid_from,
        valid_to

    from all_matches

)

select * from final
