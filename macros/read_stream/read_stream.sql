{#- The typed select over a stream's new rows: what a base model is.

    Every field of the list, in its order, cast from text; `cast_errors`, a list of what was there and did not cast or was
    not accepted, or was required and absent: objects of field, path, raw_text, expected, reason; `raw_texts`, the texts
    of all fields as an object, only where there are errors that a correction can mend; then the columns of the raw
    relation but `value`.

    What the document does not say itself (`text` of a field) is put beside its texts.

    texts  a query over the CTE `landed` that gives what texts_of gives, where paths do not tell where the fields stand -#}
{% macro read_stream(relation, fields, texts=none) %}
{%- do check_fields(relation.identifier | replace('__', '.'), fields) %}
with

landed as (

    select * from {{ landed(relation) }} as new_rows

),

texts as (

    {{ (texts or all_texts_of('landed', fields)) | indent(4) }}

),

{{ checked_texts(fields, record_columns()) }}

select
    {%- for f in fields %}
    {{ f.name }},
    {%- endfor %}
    case when has_errors then {{ error_list(fields) | indent(4) }} end as cast_errors,
    case when has_errors and unreadable is null then {{ text_object(fields) | indent(4) }} end as raw_texts,
    {{ record_columns() | join(',\n    ') }}
from checked
{% endmacro %}

{#- What texts_of gives, and the texts of the fields that a document does not say itself. -#}
{% macro all_texts_of(relation, fields) -%}
    {%- set said_elsewhere = fields | selectattr('text') | list -%}
    {%- if not said_elsewhere -%}
        {{ return(texts_of(relation, fields)) }}
    {%- endif -%}
select
    {%- for f in said_elsewhere %}
    {{ trimmed_as(f, f.text) }} as text__{{ f.name }},
    {%- endfor %}
    texts_in_documents.*
from (
    {{ texts_of(relation, fields | rejectattr('text') | list) | indent(4) }}
) as texts_in_documents
{%- endmacro %}

{#- What makes values of texts, as CTEs: reads text__<name>, `unreadable` and these columns of the CTE `texts`; ends with
    `checked`, which has <name>, raw__<name>, text__<name>, has_errors and the columns. -#}
{% macro checked_texts(fields, columns) %}
scoped as (

    select
        {%- for f in fields %}
        text__{{ f.name }},
        {%- if f.only_if %}
        case when {{ f.only_if }} then text__{{ f.name }} end as raw__{{ f.name }},
        {%- else %}
        text__{{ f.name }} as raw__{{ f.name }},
        {%- endif %}
        {%- if f.required and f.required != 'true' %}
        {{ f.required }} as required__{{ f.name }},
        {%- endif %}
        {%- endfor %}
        {{ columns | join(',\n        ') }},
        unreadable
    from texts

),

typed as (

    select
        {%- for f in fields %}
        text__{{ f.name }},
        raw__{{ f.name }},
        {{ cast_text('raw__' ~ f.name, f.format, f.type) }} as {{ f.name }},
        {%- if f.required and f.required != 'true' %}
        required__{{ f.name }},
        {%- endif %}
        {%- endfor %}
        {{ columns | join(',\n        ') }},
        unreadable
    from scoped

),

checked as (

    select
        *,
        case when
            {%- for error in possible_errors(fields) %}
            {{ 'or ' if not loop.first }}({{ error.condition }})
            {%- endfor %}
            then true else false
        end as has_errors
    from typed

)
{% endmacro %}

{#- What says where a record came from: the columns of a raw relation but `value`. -#}
{% macro record_columns() -%}
    {{ return(['source', 'stream', '_object', '_row', '_hash', '_input_key', '_load_id', '_load_seq', '_loaded_at', '_params']) }}
{%- endmacro %}

{#- What can be wrong with a field: condition, reason and expectation. The conditions never hold together, are never
    null, and read raw__<name> and <name>. -#}
{% macro field_errors(f) -%}
    {%- set raw, value = 'raw__' ~ f.name, f.name -%}
    {%- set as_text = f.format in ('text', 'verbatim') -%}
    {%- set looks = 'a text' if as_text else f.format ~ ' as ' ~ f.type -%}
    {%- set longest = f.type | replace('varchar(', '') | replace(')', '') -%}
    {%- set errors = [{
        'condition': raw ~ ' is not null and ' ~ value ~ ' is null',
        'reason': 'too_long' if as_text else 'not_' ~ f.format,
        'expected': f.expected or ('a text of at most ' ~ longest ~ ' bytes' if as_text else looks),
    }] -%}
    {%- if f.accepted -%}
        {%- set values, told = f.accepted | map('string') | list, [] -%}
        {%- for v in f.accepted -%}
            {%- do told.append(v ~ (' (' ~ f.accepted[v] ~ ')' if f.accepted is mapping else '')) -%}
        {%- endfor -%}
        {%- set literals = [] -%}
        {%- for v in values -%}{%- do literals.append(literal(v)) -%}{%- endfor -%}
        {%- do errors.append({
            'condition': value ~ ' is not null and cast(' ~ value ~ ' as varchar(65535)) not in ('
                ~ literals | join(', ') ~ ')',
            'reason': 'not_accepted',
            'expected': f.expected or 'one of ' ~ told | join(', '),
        }) -%}
    {%- endif -%}
    {%- if f.in_calendar -%}
        {%- set start, end = var('calendar_start'), var('calendar_end') -%}
        {%- do errors.append({
            'condition': value ~ ' is not null and (' ~ value ~ " < cast('" ~ start ~ "' as " ~ f.type ~ ') or '
                ~ value ~ " >= cast('" ~ end ~ "' as " ~ f.type ~ '))'
                ~ ('' if f.in_calendar == 'true' else ' and coalesce(' ~ f.in_calendar ~ ', false)'),
            'reason': 'outside_calendar',
            'expected': 'a day from ' ~ start ~ ' to before ' ~ end,
        }) -%}
    {%- endif -%}
    {%- if f.required -%}
        {%- do errors.append({
            'condition': raw ~ ' is null' ~ ('' if f.required == 'true' else ' and coalesce(required__' ~ f.name ~ ', false)'),
            'reason': f.missing[0] if f.missing else 'required',
            'expected': f.missing[1] if f.missing else 'a value at ' ~ f.path ~ ', ' ~ (f.expected or looks),
        }) -%}
    {%- endif -%}
    {{ return(errors) }}
{%- endmacro %}
