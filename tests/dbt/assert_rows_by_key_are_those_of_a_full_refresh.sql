-- What counts of records with one key, load by load, when built in increments: the same as when built at once, and as
-- stated here, also when an old file comes again or a file comes again without a key. Gives the rows that differ.
{%- set cases = [
    ('latest_state', 'by arrival', [
        (1, 'jan', 'k1', 'a', none), (1, 'jan', 'k2', 'a', none), (1, 'jan', 'k4', 'a', none),
        (2, 'feb', 'k1', 'b', none), (2, 'feb', 'k3', 'b', none),
        (3, 'jan', 'k1', 'a again', none), (3, 'jan', 'k2', 'a again', none),
        (4, 'feb', 'k3', 'b again', none),
    ], {
        1: ['k1 a', 'k2 a', 'k4 a'],
        2: ['k1 b', 'k2 a', 'k3 b', 'k4 a'],
        3: ['k1 b', 'k2 a again', 'k3 b'],
        4: ['k1 a again', 'k2 a again', 'k3 b again'],
    }),
    ('latest_state', 'by time', [
        (1, 'jan', 'k1', 'noon', 12), (1, 'jan', 'k2', 'noon', 12), (1, 'jan', 'k3', 'no time', none),
        (2, 'feb', 'k1', 'ten', 10), (2, 'feb', 'k2', 'one', 13), (2, 'feb', 'k3', 'ten', 10),
        (3, 'jan', 'k1', 'nine', 9), (3, 'jan', 'k2', 'noon', 12), (3, 'jan', 'k3', 'no time', none),
        (4, 'mar', 'k2', 'one, later file', 13),
    ], {
        1: ['k1 noon', 'k2 noon', 'k3 no time'],
        2: ['k1 noon', 'k2 one', 'k3 ten'],
        3: ['k1 ten', 'k2 one', 'k3 ten'],
        4: ['k1 ten', 'k2 one, later file', 'k3 ten'],
    }),
    ('append', 'events', [
        (1, 'b', 'm1', 'first', 1), (1, 'b', 'm2', 'late', 2),
        (2, 'a', 'm1', 'same moment, first input', 1), (2, 'c', 'm2', 'sooner', 1),
        (3, 'a', 'm1', 'again', 3), (3, 'd', 'm3', 'no time', none),
        (4, 'e', 'm3', 'a time', 4),
    ], {
        1: ['m1 first', 'm2 late'],
        2: ['m1 same moment, first input', 'm2 sooner'],
        3: ['m1 same moment, first input', 'm2 sooner', 'm3 no time'],
        4: ['m1 same moment, first input', 'm2 sooner', 'm3 a time'],
    }),
] %}

with

{% for keeps, name, records, _ in cases %}
{%- set case = loop.index %}
{%- set orders = stream('shop', 'orders', [], ['order_id'], keeps=keeps) %}
arrived_{{ case }} as (

    {% for load, input, key, state, hour in records %}
    select
        cast({{ load }} as bigint) as _load_seq,
        cast('{{ input }}' as varchar(65535)) as _input_key,
        cast('{{ key }}' as varchar(65535)) as record_key,
        cast('{{ state }}' as varchar(65535)) as state,
        cast({{ 'null' if hour is none else hour }} as integer) as decided_by,
        cast('{{ input }}/{{ load }}' as varchar(65535)) as _object,
        cast({{ loop.index }} as bigint) as _row,
        cast(null as varchar(65535)) as _correction
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

{% for load in (1, 2, 3, 4) %}
records_{{ case }}_{{ load }} as (

    select
        *,
        _load_seq = max(_load_seq) over (partition by _input_key) as is_newest,
        min(_load_seq) over (partition by _input_key) as first_seq,
        max(_load_seq) over (partition by _input_key) as last_load_seq
    from arrived_{{ case }}
    where _load_seq <= {{ load }}

),

written_{{ case }}_{{ load }} as (

    {% set present = 'state_' ~ case ~ '_' ~ (load - 1) if load > 1 %}
    {{ one_of_each_key(orders, 'records_' ~ case ~ '_' ~ load, present) }}

),

-- what delete+insert and delete_superseded_versions make of it
state_{{ case }}_{{ load }} as (

    select
        record_key,
        state,
        _object,
        _row,
        _input_key,
        _load_seq,
        _correction
    from written_{{ case }}_{{ load }}
    {% if load > 1 %}
    union all
    select held.*
    from state_{{ case }}_{{ load - 1 }} as held
    {% if keeps == 'latest_state' %}
    inner join records_{{ case }}_{{ load }} as current_records
        on
            held._object = current_records._object
            and held._row = current_records._row
            and current_records.is_newest
    {% endif %}
    where held.record_key not in (select written.record_key from written_{{ case }}_{{ load }} as written)
    {% endif %}

),

anew_{{ case }}_{{ load }} as (

    {{ one_of_each_key(orders, 'records_' ~ case ~ '_' ~ load) }}

),

{% endfor %}
{% endfor %}

found as (

    {% for keeps, name, _, expected in cases %}
    {%- set case, is_last_case = loop.index, loop.last %}
    {% for load in (1, 2, 3, 4) %}
    {% for relation in ('state', 'anew') %}
    select
        cast('{{ keeps }} {{ name }}, load {{ load }}, {{ relation }}' as varchar(65535)) as case_name,
        record_key || ' ' || state as counted,
        1 as times
    from {{ relation }}_{{ case }}_{{ load }}
    union all
    {% for one in expected[load] %}
    select
        cast('{{ keeps }} {{ name }}, load {{ load }}, {{ relation }}' as varchar(65535)) as case_name,
        cast('{{ one }}' as varchar(65535)) as counted,
        -1 as times
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not is_last_case }}
    {% endfor %}

)

select
    case_name,
    counted
from found
group by case_name, counted
having sum(times) <> 0
