-- Once per cluster or workgroup: schemas, roles, users. Read it, change the lines marked CHANGE, and run it in the
-- query editor as a superuser, connected to the database that dbt will use. `create role` and `create user` have no
-- `if not exists`: on a second run leave out what is there.
--
-- Before: COPY reads the lake as an IAM role. Make one that trusts redshift.amazonaws.com (serverless: also
-- redshift-serverless.amazonaws.com), with deploy/aws/redshift-copy-policy.json, and associate it with the cluster or
-- the namespace, best as its default. If it is not the default, REDSHIFT_IAM_ROLE in .env names its ARN. For
-- `headwater publish`, which unloads marts, attach deploy/aws/redshift-unload-policy.json to it, or to another role that
-- REDSHIFT_UNLOAD_ROLE names: it writes below marts/, also those of `make smoke`, alone.
--
--     headwater_loader       `headwater stage`: makes and fills what is in raw; nothing else
--     headwater_transformer  dbt: is a loader too, makes schemas, tables and views
--     headwater_analyst      people: read marts, try things out in sandbox
--     headwater_dashboard    tools: read marts

create role headwater_loader;
create role headwater_transformer;
create role headwater_analyst;
create role headwater_dashboard;
grant role headwater_loader to role headwater_transformer;

-- No passwords: dbt asks IAM for credentials that expire (redshift:GetClusterCredentials for this user, or
-- redshift-serverless:GetCredentials). Serverless names the user itself, "IAMR:<the role's name>", when it first
-- connects: put that name, quoted, for headwater_dbt everywhere below.
create user headwater_dbt password disable;
create user headwater_bi password disable;
grant role headwater_transformer to headwater_dbt;
grant role headwater_dashboard to headwater_bi;
-- people: grant role headwater_analyst to ana;

-- Keys in documents have capitals, which are found only by sessions that tell them apart. An hour is more than any
-- model should take. In the console, a usage limit in RPU hours (serverless) or a query monitoring rule (a cluster)
-- bounds the rest.
alter user headwater_dbt set enable_case_sensitive_identifier to true;
alter user headwater_dbt set statement_timeout to 3600000;
alter user headwater_dbt set timezone to 'UTC';
alter user headwater_bi set statement_timeout to 600000;

-- Everybody may make tables in public by default.
revoke create on schema public from public;

-- dbt owns what it makes; it may make the schemas of developers, too.
grant create, temporary on database headwater to role headwater_loader;  -- CHANGE: the database
grant create, temporary on database headwater to role headwater_transformer;  -- CHANGE: the database
create schema if not exists "raw";  -- a reserved word there; dbt quotes it, too
create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists marts;
create schema if not exists sandbox;
-- Staging makes tables, and only their owner may read them: a user of its own that stages must say, once,
--     alter default privileges in schema "raw" grant select on tables to role headwater_transformer;
grant usage, create on schema "raw" to role headwater_loader;
grant usage, create on schema staging to role headwater_transformer;
grant usage, create on schema intermediate to role headwater_transformer;
grant usage, create on schema marts to role headwater_transformer;

-- The readers. Default privileges are what makes a mart readable that dbt makes or replaces tonight; they hold for what
-- this user makes. They and HEADWATER_READERS, with which dbt takes grants away that it does not know, exclude each
-- other: leave it unset where these are in force, or name both roles in it.
grant usage on schema marts to role headwater_analyst;
grant select on all tables in schema marts to role headwater_analyst;
alter default privileges for user headwater_dbt in schema marts grant select on tables to role headwater_analyst;
grant usage, create on schema sandbox to role headwater_analyst;

grant usage on schema marts to role headwater_dashboard;
grant select on all tables in schema marts to role headwater_dashboard;
alter default privileges for user headwater_dbt in schema marts grant select on tables to role headwater_dashboard;
