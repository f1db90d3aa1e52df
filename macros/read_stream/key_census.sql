{#- Which JSON keys the new rows of a stream have, at any depth outside arrays: one row per load, path and JSON type
    (object, array, string, number, boolean, null), with the number of records. -#}
{% macro key_census(relation) -%}
{{ adapter.dispatch('key_census', 'headwater')(landed(relation)) }}
{%- endmacro %}

{#- Records that look alike are counted together first: there are few structures, and taking one apart is dear. -#}
{% macro duckdb__key_census(relation) -%}
with

structures as (

    select
        source,
        stream,
        _load_seq,
        cast(json_structure(value) as varchar) as structure,
        count(*) as record_count
    from {{ relation }}
    group by source, stream, _load_seq, cast(json_structure(value) as varchar)

),

leaves as (

    select
        structures.source,
        structures.stream,
        structures._load_seq,
        structures.record_count,
        substr(tree.fullkey, 3) as path,
        case
            when tree.type in ('OBJECT', 'ARRAY') then lower(tree.type)
            when tree.atom = '"VARCHAR"' then 'string'
            when tree.atom = '"BOOLEAN"' then 'boolean'
            when tree.atom = '"NULL"' then 'null'
            when tree.atom = '"JSON"' then 'object'  -- an empty one
            else 'number'
        end as json_type
    from structures, json_tree(cast(structures.structure as json)) as tree
    where tree.parent is not null and strpos(tree.fullkey, '[') = 0

)

select
    source,
    stream,
    _load_seq,
    path,
    json_type,
    cast(sum(record_count) as bigint) as record_count
from leaves
group by source, stream, _load_seq, path, json_type
{%- endmacro %}

{#- The paths that a list of fields reads, as rows: source, stream, path. -#}
{% macro read_paths(source_name, stream_name, fields) -%}
    {%- for path in fields | map(attribute='path') | unique %}
select {{ literal(source_name) }} as source, {{ literal(stream_name) }} as stream, {{ literal(path) }} as path
        {{- '\nunion all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
