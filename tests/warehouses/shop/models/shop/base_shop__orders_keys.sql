{{ config(materialized='incremental', incremental_strategy='append', schema='staging') }}

{{ key_census(source('shop', 'orders')) }}
