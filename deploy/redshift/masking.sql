-- Hides personal data from everybody but dbt. Run after setup.sql, as a superuser, then set the dbt variable
-- mask_personal_data to true. Columns are declared where dbt knows them, as
--     config: {meta: {personal_data: email}}
-- and macros/access/protect_personal_data.sql attaches the policies after each build: headwater_<kind> to everybody,
-- headwater_plain, which goes before it, to the transformer, lest dbt build marts from masked values.
--
-- What readers see, and why:
--
--     email      a salted hash: it joins and counts as the address does, and does not lead back to it
--     name       ***: a hash would lend itself to look up known names, and nobody joins by names
--     location   ***: places are few, so that their hashes would be guessed
--     free_text  ***: anything may stand in it, and equal texts mean nothing
--
-- A policy fits columns of its own type and size: declare personal data as varchar(65535). Put in a salt of 32 random
-- characters (`openssl rand -hex 16`), run it, and do not commit it. Another salt gives other hashes.

create masking policy headwater_email
with (value varchar(65535))
using (cast(sha2(lower(value) || 'PUT-A-SALT-HERE', 256) as varchar(65535)));  -- CHANGE

create masking policy headwater_name
with (value varchar(65535))
using (cast(case when value is not null then '***' end as varchar(65535)));

create masking policy headwater_location
with (value varchar(65535))
using (cast(case when value is not null then '***' end as varchar(65535)));

create masking policy headwater_free_text
with (value varchar(65535))
using (cast(case when value is not null then '***' end as varchar(65535)));

create masking policy headwater_plain
with (value varchar(65535))
using (value);

-- Only who has this role may attach policies. It may also manage users, roles and policies: keep the credentials of
-- headwater_dbt for the machine that builds production.
grant role sys:secadmin to role headwater_transformer;
-- Which policies are attached must be seen, or the next build would attach them again, which Redshift refuses.
grant access system table to role headwater_transformer;
