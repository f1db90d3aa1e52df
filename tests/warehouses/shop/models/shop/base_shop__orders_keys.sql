{{ config(materialized='incremental', incremental_strategy='append', schema='staging') }}

{{ keys_of(landed(source('shop', 'orders'))) }}
