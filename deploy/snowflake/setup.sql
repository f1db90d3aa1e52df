-- Once per account: the database, the warehouse and the way to the lake. Read it, change the lines marked CHANGE, and
-- run it with `snow sql -f deploy/snowflake/setup.sql` or in a worksheet, as a user who may use accountadmin and
-- sysadmin. Then run roles.sql and, on the Enterprise edition, masking.sql. Running it again changes nothing.
--
-- Who owns what: sysadmin owns the database and the schemas raw, marts and sandbox, which roles.sql makes; dbt makes
-- the schemas staging and intermediate, and those of developers, and its role owns them. Whoever creates a table owns
-- it.

set database_name = 'headwater';  -- CHANGE; also in masking.sql, and SNOWFLAKE_DATABASE in .env
set warehouse_name = 'headwater';  -- CHANGE; SNOWFLAKE_WAREHOUSE in .env

use role sysadmin;

-- Snowflake bills by the second, sixty at least each time it resumes; an hour is more than any model should take.
create warehouse if not exists identifier($warehouse_name)
    warehouse_size = xsmall
    auto_suspend = 60
    auto_resume = true
    initially_suspended = true
    statement_timeout_in_seconds = 3600;

create database if not exists identifier($database_name);

-- The integration reads the bucket as an IAM role of yours, so no key of yours is stored in Snowflake. In AWS, make the
-- role headwater-snowflake first, with deploy/aws/lake-read-policy.json and, for now, a trust policy for your own
-- account. For `headwater publish`, which unloads marts, attach deploy/aws/snowflake-unload-policy.json as well: through
-- the integration Snowflake can then write below marts/, and those of `make smoke`, alone.
--
-- It is never replaced: a replaced integration is another one to every stage that uses it, and they stop working.
-- Change it with `alter storage integration … set`.
use role accountadmin;

create storage integration if not exists headwater_s3
    type = external_stage
    storage_provider = 'S3'
    storage_aws_role_arn = 'arn:aws:iam::000000000000:role/headwater-snowflake'  -- CHANGE
    enabled = true
    storage_allowed_locations = ('s3://my-bucket/headwater/');  -- CHANGE

-- Now put STORAGE_AWS_IAM_USER_ARN and STORAGE_AWS_EXTERNAL_ID, which this shows, into
-- deploy/aws/snowflake-trust-policy.json, and make that the trust policy of the role.
desc integration headwater_s3;

grant usage on integration headwater_s3 to role sysadmin;

use role sysadmin;
use database identifier($database_name);

-- Lakes lie at this address or anywhere below it. SNOWFLAKE_STAGE_URL in .env must be the same, and SNOWFLAKE_STAGE
-- must name the stage if it is another than <database>.public.headwater_lake.
create stage if not exists public.headwater_lake
    url = 's3://my-bucket/headwater/'  -- CHANGE
    storage_integration = headwater_s3;

-- Shows what is there once the trust policy is in place; an error names the permission that is missing.
list @public.headwater_lake/;
