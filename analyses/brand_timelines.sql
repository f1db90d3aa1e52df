-- What an account posted and how it was received: the 200 newest posts of each account whose timeline is loaded, of the
-- first 25 accounts by name.

with

timelines as (

    select * from {{ ref('x_timelines') }}
    where post_rank <= 200

),

ranked as (

    select
        *,
        dense_rank() over (order by account_username, account_user_id) as account_number
    from timelines

),

final as (

    select
        account_username,
        post_rank,
        created_at,
        post_text,
        like_count,
        repost_count,
        account_number

    from ranked
    where account_number <= 25

)

select * from final
order by account_number, post_rank
