{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='order_id',
        schema='marts',
        contract={'enforced': true},
    )
}}

with

ranked as (

    select
        *,
        row_number() over (partition by order_id order by updated_at desc nulls last, _load_seq desc) as newest_first
    from {{ accepted(shop_orders()) }}
    {% if is_incremental() %}
    where _load_seq > (select coalesce(max(present.load_seq), 0) from {{ this }} as present)
    {% endif %}

)

select
    orders.order_id,
    orders.customer_name,
    countries.country_name,
    orders.amount,
    orders.discount,
    orders.item_count,
    orders.is_gift,
    orders.ordered_date,
    orders.paid_at,
    orders.updated_at,
    cast(sum(orders.amount) over (partition by orders.country_code) as decimal(38, 2)) as country_amount,
    orders._load_seq as load_seq
from ranked as orders
left join {{ ref('shop_countries') }} as countries on orders.country_code = countries.country_code
where orders.newest_first = 1
