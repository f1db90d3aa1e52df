{{ config(materialized='table', schema='marts') }}

select
    coalesce(country_name, '(none)') as country_name,
    cast(count(*) as bigint) as order_count,
    {{ exact_ratio('sum(amount)', 'count(amount)', 2) }} as average_amount,
    {{ dbt.listagg('order_id', "','", 'order by order_id') }} as order_ids,
    max(is_gift_number) as has_gift
from (
    select *, case when is_gift then 1 else 0 end as is_gift_number from {{ ref('fct_orders') }}
) as orders
group by coalesce(country_name, '(none)')
