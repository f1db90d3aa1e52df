-- What students watched, how often, and from when until when.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='video_view_id',
        pre_hook="{{ start_over_with(ref('stg_learning__video_log')) }}",
        post_hook="{{ delete_gone(ref('stg_learning__video_log'), 'video_view_id') }}",
    )
}}

with

views as (

    select
        *,
        coalesce(degree_slug, '(unknown)') as known_degree_slug,
        cast(user_id as varchar(20)) as user_id_text,
        cast(video_id as varchar(20)) as video_id_text,
        cast(
            {{ epoch_ms_of('last_viewed_at') }}
            - {{ epoch_ms_of('first_viewed_at') }} as bigint
        ) as view_range_ms
    from {{ ref('stg_learning__video_log') }}

    {{ where_changed() }}

),

final as (

    select
        video_view_id,
        {{ surrogate_key(['user_id_text']) }} as student_key,
        user_id,
        {{ surrogate_key(['video_id_text']) }} as video_key,
        video_id,
        {{ surrogate_key(['known_degree_slug']) }} as degree_key,
        degree_id,
        file_month,
        first_viewed_at,
        cast(first_viewed_at as date) as first_viewed_date,
        last_viewed_at,
        cast(last_viewed_at as date) as last_viewed_date,
        view_count,
        view_range_ms,
        cast(
            {{ exact_ratio('cast(view_range_ms as decimal(28, 0))', '3600000', 6) }} as decimal(18, 6)
        ) as view_range_hours,
        _changed_seq

    from views

)

select * from final
