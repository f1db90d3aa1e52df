{#- A semi-structured value from JSON text, an SQL expression; none gives null. -#}
{% macro json_of(text) -%}
    {{ adapter.dispatch('json_of', 'headwater')(text) }}
{%- endmacro %}

{% macro duckdb__json_of(text) -%}
    cast({{ 'null' if text is none else text }} as json)
{%- endmacro %}

{% macro snowflake__json_of(text) -%}
    {{ 'cast(null as variant)' if text is none else 'parse_json(' ~ text ~ ')' }}
{%- endmacro %}

{% macro redshift__json_of(text) -%}
    {{ 'cast(null as super)' if text is none else 'json_parse(' ~ text ~ ')' }}
{%- endmacro %}

{#- The texts at the paths of a list of fields, as text__<name>, then the columns that say where a record came from, then
    `unreadable`: why the warehouse cannot read the record although it was landed, or null. Scalars give their text, without
    quotes; JSON null and what is absent give null; objects and arrays give their JSON, spelt as the warehouse likes. -#}
{% macro texts_of(relation, fields) -%}
    {{ adapter.dispatch('texts_of', 'headwater')(relation, fields) }}
{%- endmacro %}

{#- All paths in one call: ten calls parse each document ten times. -#}
{% macro duckdb__texts_of(relation, fields) -%}
select
    {%- for f in fields %}
    {{ trimmed_as(f, 'texts[' ~ loop.index ~ ']') }} as text__{{ f.name }},
    {%- endfor %}
    {{ record_columns() | join(',\n    ') }},
    cast(null as varchar) as unreadable
from (
    select
        json_extract_string({{ duckdb__exact_numbers('value') }}, [
            {%- for f in fields %}
            {{ literal('$."' ~ (f.path | replace('.', '"."')) ~ '"') }}{{ ',' if not loop.last }}
            {%- endfor %}
        ]) as texts,
        {{ record_columns() | join(',\n        ') }}
    from {{ relation }}
) as extracted
{%- endmacro %}

{#- A document whose long numbers with a fraction are texts, as JSON functions there make doubles of them. What
    they hold exactly has 15 digits, so only documents with 8 on one side of a point are taken apart: whatever is before such
    a number, texts as wholes, then the number. The one put behind the end is found last, so no search begins in a text. -#}
{% macro duckdb__exact_numbers(value) -%}
    case when regexp_matches({{ value }}, '[.][0-9]{8}|[0-9]{8}[.][0-9]')
        then left(regexp_replace(
            {{ value }} || ',0.0',
            '((?:[^".]|"(?:[^"\\]|\\.)*")*?)(-?[0-9]+[.][0-9]+(?:[eE][+-]?[0-9]+)?)',
            '\1"\2"', 'g'
        ), -6)
        else {{ value }}
    end
{%- endmacro %}

{% macro snowflake__texts_of(relation, fields) -%}
select
    {%- for f in fields %}
    {%- set value = 'value:"' ~ (f.path | replace('.', '"."')) ~ '"' %}
    {{ trimmed_as(f, 'cast(' ~ value ~ ' as varchar)') }} as text__{{ f.name }},
    {%- endfor %}
    {{ record_columns() | join(',\n    ') }},
    case when value is null then 'not_json' end as unreadable
from {{ relation }}
{%- endmacro %}

{#- A cast of anything but a text gives null there, and one of a long text may cut it: what is over the limit as a whole
    is looked at value by value. -#}
{% macro redshift__texts_of(relation, fields) -%}
    {%- do redshift__keep_case() -%}
select
    {%- set sizes = [] %}
    {%- for f in fields %}
    {%- set value = 'records.value."' ~ (f.path | replace('.', '"."')) ~ '"' %}
    {#- a text is never longer: COPY would have refused it -#}
    {%- do sizes.append('(json_typeof(' ~ value ~ ") <> 'string' and json_size(" ~ value ~ ') > 65535)') %}
    {%- set text %}case
        when json_typeof({{ value }}) = 'string' then cast({{ value }} as varchar(65535))
        when json_typeof({{ value }}) <> 'null' and json_size({{ value }}) <= 65535 then json_serialize({{ value }})
    end{% endset %}
    {{ trimmed_as(f, text) }} as text__{{ f.name }},
    {%- endfor %}
    {{ record_columns() | join(',\n    ') }},
    case
        when records.value is null then 'not_json'
        when json_size(records.value) > 65535 and (
            {{ sizes | join('\n            or ') }}
        ) then 'too_large_for_warehouse'
    end as unreadable
from {{ relation }} as records
{%- endmacro %}

{#- Keys with capitals are found only in a session that has been told so. -#}
{% macro redshift__keep_case() -%}
    {%- if execute and flags.INTROSPECT -%}
        {%- do run_query('set enable_case_sensitive_identifier to true') -%}
        {%- do run_query('set enable_case_sensitive_super_attribute to true') -%}
    {%- endif -%}
{%- endmacro %}

{% macro trimmed_as(field, text) -%}
    {%- if field.format == 'verbatim' -%}
        {#- not nullif: spaces equal nothing on Redshift -#}
        case when {{ byte_length(text) }} > 0 then {{ text }} end
    {%- else -%}
        {{ trimmed(text) }}
    {%- endif -%}
{%- endmacro %}

{#- What is wrong with a record, as a list of objects of five texts: field, path, raw_text, expected, reason. Reads what
    field_errors reads, and `unreadable`. -#}
{% macro error_list(fields) -%}
    {{ adapter.dispatch('error_list', 'headwater')(fields) }}
{%- endmacro %}

{#- The errors that a list may hold, as (condition, field, path, expression of the raw text, expected, reason). -#}
{% macro possible_errors(fields) -%}
    {%- set errors = [{
        'condition': 'unreadable is not null', 'field': "''", 'path': "''", 'raw_text': 'cast(null as varchar(65535))',
        'expected': "'a record that this warehouse can hold'", 'reason': 'unreadable',
    }] -%}
    {%- for f in fields -%}
        {%- for error in field_errors(f) -%}
            {%- do errors.append({
                'condition': error.condition, 'field': literal(f.name), 'path': literal(f.path),
                'raw_text': 'case when ' ~ byte_length('raw__' ~ f.name) ~ ' <= 65535 then raw__' ~ f.name ~ ' end',
                'expected': literal(error.expected), 'reason': literal(error.reason),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(errors) }}
{%- endmacro %}

{% macro duckdb__error_list(fields) -%}
cast(to_json(list_filter([
    {%- for error in possible_errors(fields) %}
    case when {{ error.condition }} then {
        'field': {{ error.field }},
        'path': {{ error.path }},
        'raw_text': {{ error.raw_text }},
        'expected': {{ error.expected }},
        'reason': {{ error.reason }}
    } end{{ ',' if not loop.last }}
    {%- endfor %}
], lambda error: error is not null)) as varchar)
{%- endmacro %}

{% macro snowflake__error_list(fields) -%}
array_construct_compact(
    {%- for error in possible_errors(fields) %}
    case when {{ error.condition }} then object_construct_keep_null(
        'field', {{ error.field }},
        'path', {{ error.path }},
        'raw_text', {{ error.raw_text }},
        'expected', {{ error.expected }},
        'reason', {{ error.reason }}
    ) end{{ ',' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{#- There is no filter of arrays there: lists of one or of none are joined, by halves lest they nest too deep. -#}
{% macro redshift__error_list(fields) -%}
    {%- set lists = [] -%}
    {%- for error in possible_errors(fields) -%}
        {%- do lists.append(
            "case when " ~ error.condition ~ " then array(object(\n        'field', " ~ error.field ~ ", 'path', "
            ~ error.path ~ ", 'raw_text', " ~ error.raw_text ~ ",\n        'expected', " ~ error.expected
            ~ ", 'reason', " ~ error.reason ~ "\n    )) else array() end"
        ) -%}
    {%- endfor -%}
    {{ redshift__joined(lists) }}
{%- endmacro %}

{% macro redshift__joined(lists) -%}
    {%- set half = (lists | length + 1) // 2 -%}
    {%- if half == lists | length -%}
        {{ lists[0] }}
    {%- else -%}
        array_concat({{ redshift__joined(lists[:half]) }}, {{ redshift__joined(lists[half:]) }})
    {%- endif -%}
{%- endmacro %}

{#- The texts of all fields as one JSON object; on Redshift, a list of such objects where there are many fields. -#}
{% macro text_object(fields) -%}
    {{ adapter.dispatch('text_object', 'headwater')(fields) }}
{%- endmacro %}

{% macro text_pairs(fields) -%}
    {%- for f in fields %}
    {{ literal(f.name) }}, text__{{ f.name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro duckdb__text_object(fields) -%}
cast(json_object({{ text_pairs(fields) }}
) as varchar)
{%- endmacro %}

{% macro snowflake__text_object(fields) -%}
object_construct_keep_null({{ text_pairs(fields) }}
)
{%- endmacro %}

{#- How many arguments a function takes there is nowhere said; PostgreSQL takes a hundred, two for each field. -#}
{% macro redshift__fields_of_an_object() -%}
    {{ return(40) }}
{%- endmacro %}

{% macro redshift__text_object(fields) -%}
    {%- set objects = [] -%}
    {%- for some in fields | batch(redshift__fields_of_an_object()) -%}{%- do objects.append('object(' ~ text_pairs(some) ~ '\n)') -%}{%- endfor -%}
    {{ objects[0] if objects | length == 1 else 'array(' ~ objects | join(', ') ~ ')' }}
{%- endmacro %}

{#- The text of a field in what text_object made of the fields, or null. -#}
{% macro text_in(object, name, fields) -%}
    {{ adapter.dispatch('text_in', 'headwater')(object, name, fields) }}
{%- endmacro %}

{% macro duckdb__text_in(object, name, fields) -%}
    json_extract_string({{ object }}, {{ literal('$."' ~ name ~ '"') }})
{%- endmacro %}

{% macro snowflake__text_in(object, name, fields) -%}
    cast({{ object }}:"{{ name }}" as varchar)
{%- endmacro %}

{% macro redshift__text_in(object, name, fields) -%}
    {%- set size, names = redshift__fields_of_an_object(), fields | map(attribute='name') | list -%}
    {%- set place = '[' ~ names.index(name) // size ~ ']' if names | length > size -%}
    cast({{ object }}{{ place }}."{{ name }}" as varchar(65535))
{%- endmacro %}

{#- What an input said beside its content: a named part of its key, as text, or null. -#}
{% macro param(name) -%}
    {{ adapter.dispatch('param', 'headwater')(name) }}
{%- endmacro %}

{% macro duckdb__param(name) -%}
    json_extract_string(_params, {{ literal('$."' ~ name ~ '"') }})
{%- endmacro %}

{% macro snowflake__param(name) -%}
    cast(parse_json(_params):"{{ name }}" as varchar)
{%- endmacro %}

{% macro redshift__param(name) -%}
    nullif(json_extract_path_text(_params, {{ literal(name) }}), '')
{%- endmacro %}

{#- The keys of the documents of a relation at any depth outside arrays, on Redshift down to six levels: one row per load,
    path and JSON type (object, array, string, number, boolean, null), with the number of records. -#}
{% macro keys_of(relation) -%}
    {{ adapter.dispatch('keys_of', 'headwater')(relation) }}
{%- endmacro %}

{#- Records that look alike are counted together first: there are few structures, and taking one apart is dear. -#}
{% macro duckdb__keys_of(relation) -%}
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
        replace(substr(tree.fullkey, 3), '"', '') as path,
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

{% macro snowflake__keys_of(relation) -%}
select
    source,
    stream,
    _load_seq,
    path,
    json_type,
    cast(count(*) as bigint) as record_count
from (
    select
        records.source,
        records.stream,
        records._load_seq,
        ltrim(replace(replace(replace(node.path, '[''', '.'), ''']', ''), '"', ''), '.') as path,
        case typeof(node.value)
            when 'OBJECT' then 'object'
            when 'ARRAY' then 'array'
            when 'VARCHAR' then 'string'
            when 'BOOLEAN' then 'boolean'
            when 'NULL_VALUE' then 'null'
            else 'number'
        end as json_type
    from {{ relation }} as records, lateral flatten(input => records.value, recursive => true) as node
    where {{ dbt.position("'['", "replace(node.path, '[''', '.')") }} = 0
) as leaves
group by source, stream, _load_seq, path, json_type
{%- endmacro %}

{#- An object is unpivoted level by level: nothing there walks a tree. -#}
{% macro redshift__keys_of(relation) -%}
{%- set depth = 6 -%}
select
    source,
    stream,
    _load_seq,
    path,
    json_type,
    cast(count(*) as bigint) as record_count
from (
    {%- for level in range(1, depth + 1) %}
    select
        records.source,
        records.stream,
        records._load_seq,
        {% for n in range(1, level + 1) %}key{{ n }}{{ " || '.' || " if not loop.last }}{% endfor %} as path,
        json_typeof(value{{ level }}) as json_type
    from {{ relation }} as records,
        unpivot records.value as value1 at key1
        {%- for n in range(2, level + 1) %},
        unpivot value{{ n - 1 }} as value{{ n }} at key{{ n }}
        {%- endfor %}
    where is_object({{ 'records.value' if level == 1 else 'value' ~ (level - 1) }})
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
) as leaves
group by source, stream, _load_seq, path, json_type
{%- endmacro %}

{#- The keys of flat documents and the texts under them, such as the headers and cells of CSV, as a subquery with a row each:
    columns of the relation, name, cell. -#}
{% macro cells_of(relation, columns) -%}
    {{ adapter.dispatch('cells_of', 'headwater')(relation, columns) }}
{%- endmacro %}

{% macro duckdb__cells_of(relation, columns) -%}
(
    select
        records.{{ columns | join(',\n        records.') }},
        entry.key as name,
        entry.value ->> '$' as cell
    from {{ relation }} as records, json_each(records.value) as entry
) as cells
{%- endmacro %}

{% macro snowflake__cells_of(relation, columns) -%}
(
    select
        records.{{ columns | join(',\n        records.') }},
        entry.key as name,
        cast(entry.value as varchar) as cell
    from {{ relation }} as records, lateral flatten(input => records.value) as entry
) as cells
{%- endmacro %}

{% macro redshift__cells_of(relation, columns) -%}
    {%- do redshift__keep_case() -%}
(
    select
        records.{{ columns | join(',\n        records.') }},
        name,
        cast(entry as varchar(65535)) as cell
    from {{ relation }} as records, unpivot records.value as entry at name
    where is_object(records.value)
) as cells
{%- endmacro %}
