{#- One field of an entity: the schema that is read.

    name      the column it becomes
    type      its type, portable and with its size: varchar(65535), bigint, decimal(18, 2), timestamp …
    path      where it stands in the document, keys joined by dots; by default the name
    text      an SQL expression over the columns that say where a record came from, such as param('fetched_at'), where it
              is not the document that says it; the path is then what a correction and a reject call it: `(fetched_at)`
    format    how its text must look and is converted (macros/read_stream/formats.sql); by default what the type says
    required  true, or an SQL condition over the entity's texts (`text__<name>`): absent, null and empty are errors
    missing   what the error of a required field says: reason and expectation, for fields without which a document is
              something else altogether; by default `required`, and a value at the path
    expected  what its errors say was expected, where the type and the format do not say enough
    accepted  the values it may have, compared as text; or a mapping of them to what they mean, for whoever reads the error
    in_calendar  whether it must lie in the calendar that the facts share (vars calendar_start and calendar_end): every date
             and moment by default, since a single one outside would fail the relationship tests of facts from then on;
             false where it never gets there (a date of birth), or an SQL condition over the entity's values
    only_if   an SQL condition over the texts: elsewhere the path means something else, and the field is null

    A list of fields is a macro in macros/fields/, so that base and stg models, rejects and key census share it. -#}
{% macro field(name, type, path=none, format=none, required=false, accepted=none, in_calendar=none, only_if=none,
    missing=none, text=none, expected=none) -%}
    {%- set by_type = {
        'bigint': 'integer', 'integer': 'integer', 'boolean': 'boolean', 'date': 'date',
        'timestamp': 'iso8601', 'double precision': 'double',
    } -%}
    {{ return({
        'name': name,
        'type': type,
        'path': path or name,
        'format': format or by_type.get(type) or ('decimal' if type.startswith('decimal') else 'text'),
        'required': 'true' if required is true else (required or none),
        'text': text,
        'expected': expected,
        'missing': missing,
        'accepted': accepted,
        'in_calendar': 'true' if in_calendar is true or (in_calendar is none and type in ('date', 'timestamp')) else in_calendar,
        'only_if': only_if,
        'unknown': kwargs | list,
    }) }}
{%- endmacro %}

{#- Refuses a list of fields in which something is misspelt: an unknown format would reject every record, an unknown argument
    would do nothing, and a name that comes twice would be read once. -#}
{% macro check_fields(place, fields) -%}
    {%- set names = [] -%}
    {%- for f in fields -%}
        {%- set problem = 'it is in the list twice; expected each name once' if f.name in names else field_problem(f) -%}
        {%- if problem -%}
            {{ exceptions.raise_compiler_error(place ~ ', field ' ~ f.name ~ ': ' ~ problem) }}
        {%- endif -%}
        {%- do names.append(f.name) -%}
    {%- endfor -%}
{%- endmacro %}

{#- What is misspelt in a field, or none. -#}
{% macro field_problem(f) -%}
    {%- set family, types = f.type.split('(')[0], formats().get(f.format) -%}
    {%- if f.unknown -%}
        {{ return('unknown argument ' ~ f.unknown | join(', ')
            ~ '; expected path, format, required, accepted, in_calendar, only_if, missing, text or expected') }}
    {%- elif types is none -%}
        {{ return('unknown format ' ~ f.format ~ '; expected one of ' ~ formats() | join(', ')) }}
    {%- elif family not in types or (f.type != family) != (family in ('varchar', 'decimal')) -%}
        {{ return('type ' ~ f.type ~ ' does not go with the format ' ~ f.format ~ '; expected '
            ~ types | join(' or ') | replace('varchar', 'varchar(<bytes>)') | replace('decimal', 'decimal(<digits>, <places>)')) }}
    {%- elif f.in_calendar and family not in ('date', 'timestamp') -%}
        {{ return('in_calendar is for dates and timestamps; it is a ' ~ f.type) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
