-- The videos of the degrees: those of the file, and those that only views name.

with

videos as (

    select
        *,
        {{ learning_degree_slug('degree_name') }} as degree_slug
    from {{ ref('stg_learning__videos') }}

),

named_ids as (

    select video_id from videos

    union all

    select video_id from {{ ref('stg_learning__video_log') }}

),

video_ids as (

    select distinct video_id from named_ids

),

final as (

    select
        {{ surrogate_key(['cast(video_ids.video_id as varchar(20))']) }} as video_key,
        video_ids.video_id,
        videos.video_name,
        videos.section_name,
        case
            when videos.degree_slug is not null then {{ surrogate_key(['videos.degree_slug']) }}
        end as degree_key,
        videos.degree_name,
        videos.video_id is null as is_inferred

    from video_ids
    left join videos
        on video_ids.video_id = videos.video_id

)

select * from final
