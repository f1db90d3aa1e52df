-- Labels that the seed has and no field accepts, or the other way: a row with such a label would be lost between them.

with

labels as (

    select
        periodicity,
        label,
        1 as seed_count,
        0 as accepted_count
    from {{ ref('bank_period_labels') }}

    {% for periodicity in ('monthly', 'bimonthly', 'half-yearly', 'quarterly') %}
    {% for label in bank_period_labels(periodicity) %}

    union all

    select
        {{ literal(periodicity) }} as periodicity,
        {{ literal(label) }} as label,
        0 as seed_count,
        1 as accepted_count

    {% endfor %}
    {% endfor %}

)

select
    periodicity,
    label
from labels
group by periodicity, label
having sum(seed_count) <> 1 or sum(accepted_count) <> 1
