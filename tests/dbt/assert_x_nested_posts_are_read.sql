-- Statuses within saved statuses of version 1.1 that are no posts, or of which something could not be read; what that
-- is stays empty, since the status around them is good.
{{ config(severity='warn') }}

select
    nested_post_id,
    post_id,
    fault,
    _input_key
from {{ ref('int_x_nested_posts') }}
where fault is not null
