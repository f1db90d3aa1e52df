-- States in the snapshot that the history does not have at their time, fees whose newest state is another in the two,
-- and those that the snapshot lacks.
--
-- The snapshot keeps what it once saw: states that were taken back since, with a correction or an answer, are not asked
-- for; nor is how their units and frequencies were named, which a seed may say differently today.

{%- set snapshot = ref('bank_fees_snapshot') %}
{%- if execute and flags.WHICH in ('build', 'test') and not load_relation(snapshot) %}
{%- do log('bank_fees_snapshot has not been made yet, and is compared with nothing; `dbt build` or `dbt snapshot` makes it', info=true) %}
select 1 as dbt_scd_id
where 1 = 0
{%- else %}

with

states as (

    select
        states.*,
        states.dbt_valid_to is null as is_newest
    from {{ ref('bank_fees_snapshot') }} as states
    inner join {{ ref('fct_bank_fee_answers') }} as answers
        on states.answer_key = answers.answer_key
    where states.dbt_valid_to is null or states.dbt_valid_to > states.dbt_valid_from

),

history as (

    select
        *,
        row_number() over (partition by fee_key order by version_number desc) = 1 as is_newest
    from {{ ref('fct_bank_fees') }}

),

at_their_time as (

    select
        states.dbt_scd_id,
        states.fee_key,
        case
            when states.is_closed and history.fee_key is not null then 1
            when states.is_closed then 0
            when
                history.value_type = states.value_type
                and history.max_value = states.max_value
                and history.effective_date = states.effective_date
                then 0
            else 1
        end as is_another
    from states
    left join history
        on
            states.fee_key = history.fee_key
            and states.dbt_valid_from >= history.valid_from
            and (states.dbt_valid_from < history.valid_to or history.valid_to is null)
    where states.fee_key in (select known.fee_key from history as known)

),

newest_states as (

    select * from states
    where is_newest

),

newest_versions as (

    select * from history
    where is_newest

),

newest as (

    select
        states.dbt_scd_id,
        versions.fee_key,
        case
            when
                states.is_closed <> versions.is_current
                and states.value_type = versions.value_type
                and states.max_value = versions.max_value
                and states.effective_date = versions.effective_date
                and coalesce(states.unit, '') = coalesce(versions.unit, '')
                and coalesce(states.charge_frequency, '') = coalesce(versions.charge_frequency, '')
                then 0
            else 1
        end as is_another
    from newest_versions as versions
    left join newest_states as states
        on versions.fee_key = states.fee_key

),

final as (

    select
        cast('at its time' as varchar(65535)) as what,
        dbt_scd_id,
        fee_key
    from at_their_time
    where is_another = 1

    union all

    select
        cast('newest' as varchar(65535)) as what,
        dbt_scd_id,
        fee_key
    from newest
    where is_another = 1

)

select * from final
{%- endif %}
