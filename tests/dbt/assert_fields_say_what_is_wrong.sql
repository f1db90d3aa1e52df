-- What is told of a record's fields, error by error: what did not cast, is not accepted, or is required and absent.
{%- set fields = [
    field('record_id', 'varchar(5)', path='id', required=true),
    field('rating', 'bigint', path='a.Rating', accepted=[1, 2, 3]),
    field('paid_at', 'timestamp', required="text__rating is not null", in_calendar="sent_at is null or paid_at < sent_at"),
    field('ordered_on', 'date'),
    field('sent_at', 'timestamp', format='epoch_ms'),
    field('born_on', 'date', in_calendar=false),
    field('note', 'varchar(65535)', format='verbatim'),
] %}
{#- what is misspelt in a field, and what check_fields then says -#}
{%- set misspelt = [
    (field('a', 'bigint', format='digit'), 'unknown format digit; expected one of text, verbatim, digits'),
    (field('a', 'bigint', format='iso8601'), 'type bigint does not go with the format iso8601; expected timestamp'),
    (field('a', 'varchar'), 'type varchar does not go with the format text; expected varchar(<bytes>)'),
    (field('a', 'bigint(4)'), 'type bigint(4) does not go with the format text; expected varchar(<bytes>)'),
    (field('a', 'int'), 'type int does not go with the format text; expected varchar(<bytes>)'),
    (field('a', 'decimal', format='decimal_pt_br'), 'type decimal does not go with the format decimal_pt_br; expected'),
    (field('a', 'bigint', lookback='2d'), 'unknown argument lookback; expected path, format, required'),
    (field('a', 'bigint', in_calendar=true), 'in_calendar is for dates and timestamps; it is a bigint'),
    (field('a', 'decimal(18, 2)', only_if='true'), 'None'),
    (field('a', 'double precision'), 'None'),
] %}
{%- set told = [
    (2, 'rating', 'a.Rating', '7', 'one of 1, 2, 3', 'not_accepted'),
    (2, 'paid_at', 'paid_at', none, 'a value at paid_at, iso8601 as timestamp', 'required'),
    (3, 'record_id', 'id', 'a "b" \\ c', 'a text of at most 5 bytes', 'too_long'),
    (3, 'rating', 'a.Rating', 'two', 'integer as bigint', 'not_integer'),
    (3, 'paid_at', 'paid_at', 'soon', 'iso8601 as timestamp', 'not_iso8601'),
    (4, 'record_id', 'id', none, 'a value at id, a text', 'required'),
    (5, 'ordered_on', 'ordered_on', '1969-12-31', 'a day from 1970-01-01 to before 2050-01-01', 'outside_calendar'),
    (5, 'sent_at', 'sent_at', '2524608000000', 'a day from 1970-01-01 to before 2050-01-01', 'outside_calendar'),
    (7, 'paid_at', 'paid_at', '0001-01-01T00:00:00Z', 'a day from 1970-01-01 to before 2050-01-01', 'outside_calendar'),
    (8, 'paid_at', 'paid_at', '2050-01-01T00:00:00Z', 'a day from 1970-01-01 to before 2050-01-01', 'outside_calendar'),
] %}

with

raw_records as (

    {% call fixture('raw') %}
    - {_row: 1, value: '{"id": 12345, "a": {"Rating": "2", "rating": 9}, "paid_at": "2026-03-02T00:00:00Z", "note": " "}'}
    - {_row: 2, value: '{"id": true, "a": {"Rating": 7}}'}
    - {_row: 3, value: '{"id": "a \"b\" \\ c", "a": {"Rating": "two"}, "paid_at": "soon"}'}
    - {_row: 4, value: '{"id": " ", "a": [{"Rating": 5}], "note": null}'}
    - {_row: 5, value: '{"id": 5, "ordered_on": "1969-12-31", "sent_at": 2524608000000}'}
    - {_row: 6, value: '{"id": 6, "ordered_on": "1970-01-01", "sent_at": 2524607999999, "born_on": "1904-02-29"}'}
    - {_row: 7, value: '{"id": 7, "paid_at": "0001-01-01T00:00:00Z", "sent_at": 1772460309244}'}
    - {_row: 8, value: '{"id": 8, "paid_at": "2050-01-01T00:00:00Z"}'}
    - {_row: 9, value: '{"id": 9, "paid_at": "2099-01-01T00:00:00Z", "sent_at": 1772460309244}'}
    {% endcall %}

),

records as (

    {{ read_stream(api.Relation.create(identifier='raw_records', type='cte'), fields) }}

),

found as (

    select
        _row,
        field,
        path,
        raw_text,
        expected,
        reason
    from {{ errors_of('records', ['_row']) }}

),

expected as (

    {% for row, name, path, raw_text, expectation, reason in told %}
    select
        cast({{ row }} as bigint) as _row,
        cast({{ literal(name) }} as varchar(65535)) as field,
        cast({{ literal(path) }} as varchar(65535)) as path,
        cast({{ 'null' if raw_text is none else literal(raw_text) }} as varchar(65535)) as raw_text,
        cast({{ literal(expectation) }} as varchar(65535)) as expected,
        cast({{ literal(reason) }} as varchar(65535)) as reason
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

misread as (

    select _row
    from records
    where
        not (_row = 1 and record_id = '12345' and rating = 2 and note = ' ')
        and not (_row = 2 and record_id = 'true' and rating = 7)
        and not (_row = 3 and record_id is null and rating is null)
        and not (_row = 4 and record_id is null and note is null and raw_texts is not null)
        and not (_row = 5 and ordered_on = cast('1969-12-31' as date))
        and not (
            _row = 6
            and sent_at = cast('2049-12-31 23:59:59.999' as timestamp)
            and born_on = cast('1904-02-29' as date)
        )
        and not (_row in (7, 8) and cast_errors is not null)
        and not (_row = 9 and paid_at = cast('2099-01-01 00:00:00' as timestamp) and cast_errors is null)

),

compared as (

    select
        *,
        1 as times
    from found
    union all
    select
        *,
        -1 as times
    from expected

)

select
    _row,
    field
from compared
group by _row, field, path, raw_text, expected, reason
having sum(times) <> 0
union all
select
    _row,
    cast('(a value)' as varchar(65535)) as field
from misread
{%- for it, problem in misspelt if not (field_problem(it) | string).startswith(problem) %}
union all
select
    cast(0 as bigint) as _row,
    cast({{ literal(field_problem(it) | string) }} as varchar(65535)) as field
{%- endfor %}
