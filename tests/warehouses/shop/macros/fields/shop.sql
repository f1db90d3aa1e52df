{% macro shop_order_fields() -%}
    {{ return([
        field('order_id', 'varchar(100)', path='id', required=true),
        field('customer_name', 'varchar(65535)', path='customer.name'),
        field('country_code', 'varchar(2)', path='customer.country'),
        field('amount', 'decimal(18, 2)', required="text__status = 'paid'"),
        field('discount', 'double precision'),
        field('item_count', 'integer'),
        field('is_gift', 'boolean', path='gift'),
        field('ordered_date', 'date', path='date', in_calendar=false),
        field('paid_at', 'timestamp', format='epoch_ms', in_calendar=false),
        field('updated_at', 'timestamp', in_calendar=false),
        field('status', 'varchar(65535)', accepted=['new', 'paid']),
        field('note', 'varchar(65535)', format='verbatim'),
    ]) }}
{%- endmacro %}

{% macro shop_orders() -%}
    {{ return(stream('shop', 'orders', shop_order_fields(), ['order_id'], keeps='latest_state',
        ordered_by='updated_at')) }}
{%- endmacro %}
