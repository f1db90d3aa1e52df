{{ config(materialized='view', schema='marts') }}

{{ cast_rejects(ref('base_shop__orders')) }}
