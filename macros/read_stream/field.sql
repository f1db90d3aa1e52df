{#- One field of an entity: the schema that is read.

    name      the column it becomes
    type      its type, portable and with its size: varchar(65535), bigint, decimal(18, 2), timestamp …
    path      where it stands in the document, keys joined by dots; by default the name
    text      an SQL expression over the columns that say where a record came from, such as param('fetched_at'), where it
              is not the document that says it; the path is then what a correction and a reject call it: `(fetched_at)`
    format    how its text must look and is converted (macros/read_stream/formats.sql); by default what the type says
    required  true, or an SQL condition over the entity's texts (`text__<name>`): absent, null and empty are errors
    missing   what the error of a required field says: reason and expectation, for fields without which a document is
              something else altogether; by default `required`, and the type
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
        'missing': missing or ('required', expected or type),
        'accepted': accepted,
        'in_calendar': 'true' if in_calendar is true or (in_calendar is none and type in ('date', 'timestamp')) else in_calendar,
        'only_if': only_if,
    }) }}
{%- endmacro %}
