{#- Each row of a fact finds exactly one version of what it points to, at its own time. Times before 1970 are before all
    versions. They are compared after the join: a join by times alone is slow on some warehouses. -#}
{% test one_version_at(model, column_name, to, field, at) %}
with

facts as (

    select distinct
        {{ column_name }} as fact_key,
        {{ at }} as fact_at
    from {{ model }}
    where {{ at }} >= cast('1970-01-01' as timestamp)

)

select
    facts.fact_key,
    facts.fact_at,
    count(
        case
            when facts.fact_at < versions.valid_from or facts.fact_at >= versions.valid_to then null
            else versions.{{ field }}
        end
    ) as version_count
from facts
left join {{ to }} as versions on facts.fact_key = versions.{{ field }}
group by facts.fact_key, facts.fact_at
having
    count(
        case
            when facts.fact_at < versions.valid_from or facts.fact_at >= versions.valid_to then null
            else versions.{{ field }}
        end
    ) <> 1
{% endtest %}
