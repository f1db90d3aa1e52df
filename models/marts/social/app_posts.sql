-- Posts in the shape of the table `posts` that the original wrote for Athena.
{{ config(materialized='view') }}

with

posts as (

    select * from {{ ref('fct_app_posts') }}

),

final as (

    select
        post_id,
        user_id,
        post_body,
        language,
        published_at

    from posts

)

select * from final
