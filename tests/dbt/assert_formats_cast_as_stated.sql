-- The truth table of the named formats: type, format, text as it came, and what it must become (none: a cast error).
{%- set truths = [
    ('bigint', 'integer', '12', '12'),
    ('bigint', 'integer', ' 12 ', '12'),
    ('bigint', 'integer', '-7', '-7'),
    ('bigint', 'integer', '+7', '7'),
    ('bigint', 'integer', '007', '7'),
    ('bigint', 'integer', '9223372036854775807', '9223372036854775807'),
    ('bigint', 'integer', '9223372036854775808', none),
    ('bigint', 'integer', '123456789012345678901234567890', none),
    ('bigint', 'integer', '1.5', none),
    ('bigint', 'integer', '1_000', none),
    ('bigint', 'integer', '1,000', none),
    ('bigint', 'integer', '0x10', none),
    ('bigint', 'integer', '1e3', none),
    ('bigint', 'integer', '--1', none),
    ('bigint', 'integer', 'twelve', none),
    ('bigint', 'integer', 'null', none),
    ('decimal(18, 2)', 'decimal', '10.25', '10.25'),
    ('decimal(18, 2)', 'decimal', '-.5', '-0.5'),
    ('decimal(18, 2)', 'decimal', '5.', '5'),
    ('decimal(18, 2)', 'decimal', '99999.99', '99999.99'),
    ('decimal(18, 2)', 'decimal', '1,5', none),
    ('decimal(18, 2)', 'decimal', '1e3', none),
    ('decimal(18, 2)', 'decimal', '.', none),
    ('decimal(18, 2)', 'decimal', 'NaN', none),
    ('decimal(18, 2)', 'decimal', '12345678901234567.5', none),
    ('decimal(18, 4)', 'decimal_pt_br', '12,34', '12,34'),
    ('decimal(18, 4)', 'decimal_pt_br', '70', '70'),
    ('decimal(18, 4)', 'decimal_pt_br', '1.416,17', '1416,17'),
    ('decimal(18, 4)', 'decimal_pt_br', '1.210.836,54', '1210836,54'),
    ('decimal(18, 4)', 'decimal_pt_br', '210836,54', '210836,54'),
    ('decimal(18, 4)', 'decimal_pt_br', '-0,5', '-0,5'),
    ('decimal(18, 4)', 'decimal_pt_br', '1.416', '1416'),
    ('decimal(18, 4)', 'decimal_pt_br', '12.34', none),
    ('decimal(18, 4)', 'decimal_pt_br', '1,416.17', none),
    ('decimal(18, 4)', 'decimal_pt_br', '1416.17', none),
    ('decimal(18, 4)', 'decimal_pt_br', '1.4161,7', none),
    ('decimal(18, 4)', 'decimal_pt_br', ',5', none),
    ('decimal(18, 4)', 'decimal_pt_br', '5,', none),
    ('double precision', 'double', '1e-3', '0.001'),
    ('double precision', 'double', '2.5', '2.5'),
    ('double precision', 'double', 'inf', none),
    ('boolean', 'boolean', 'true', 'true'),
    ('boolean', 'boolean', 'FALSE', 'false'),
    ('boolean', 'boolean', '1', 'true'),
    ('boolean', 'boolean', '0', 'false'),
    ('boolean', 'boolean', 'yes', none),
    ('date', 'date', '2024-02-29', '2024-02-29'),
    ('date', 'date', '2023-02-29', none),
    ('date', 'date', '2001-06-31', none),
    ('date', 'date', '20010630', none),
    ('date', 'date', '30/06/2001', none),
    ('date', 'date', '2001-06-30 00:00', none),
    ('timestamp', 'iso8601', '2026-03-02T14:05:09.120Z', '2026-03-02 14:05:09.12'),
    ('timestamp', 'iso8601', '2015-12-10T04:08:48.55Z', '2015-12-10 04:08:48.55'),
    ('timestamp', 'iso8601', '2026-03-02T14:05:00Z', '2026-03-02 14:05:00'),
    ('timestamp', 'iso8601', '2026-03-02T14:05:09.880123+00:00', '2026-03-02 14:05:09.880123'),
    ('timestamp', 'iso8601', '2026-03-02T14:05:09.123456789Z', '2026-03-02 14:05:09.123456'),
    ('timestamp', 'iso8601', '2026-03-02t14:05:09Z', none),
    ('timestamp', 'iso8601', '2026-03-02T14:05:09+05:30', '2026-03-02 08:35:09'),
    ('timestamp', 'iso8601', '2026-03-02T14:05:09-0800', '2026-03-02 22:05:09'),
    ('timestamp', 'iso8601', '2026-03-02T23:30:00-05', '2026-03-03 04:30:00'),
    ('timestamp', 'iso8601', '2026-03-02T14:05:09', '2026-03-02 14:05:09'),
    ('timestamp', 'iso8601', '2026-03-02 14:05:09', '2026-03-02 14:05:09'),
    ('timestamp', 'iso8601', '2026-03-02 14:05', none),
    ('timestamp', 'iso8601', '2026-02-30T00:00:00Z', none),
    ('timestamp', 'iso8601', '2026-03-02T24:00:00Z', none),
    ('timestamp', 'iso8601', '2026-03-02T14:05:60Z', none),
    ('timestamp', 'iso8601', '2026-03-02', none),
    ('timestamp', 'iso8601', 'yesterday', none),
    ('timestamp', 'iso8601', '1772460309', none),
    ('timestamp', 'epoch_ms', '1547337600000', '2019-01-13 00:00:00'),
    ('timestamp', 'epoch_ms', '1772460309244', '2026-03-02 14:05:09.244'),
    ('timestamp', 'epoch_ms', '-1', '1969-12-31 23:59:59.999'),
    ('timestamp', 'epoch_ms', '1772460309.244', none),
    ('timestamp', 'epoch_ms', '100000000000000', none),
    ('timestamp', 'epoch_ms', '2026-03-02T14:05:09Z', none),
    ('timestamp', 'twitter_v1', 'Tue Mar 03 09:15:00 +0000 2026', '2026-03-03 09:15:00'),
    ('timestamp', 'twitter_v1', 'Thu Feb 29 23:59:59 +0000 2024', '2024-02-29 23:59:59'),
    ('timestamp', 'twitter_v1', 'Wed Dec 31 22:30:00 -0230 2014', none),
    ('timestamp', 'twitter_v1', 'Sun Feb 29 09:15:00 +0000 2026', none),
    ('timestamp', 'twitter_v1', 'Tue Mär 03 09:15:00 +0000 2026', none),
    ('timestamp', 'twitter_v1', 'tue mar 03 09:15:00 +0000 2026', none),
    ('timestamp', 'twitter_v1', 'Tue Mar 3 09:15:00 +0000 2026', none),
    ('timestamp', 'twitter_v1', 'Tue Mar 03 24:00:00 +0000 2026', none),
    ('timestamp', 'twitter_v1', 'Tue Mar 03 09:15:00 2026', none),
    ('timestamp', 'twitter_v1', '2026-03-03T09:15:00Z', none),
    ('varchar(65535)', 'digits', '2028471674336182395', '2028471674336182395'),
    ('varchar(65535)', 'digits', '007', '007'),
    ('varchar(65535)', 'digits', '9999999999999999999', '9999999999999999999'),
    ('varchar(65535)', 'digits', '10000000000000000000', none),
    ('varchar(65535)', 'digits', '-1', none),
    ('varchar(65535)', 'digits', '+1', none),
    ('varchar(65535)', 'digits', '1.0', none),
    ('varchar(65535)', 'digits', '1e18', none),
    ('varchar(65535)', 'digits', '١٢', none),
    ('varchar(65535)', 'digits', '1\n2', none),
    ('varchar(65535)', 'cnpj8', '00123456', '00123456'),
    ('varchar(65535)', 'cnpj8', ' 360305 ', '360305'),
    ('varchar(65535)', 'cnpj8', '0', '0'),
    ('varchar(65535)', 'cnpj8', '123456789', none),
    ('varchar(65535)', 'cnpj8', '00.123.456', none),
    ('varchar(65535)', 'cnpj8', '360305.0', none),
    ('varchar(65535)', 'digits4', ' 0101', '0101'),
    ('varchar(65535)', 'digits4', '101', none),
    ('varchar(65535)', 'digits4', '01010', none),
    ('integer', 'integer', '2147483647', '2147483647'),
    ('integer', 'integer', '2147483648', none),
    ('bigint', 'integer', '-9223372036854775808', '-9223372036854775808'),
    ('decimal(18, 2)', 'decimal', '0.125', '0.13'),
    ('decimal(18, 2)', 'decimal', '-0.125', '-0.13'),
    ('bigint', 'integer', '12\n13', none),
    ('varchar(5)', 'text', ' abc ', 'abc'),
    ('varchar(5)', 'text', '\t\r\nabc\n ', 'abc'),
    ('varchar(5)', 'text', ' \n ', none),
    ('varchar(5)', 'text', 'abcde', 'abcde'),
    ('varchar(5)', 'text', 'abcdef', none),
    ('varchar(5)', 'text', 'caféé', none),
    ('varchar(5)', 'text', "it's", "it's"),
    ('varchar(65535)', 'text', 'null', 'null'),
] %}

{%- set rules = [] %}
{%- for type, format, text, expected in truths if (type, format) not in rules %}
{%- do rules.append((type, format)) %}
{%- endfor %}

with

truths as (

    {% for type, format in rules %}
    select
        cast({{ literal(type ~ ' as ' ~ format) }} as varchar(100)) as rule,
        text,
        {{ cast_text('trimmed_text', format, type) }} is null as is_error,
        expected is null as is_expected_error,
        {{ cast_text('trimmed_text', format, type) }}
            = {{ cast_text('expected', 'iso8601' if type == 'timestamp' else format, type) }} as is_expected
    from (
        {% for truth in truths if truth[0] == type and truth[1] == format %}
        select
            cast({{ literal(truth[2]) }} as varchar(100)) as text,
            cast({{ trimmed(literal(truth[2])) }} as varchar(100)) as trimmed_text,
            cast({{ 'null' if truth[3] is none else literal(truth[3]) }} as varchar(100)) as expected
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as texts
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select *
from truths
where is_error <> is_expected_error or (not is_expected_error and not coalesce(is_expected, false))
