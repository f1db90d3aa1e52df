{{ config(materialized='incremental', incremental_strategy='append', schema='staging') }}

{{ read_stream(source('shop', 'orders'), shop_order_fields()) }}
