-- Hides personal data from everybody but dbt. Needs the Enterprise edition. Run after roles.sql, as accountadmin, then
-- set the dbt variable mask_personal_data to true. Columns are declared where dbt knows them, as
--     config: {meta: {personal_data: email}}
-- and macros/access/protect_personal_data.sql puts the tag on them after each build. Running it again changes nothing.
--
-- What readers see, and why:
--
--     email      a salted hash: it joins and counts as the address does, and does not lead back to it
--     name       ***: a hash would lend itself to look up known names, and nobody joins by names
--     location   ***: places are few, so that their hashes would be guessed
--     free_text  ***: anything may stand in it, and equal texts mean nothing
--
-- A tag has one policy for each type of data, so one policy asks which value the tag has. It covers texts; a column of
-- another type stays as it is, whatever its tag. Who may use the transformer's role, sysadmin included, sees all.

use role accountadmin;
use database headwater;  -- CHANGE, as in setup.sql

create tag if not exists public.personal_data
    allowed_values 'name', 'email', 'location', 'free_text'
    comment = 'What a column tells of a person';

-- The salt keeps others from hashing addresses they know. Put in 32 random characters (`openssl rand -hex 16`), run it,
-- and do not commit it. Another salt gives other hashes. It can be read by who owns or may apply the policy, and by who
-- may see this statement in the query history.
create masking policy if not exists public.hide_personal_data as (val string) returns string ->
    case
        when val is null or is_role_in_session('HEADWATER_TRANSFORMER') then val
        when system$get_tag_on_current_column('headwater.public.personal_data') = 'email'  -- CHANGE: the database
            then sha2(lower(val) || 'PUT-A-SALT-HERE', 256)  -- CHANGE
        else '***'
    end
    comment = 'By the value of the tag personal_data';

use schema public;

alter tag personal_data set masking policy hide_personal_data force;

grant apply on tag public.personal_data to role headwater_transformer;
