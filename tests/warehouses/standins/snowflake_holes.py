"""What the stand-in still answers wrongly, so that nobody takes a green run for proof of it."""

HOLES: dict[str, tuple[str, object, object]] = {
    # name: (statements, what Snowflake answers, what the stand-in answers)
    "varchar sizes are not enforced on insert": (
        "create table h1 (s varchar(3)); insert into h1 values ('abcde'); select length(s) from h1",
        "an error",
        5,
    ),
    "quoted names match whatever their case": ('create table h2 as select 1 as n; select "n" from h2', "an error", 1),
    "temporary tables are like any other": (
        "create temporary table h3 as select 1 as n;"
        "select count(*) from information_schema.tables where table_name = 'H3' and is_temporary = 'NO'",
        0,
        1,
    ),
    "a merge that matches a row twice takes one of the two": (
        "create table h4 as select 1 as id, 0 as n;"
        "merge into h4 using (select 1 as id, 2 as n union all select 1, 2) as s on h4.id = s.id "
        "when matched then update set n = s.n; select n from h4",
        "an error",
        2,
    ),
    "a quotient keeps all its digits": ("select cast(1 / 3 as varchar)", "0.333333", "0.3333333333333333"),
    "nanoseconds are cut off": (
        "select extract(nanosecond from '2024-01-01 00:00:00.123456789'::timestamp_ntz)",
        123456789,
        123456000,
    ),
    "timestamp_tz forgets its offset": (
        "select '2024-01-01T10:00:00+02:00'::timestamp_tz::timestamp_ntz::varchar",
        "2024-01-01 10:00:00.000",
        "2024-01-01 08:00:00.000",
    ),
    "timestamp_tz has a text of its own": (
        "select '2024-01-01 00:00:00Z'::timestamp_tz::varchar",
        "2024-01-01 00:00:00.000 Z",
        "2024-01-01 00:00:00+00",
    ),
    "date_trunc of a date column is a timestamp": (
        "select date_trunc('month', d)::varchar from (select '2024-02-03'::date as d) as t",
        "2024-02-01",
        "2024-02-01 00:00:00.000",
    ),
    "a variant keeps the order of its keys": (
        """select parse_json('{"b":1,"a":2}')::varchar""",
        '{"a":2,"b":1}',
        '{"b":1,"a":2}',
    ),
    "a document with a key twice is accepted": ("""select try_parse_json('{"a":1,"a":2}') is null""", True, False),
    "a path into a text reads it as a document": ("""select '{"a":1}':"a"::varchar""", "an error", "1"),
    "rights are given on what is not there": (
        "grant select on table h9 to role r9",
        "an error",
        "Statement executed successfully.",
    ),
}
