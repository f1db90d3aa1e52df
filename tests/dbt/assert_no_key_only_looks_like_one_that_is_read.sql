-- A key that is not read, and differs from one that is in case, blanks or marks alone, leaves a field empty:
-- `Comment` where a list of fields reads `comment`.
{{ config(severity='warn') }}
with

unread as (

    select
        *,
        {{ sketch('path') }} as sketch
    from {{ ref('key_census') }}
    where not is_read

),

read_paths as (

    select
        *,
        {{ sketch('path') }} as sketch
    from (
        {{ read_paths() | indent(8) }}
    ) as paths

)

select
    unread.source,
    unread.stream,
    unread.path,
    read_paths.path as looks_like,
    unread.record_count
from unread
inner join read_paths
    on unread.source = read_paths.source and unread.stream = read_paths.stream and unread.sketch = read_paths.sketch
where
    unread.source || '.' || unread.stream not in (
        ''
        {%- for stream in streams() if stream_meta(stream).get('compare_headers') == 'folded' -%}
            , {{ literal(stream.place) }}
        {%- endfor -%}
    )
