{{ config(materialized='table', schema='staging') }}

{{ read_corrected(shop_orders()) }}
