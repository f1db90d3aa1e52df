-- The truth table of what engines spell differently: what each macro gives for literal inputs.
{%- set text, number, two_digits = 'varchar(100)', 'bigint', 'decimal(38, 2)' %}
{%- set moment, day = 'timestamp', 'date' %}
{%- set tags = "coalesce(tag_text, '-') || coalesce(cast(tag_start as varchar(9)), '') || '@'
    || cast(element_number as varchar(9))" %}
{%- set items = "coalesce(item, '-') || coalesce(item_a_b, '') || coalesce(item_c_0, '') || '@'
    || cast(element_number as varchar(9))" %}
{%- set truths = [
    ('matches: the whole text', when_true(matches('word', 'caf.|tea')), text, 'yes'),
    ('matches: not a part', when_true(matches('word', 'caf')), text, 'no'),
    ('matches: not a line', when_true(matches('two_lines', '[ab]')), text, 'no'),
    ('matches: nothing', when_true(matches('absent', '.*')), text, 'no'),
    ('first_match', first_match('digits', '[0-9]+'), text, '12'),
    ('first_match: none', first_match('word', '[0-9]+') ~ " || '|'", text, '|'),
    ('place_of', place_of("'é'", "'né né'"), number, 2),
    ('place_of: nowhere', place_of("'x'", 'word'), number, 0),
    ('byte_length', byte_length('word'), number, 5),
    ('byte_length: nothing', byte_length('absent'), number, none),
    ('trimmed', trimmed("' ' || chr(9) || chr(13) || chr(10) || 'a b' || chr(10) || ' '"), text, 'a b'),
    ('trimmed: nothing left', trimmed("' ' || chr(10)"), text, none),
    ('single_spaced', single_spaced("' a   b' || chr(9) || chr(10) || 'c  d '"), text, 'a b c d'),
    ('single_spaced: nothing left', single_spaced("'  ' || chr(9)"), text, none),
    ('single_spaced: nothing', single_spaced('absent'), text, none),
    ('folded', folded("' Índice – CCS  e Ção 1º '"), text, 'indice - ccs e cao 1o'),
    ('folded: a dash of another encoding', folded("'a ' || '\u0096' || '\u00a0b'"), text, 'a - b'),
    ('folded: decomposed', folded("'I\u0301ndice'"), text, 'indice'),
    ('folded: nothing', folded('absent'), text, none),
    ('sketch', sketch("'\ufeff User-Id\u00a0.Ação '"), text, 'userid.acao'),
    ('bank_label', bank_label("'Exemplo  S.A. (conglomerado)'"), text, 'EXEMPLO'),
    ('bank_label: of a list', bank_label("'BANCO FICTÍCIO S/A - PRUDENCIAL'"), text, 'BANCO FICTICIO'),
    ('bank_label: S A', bank_label("'Banco S A - Crédito, Sã'"), text, 'BANCO CREDITO SA'),
    ('bank_label: nothing', bank_label("' S/A '"), text, none),
    ('unescaped', unescaped("'&lt;a&gt; &amp; b &quot;'"), text, '<a> & b &quot;'),
    ('unescaped: once', unescaped("'&amp;lt; &amp;amp;'"), text, '&lt; &amp;'),
    ('unescaped: nothing', unescaped('absent'), text, none),
    ('listed', listed("'[\"DE\", \"FR\",5]'"), text, 'DE,FR,5'),
    ('listed: an empty list', listed("'[ ]'"), text, none),
    ('json_list', when_true(json_list("'[1]'") ~ ' is not null'), text, 'yes'),
    ('json_list: an object', when_true(json_list("'{\"a\":1}'") ~ ' is not null'), text, 'no'),
    ('json_list: no JSON', when_true(json_list("'[1'") ~ ' is not null'), text, 'no'),
    ('json_list: a word', when_true(json_list('word') ~ ' is not null'), text, 'no'),
    ('json_list: nothing', when_true(json_list('absent') ~ ' is not null'), text, 'no'),
    (
        'elements_of',
        '(select ' ~ dbt.listagg(items, "' '", 'order by element_number') ~ ' from '
            ~ elements_of('inputs', ['word'], json_list('list'), {'item': '', 'item_a_b': 'a.b', 'item_c_0': 'C.0'}) ~ ')',
        text, '1@1 x y@2 true@3 -@4 {"a":{"b":" é "}} é @5 {"C":["z"]}z@6',
    ),
    (
        'elements_of: of no list',
        "(select coalesce(max(item), 'none') from " ~ elements_of('inputs', [], json_list('word'), {'item': ''}) ~ ')',
        text, 'none',
    ),
    (
        'x_hashtags',
        '(select ' ~ dbt.listagg(tags, "' '", 'order by element_number') ~ ' from ' ~ x_hashtags('inputs', []) ~ ')',
        text, 'Bús8@1 old3@2 plain@3 word@5',
    ),
    ('x_time_of_id', x_time_of_id("'2028471674336182395'"), moment, '2026-03-02 14:05:09'),
    ('x_time_of_id: of before', x_time_of_id("'20000000000000'"), moment, none),
    ('x_time_of_id: outside the calendar', x_time_of_id("'9000000000000000000'"), moment, none),
    ('x_time_of_id: too large', x_time_of_id("'9999999999999999999'"), moment, none),
    ('literal', 'cast(' ~ byte_length(literal("it's \\ \"so\"\n")) ~ ' as bigint)', number, 12),
    ('literal: quote', 'substring(' ~ literal("it's \\") ~ ", 3, 2)", text, "'s"),
    ('surrogate_key', surrogate_key(["'17'"]), text, '27a989a1aeab2b96cedd2b6c4a7cba2f'),
    ('surrogate_key: several, one of them nothing', surrogate_key(['word', 'absent']), text, '5fc04856ffe90fe6f7a118b63cd16fa9'),
    ('whole_quotient', whole_quotient('cast(2028471674336182395 as bigint)', '4194304'), number, 483625334343),
    ('whole_quotient: by zero', whole_quotient('cast(1 as bigint)', '0'), number, none),
    ('exact_ratio', exact_ratio('cast(10 as decimal(18, 2))', '3', 2), two_digits, '3.33'),
    ('exact_ratio: half', exact_ratio('cast(0.05 as decimal(18, 2))', '2', 2), two_digits, '0.03'),
    ('exact_ratio: negative', exact_ratio('cast(-0.05 as decimal(18, 2))', '2', 2), two_digits, '-0.03'),
    ('exact_ratio: large', exact_ratio('cast(999999999999.99 as decimal(18, 2))', '1', 2), two_digits, '999999999999.99'),
    ('exact_ratio: by zero', exact_ratio('cast(1 as decimal(18, 2))', '0', 2), two_digits, none),
    ('exact_ratio: of integers', exact_ratio('2', '3', 1), 'decimal(38, 1)', '0.7'),
    ('cut_ratio', cut_ratio('cast(2 as decimal(18, 0)) * 1000000', '3', 2), two_digits, '666666.66'),
    ('cut_ratio: by zero', cut_ratio('cast(2 as decimal(18, 0))', '0', 2), two_digits, none),
    ('sum of decimals', 'cast(sum(cast(0.1 as decimal(18, 2))) over () as decimal(38, 2))', two_digits, '0.10'),
    ('dateadd: months', 'cast(' ~ dbt.dateadd('month', 1, "cast('2024-01-31' as date)") ~ ' as date)', day, '2024-02-29'),
    ('dateadd: hours', dbt.dateadd('hour', -1, "cast('2024-03-01 00:30:00' as timestamp)"), moment, '2024-02-29 23:30:00'),
    (
        'datediff: boundaries',
        dbt.datediff("cast('2024-02-28 23:59:59' as timestamp)", "cast('2024-03-01 00:00:00' as timestamp)", 'day'),
        number, 2,
    ),
    (
        'date_trunc',
        'cast(' ~ dbt.date_trunc('month', "cast('2024-02-29 10:00:00' as timestamp)") ~ ' as date)', day, '2024-02-01',
    ),
    ('split_part', dbt.split_part("'a-b-c'", "'-'", 2), text, 'b'),
    ('position', dbt.position("'b'", "'abc'"), number, 2),
    (
        'listagg',
        '(select ' ~ dbt.listagg('cast(quarter_number as varchar(1))', "','", 'order by quarter_number desc')
            ~ ' from ' ~ ref('dim_date') ~ " where date_day in (cast('2024-01-01' as date), cast('2024-04-01' as date)))",
        text, '2,1',
    ),
    ('lower', "lower('ÄB')", text, 'äb'),
    ('length', "length('é😀')", number, 2),
    ('length: spaces count', "length('a ')", number, 2),
    ('texts compare by case', when_true("'a' = 'A'"), text, 'no'),
    ('integers divide', 'mod(-7, 3)', number, -1),
] %}

-- depends_on: {{ ref('dim_date') }}
with

inputs as (

    select
        cast('café' as varchar(100)) as word,
        cast('ab12cd345' as varchar(100)) as digits,
        'a' || chr(10) || 'b' as two_lines,
        cast('[1,"x y",true,null,{"a":{"b":" é "}},{"C":["z"]}]' as varchar(200)) as list,
        cast(
            '[{"start":8,"end":12,"tag":"Bús"},{"text":"old","indices":[3,7]},"plain",{"tag":null},'
            || '{"start":"x","tag":"word"}]' as varchar(200)
        ) as hashtags,
        cast(null as varchar(100)) as absent

),

answers as (

    {% for name, expression, type, expected in truths %}
    select
        {{ literal(name) }} as name,
        {{ 'true' if expected is none else 'false' }} as is_nothing_expected,
        {{ expression }} is null as is_nothing,
        {{ expression }}
            = cast({{ 'null' if expected is none else literal(expected) }} as {{ type }}) as is_expected
    from inputs
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select *
from answers
where is_nothing <> is_nothing_expected or (not is_nothing and not is_expected)
