-- Institutions and conglomerates through time: a version for each name.

with

names as (

    select * from {{ ref('int_bank_names') }}

),

-- The first version holds from the beginning of time, so that no fact is older than its institution.
dated as (

    select
        *,
        case
            when named_date = min(named_date) over (partition by institution_id) then cast('1970-01-01' as timestamp)
            else cast(named_date as timestamp)
        end as effective_at,
        lag(institution_name) over (partition by institution_id order by named_date) as previous_name

    from names

),

versions as (

    select
        institution_id,
        cnpj8,
        institution_name,
        effective_at,
        row_number() over (partition by institution_id order by effective_at) as version_number,
        lead(effective_at) over (partition by institution_id order by effective_at) as valid_to

    from dated
    where previous_name is null or previous_name <> institution_name

),

-- Who is only asked for, only a group, or listed without a name, has a version without one.
named_ids as (

    select
        institution_id,
        cnpj8
    from versions

    union all

    select
        institution_id,
        cnpj8
    from {{ ref('int_bank_complaints') }}

    union all

    select
        conglomerate_id as institution_id,
        nullif(cnpj8, cnpj8) as cnpj8
    from {{ ref('int_bank_complaints') }}
    where conglomerate_id is not null

    union all

    select
        cnpj8 as institution_id,
        cnpj8
    from {{ ref('fct_bank_fee_answers') }}

    union all

    select
        target as institution_id,
        target as cnpj8
    from {{ ref('bank_aliases') }}
    where kind = 'institution'

),

ids as (

    select
        institution_id,
        max(cnpj8) as cnpj8
    from named_ids
    group by institution_id

),

segments as (

    select
        cnpj8,
        max(segment) as segment
    from {{ ref('stg_banks__segments') }}
    group by cnpj8

),

all_versions as (

    select
        ids.institution_id,
        ids.cnpj8,
        versions.institution_name,
        segments.segment,
        coalesce(versions.effective_at, cast('1970-01-01' as timestamp)) as valid_from,
        versions.valid_to,
        cast(coalesce(versions.version_number, 1) as integer) as version_number,
        versions.institution_id is null as is_inferred

    from ids
    left join versions
        on ids.institution_id = versions.institution_id
    left join segments
        on ids.cnpj8 = segments.cnpj8

),

final as (

    select
        {{ surrogate_key(['institution_id', 'cast(version_number as varchar(20))']) }} as institution_version_key,
        {{ surrogate_key(['institution_id']) }} as institution_key,
        institution_id,
        case
            when institution_id like 'conglomerate %' then cast('conglomerate' as varchar(65535))
            else cast('institution' as varchar(65535))
        end as institution_kind,
        cnpj8,
        institution_name,
        segment,
        valid_from,
        valid_to,
        valid_to is null as is_current,
        version_number,
        is_inferred

    from all_versions

)

select * from final
