-- Conglomerates whose members' complaints in file J do not add up to what it says of the conglomerate itself, or where
-- the ranking of the quarter says something else. What is extrapolated is rounded for each member.
{%- set counts = ['answered_count', 'analysed_count', 'upheld_count', 'upheld_extrapolated_count'] %}

with

complaints as (

    select * from {{ ref('fct_bank_complaints') }}

),

members as (

    select
        conglomerate_key,
        period_start_date,

        {% for name in counts %}

        sum({{ name }}) as {{ name }},

        {% endfor %}

        count(*) as member_count

    from complaints
    where row_role = 'member'
    group by conglomerate_key, period_start_date

),

conglomerates as (

    select * from complaints
    where row_role = 'conglomerate' and file_kind = 'members'

),

ranked as (

    select * from complaints
    where row_role = 'conglomerate' and file_kind = 'ranking' and periodicity = 'quarterly'

),

compared as (

    select
        conglomerates.complaint_key,

        {% for name in counts %}

        conglomerates.{{ name }},
        members.{{ name }} as other_{{ name }},

        {% endfor %}

        members.member_count / 2.0 as tolerance,
        cast('its members' as varchar(65535)) as differs_from

    from conglomerates
    inner join members
        on
            conglomerates.conglomerate_key = members.conglomerate_key
            and conglomerates.period_start_date = members.period_start_date

    union all

    select
        conglomerates.complaint_key,

        {% for name in counts %}

        conglomerates.{{ name }},
        ranked.{{ name }} as other_{{ name }},

        {% endfor %}

        0.0 as tolerance,
        cast('the ranking' as varchar(65535)) as differs_from

    from conglomerates
    inner join ranked
        on
            conglomerates.conglomerate_key = ranked.conglomerate_key
            and conglomerates.period_start_date = ranked.period_start_date

)

select * from compared
where
    answered_count <> other_answered_count
    or analysed_count <> other_analysed_count
    or upheld_count <> other_upheld_count
    or abs(upheld_extrapolated_count - other_upheld_extrapolated_count) > tolerance
