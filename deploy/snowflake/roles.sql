-- Roles and service users with the least they need. Run after setup.sql, as a user who may use accountadmin. Running it
-- again changes nothing.
--
--     headwater_loader       `headwater stage`: makes and fills what is in raw; nothing else
--     headwater_transformer  dbt: is a loader too, makes schemas, tables and views
--     headwater_analyst      people: read marts, try things out in sandbox
--     headwater_dashboard    tools: read marts
--
-- Only the owner of an external table may refresh it, and whoever creates it owns it. As the transformer inherits the
-- loader, it can refresh what the loader made, but not the other way round: stage with one of the two, always the same.

set database_name = 'headwater';  -- CHANGE, as in setup.sql
set warehouse_name = 'headwater';  -- CHANGE, as in setup.sql

use role sysadmin;
use database identifier($database_name);
create schema if not exists raw;
create schema if not exists marts;
create schema if not exists sandbox;

use role useradmin;
create role if not exists headwater_loader;
create role if not exists headwater_transformer;
create role if not exists headwater_analyst;
create role if not exists headwater_dashboard;

-- Grants on what will be made in a schema are the account's to give.
use role accountadmin;
use database identifier($database_name);

grant role headwater_loader to role headwater_transformer;
-- so that administrators can see and remove what the roles made
grant role headwater_transformer to role sysadmin;
grant role headwater_analyst to role sysadmin;
grant role headwater_dashboard to role sysadmin;

-- The loader. `headwater stage` begins with `create schema if not exists`, which developers need for a raw schema of
-- their own, and may be refused without the privilege even where the schema is there.
grant usage on warehouse identifier($warehouse_name) to role headwater_loader;
grant usage, create schema on database identifier($database_name) to role headwater_loader;
grant usage on schema public to role headwater_loader;
grant usage on integration headwater_s3 to role headwater_loader;
grant usage on stage public.headwater_lake to role headwater_loader;
grant usage, create table, create view, create external table, create file format on schema raw
    to role headwater_loader;

-- The transformer. What the loader made in raw it has by inheriting the role.
grant usage on warehouse identifier($warehouse_name) to role headwater_transformer;
grant usage, create schema on database identifier($database_name) to role headwater_transformer;
grant usage, create table, create view on schema marts to role headwater_transformer;

-- The readers. Grants on future tables are what makes a mart readable that dbt makes or replaces tonight.
-- They and HEADWATER_READERS, with which dbt takes grants away that it does not know, exclude each other: leave it
-- unset where these are in force, or name both roles in it.
grant usage on warehouse identifier($warehouse_name) to role headwater_analyst;
grant usage on database identifier($database_name) to role headwater_analyst;
grant usage on schema marts to role headwater_analyst;
grant select on all tables in schema marts to role headwater_analyst;
grant select on all views in schema marts to role headwater_analyst;
grant select on future tables in schema marts to role headwater_analyst;
grant select on future views in schema marts to role headwater_analyst;
grant usage, create table, create view on schema sandbox to role headwater_analyst;

grant usage on warehouse identifier($warehouse_name) to role headwater_dashboard;
grant usage on database identifier($database_name) to role headwater_dashboard;
grant usage on schema marts to role headwater_dashboard;
grant select on all tables in schema marts to role headwater_dashboard;
grant select on all views in schema marts to role headwater_dashboard;
grant select on future tables in schema marts to role headwater_dashboard;
grant select on future views in schema marts to role headwater_dashboard;

-- Users of type service have no password and cannot log in with one. A key pair:
--     openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes-256-cbc -inform pem -out headwater_dbt.p8
--     openssl rsa -in headwater_dbt.p8 -pubout
-- The private key stays on the machine that runs dbt (SNOWFLAKE_PRIVATE_KEY_PATH in .env).
use role useradmin;

create user if not exists headwater_dbt
    type = service
    default_role = headwater_transformer
    default_warehouse = headwater  -- CHANGE
    rsa_public_key = 'MIIB…';  -- CHANGE: the lines of the public key between the dashes, joined

create user if not exists headwater_bi
    type = service
    default_role = headwater_dashboard
    default_warehouse = headwater  -- CHANGE
    rsa_public_key = 'MIIB…';  -- CHANGE

-- A time without an offset is read in the zone of the session, which is America/Los_Angeles by default.
alter user headwater_dbt set timezone = 'UTC';
alter user headwater_bi set timezone = 'UTC';

use role accountadmin;

grant role headwater_transformer to user headwater_dbt;
grant role headwater_dashboard to user headwater_bi;
-- people: grant role headwater_analyst to user ana;

-- Let the service users in from known addresses only:
--     create network policy headwater_ci allowed_ip_list = ('192.0.2.0/24');
--     alter user headwater_dbt set network_policy = headwater_ci;
