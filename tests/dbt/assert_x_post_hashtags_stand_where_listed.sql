-- Hashtags that the text does not have where X lists them: reported, since the listed one counts all the same. Many
-- of them would say that offsets count something else than code points of the text as delivered.
{{ config(severity='warn') }}

with

hashtags as (

    select * from {{ ref('x_post_hashtags') }}

),

final as (

    select
        logical_post_id,
        tag_text,
        start_offset,
        end_offset
    from hashtags
    where not is_offset_right

)

select * from final
