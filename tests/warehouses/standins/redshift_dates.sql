-- Dates as Redshift counts them. The translation has made each date part a literal with one spelling.

create function pg_catalog.getdate() returns timestamp language sql stable parallel safe
as $$ select date_trunc('second', statement_timestamp() at time zone 'UTC') $$;
create function pg_catalog.sysdate() returns timestamp language sql stable parallel safe
as $$ select transaction_timestamp() at time zone 'UTC' $$;

create function pg_catalog.span_of(part text) returns interval language sql immutable parallel safe as $$
    select case part
        when 'year' then interval '1 year' when 'quarter' then interval '3 months'
        when 'month' then interval '1 month' when 'week' then interval '7 days' when 'day' then interval '1 day'
        when 'hour' then interval '1 hour' when 'minute' then interval '1 minute'
        when 'second' then interval '1 second' when 'millisecond' then interval '1 millisecond'
        when 'microsecond' then interval '1 microsecond'
    end
$$;
create function pg_catalog.dateadd(part text, amount bigint, moment timestamp) returns timestamp
language sql immutable strict parallel safe as $$ select moment + amount * span_of(part) $$;
create function pg_catalog.dateadd(part text, amount bigint, moment timestamptz) returns timestamptz
language sql stable strict parallel safe as $$ select moment + amount * span_of(part) $$;
create function pg_catalog.dateadd(part text, amount bigint, moment date) returns timestamp
language sql immutable strict parallel safe as $$ select dateadd(part, amount, cast(moment as timestamp)) $$;
-- literals: PostgreSQL prefers texts to times where it must choose
create function pg_catalog.dateadd(part text, amount bigint, moment text) returns timestamp
language sql stable strict parallel safe as $$ select dateadd(part, amount, cast(moment as timestamp)) $$;

create function pg_catalog.datediff(part text, a timestamp, b timestamp) returns bigint
language plpgsql immutable strict parallel safe as $$
begin
    if span_of(part) is null or part = 'week' then
        raise exception 'the stand-in does not count differences in %', part;
    end if;
    return case part
        when 'year' then date_part('year', b) - date_part('year', a)
        when 'quarter' then (date_part('year', b) - date_part('year', a)) * 4
            + date_part('quarter', b) - date_part('quarter', a)
        when 'month' then (date_part('year', b) - date_part('year', a)) * 12
            + date_part('month', b) - date_part('month', a)
        when 'day' then cast(b as date) - cast(a as date)
        when 'hour' then date_part('epoch', date_trunc('hour', b) - date_trunc('hour', a)) / 3600
        when 'minute' then date_part('epoch', date_trunc('minute', b) - date_trunc('minute', a)) / 60
        when 'second' then date_part('epoch', date_trunc('second', b) - date_trunc('second', a))
        when 'millisecond'
            then round(date_part('epoch', date_trunc('milliseconds', b) - date_trunc('milliseconds', a)) * 1000)
        when 'microsecond' then round(date_part('epoch', b - a) * 1000000)
    end;
end $$;
create function pg_catalog.datediff(part text, a timestamptz, b timestamptz) returns bigint
language sql stable strict parallel safe
as $$ select datediff(part, a at time zone 'UTC', b at time zone 'UTC') $$;
create function pg_catalog.datediff(part text, a text, b text) returns bigint
language sql stable strict parallel safe as $$ select datediff(part, cast(a as timestamp), cast(b as timestamp)) $$;
create function pg_catalog.datediff(part text, a date, b date) returns bigint
language sql immutable strict parallel safe as $$ select datediff(part, cast(a as timestamp), cast(b as timestamp)) $$;

create function pg_catalog.convert_timezone(target text, moment timestamp) returns timestamp
language sql immutable strict parallel safe as $$ select moment at time zone 'UTC' at time zone target $$;
create function pg_catalog.convert_timezone(target text, moment timestamptz) returns timestamp
language sql immutable strict parallel safe as $$ select moment at time zone target $$;
create function pg_catalog.convert_timezone(target text, moment text) returns timestamp
language sql stable strict parallel safe as $$ select convert_timezone(target, cast(moment as timestamp)) $$;
create function pg_catalog.convert_timezone(source text, target text, moment timestamp) returns timestamp
language sql immutable strict parallel safe as $$ select moment at time zone source at time zone target $$;
create function pg_catalog.convert_timezone(source text, target text, moment text) returns timestamp
language sql stable strict parallel safe as $$ select convert_timezone(source, target, cast(moment as timestamp)) $$;

-- PostgreSQL would answer with a timestamptz
create function pg_catalog.date_trunc(text, date) returns timestamp
language sql immutable strict parallel safe as $$ select date_trunc($1, cast($2 as timestamp)) $$;

-- PostgreSQL's extract is numeric
alter function pg_catalog.extract(text, timestamp) rename to postgres_extract;
alter function pg_catalog.extract(text, timestamptz) rename to postgres_extract;
alter function pg_catalog.extract(text, date) rename to postgres_extract;
create function pg_catalog.extract(text, timestamp) returns integer
language sql immutable strict parallel safe as $$ select cast(trunc(postgres_extract($1, $2)) as integer) $$;
create function pg_catalog.extract(text, date) returns integer
language sql immutable strict parallel safe as $$ select cast(trunc(postgres_extract($1, $2)) as integer) $$;
create function pg_catalog.extract(text, timestamptz) returns double precision
language sql stable strict parallel safe as $$ select cast(postgres_extract($1, $2) as double precision) $$;
