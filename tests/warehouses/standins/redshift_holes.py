"""Where the stand-in is known to answer otherwise than Redshift, so that nobody takes its answer for Redshift's."""

HOLES: dict[str, tuple[str, object, object]] = {
    "trailing blanks count in comparisons": ("select 'a' = 'a '", True, False),
    "division of decimals has another scale": (
        "select cast(cast(1 as decimal(18, 2)) / cast(3 as decimal(18, 2)) as varchar(50))",
        "0.3333333333333333333",
        "0.33333333333333333333",
    ),
    "integers may have underscores": ("select cast('1_000' as integer)", "error: invalid input syntax", 1000),
    "a varchar can be cast to boolean": (
        "select cast(x as boolean) from (select cast('true' as varchar(5)) as x) as t",
        "error: cannot cast type character varying to boolean",
        True,
    ),
    "truncate does not commit": (
        "create temp table emptied (x integer); insert into emptied values (1); begin; truncate emptied; rollback; "
        "select count(*) from emptied",
        0,
        1,
    ),
    "create table as gives texts no size": (
        "create temp table sized as select 'a' as x; insert into sized values ('abc'); select max(x) from sized",
        "error: value too long for type character varying(1)",
        "abc",
    ),
    "to_date refuses days that are not there": (
        "select cast(to_date('20010631', 'YYYYMMDD') as varchar(10))",
        "2001-07-01",
        "error: date/time field value out of range",
    ),
    "late binding views need their relations when they are made": (
        "create view late_over_nothing as select x from nowhere with no schema binding; select 1",
        1,
        'error: relation "nowhere" does not exist',
    ),
    "SUPER has no dynamic typing": (
        "select t.v.a = 1 from (select json_parse('{\"a\": 1}') as v) as t",
        True,
        "error: operator does not exist",
    ),
    "SUPER takes dates": (
        "select json_serialize(array(cast('2026-01-02' as date)))",
        "error: cannot cast type date to super",
        '["2026-01-02"]',
    ),
    "differences in weeks are not counted": (
        "select datediff(week, '2009-01-01', '2009-12-31')",
        52,
        "error: the stand-in does not count differences in week",
    ),
    "qualify is unknown": (
        "select x from (select 1 as x) as t qualify row_number() over (order by x) = 1",
        1,
        "error: syntax error",
    ),
    "ordered listagg is no window function": (
        "select listagg(x, ',') within group (order by x) over () from (select 'a' as x) as t",
        "a",
        "error: aggregate ORDER BY is not implemented for window functions",
    ),
    "late binding views keep the setting of case they were made with": (
        "set enable_case_sensitive_super_attribute to true; "
        'create view cased as select json_serialize(t.v."A") as a from (select json_parse(\'{"A": 1}\') as v) as t '
        "with no schema binding; set enable_case_sensitive_super_attribute to false; select a from cased",
        None,
        "1",
    ),
}
"""name -> (statements, the answer of Redshift, the answer of the stand-in).

An answer is the first value of the last statement, or `error: ` and how the message begins.
"""
