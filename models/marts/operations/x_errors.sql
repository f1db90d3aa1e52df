-- What X could not give although it answered: posts that are gone, users that are suspended.

with

errors as (

    select * from {{ ref('stg_x__errors') }}

),

-- The kinds of problems are addresses, on either of two hosts; their last part says the kind.
final as (

    select
        error_id as x_error_id,
        fetched_at,
        endpoint,
        query,
        account_user_id,
        account_username,
        page_number,
        nullif({{ first_match('error_type', '[^/]+$') }}, '') as problem,
        error_type as problem_url,
        title,
        detail,
        resource_type,
        resource_id,
        parameter,
        value,
        _input_key as input_key,
        _load_id as load_id,
        _loaded_at as loaded_at

    from errors

)

select * from final
