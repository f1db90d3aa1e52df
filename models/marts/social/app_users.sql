-- What users last said of themselves, in the shape of the original's table `users`.
{{ config(materialized='view') }}

with

users as (

    select * from {{ ref('dim_app_users') }}
    where is_current and not is_inferred

),

final as (

    select
        user_id,
        username,
        email,
        about_me,
        location,
        last_seen_at

    from users

)

select * from final
