{{ config(materialized='view', schema='marts') }}

{{ stream_rejects(shop_orders()) }}
