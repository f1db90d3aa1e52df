{#- A post-hook that hides what the model's columns tell of a person from everybody but dbt, on warehouses that can.
    They are declared as `config: {meta: {personal_data: email}}`; the kinds, and what readers see in their place, are
    in deploy/<warehouse>/masking.sql, which must have been run. Does nothing unless the variable mask_personal_data is
    true. -#}
{% macro protect_personal_data() -%}
    {%- if execute and var('mask_personal_data', false) -%}
        {{ adapter.dispatch('hide_columns', 'headwater')(this, personal_columns(model), model.config.materialized) }}
    {%- endif -%}
{%- endmacro %}

{#- The columns of a model that hold personal data: {name: kind}. -#}
{% macro personal_columns(model) -%}
    {%- set kinds, columns = ['name', 'email', 'location', 'free_text'], {} -%}
    {%- for column in model.columns.values() -%}
        {%- set metas = [(column.config or {}).get('meta') or {}, column.meta or {}] -%}
        {%- set kind = metas[0].get('personal_data') or metas[1].get('personal_data') -%}
        {%- if kind and kind not in kinds -%}
            {{ exceptions.raise_compiler_error(
                model.name ~ '.' ~ column.name ~ ': no personal_data ' ~ kind ~ '; there are: ' ~ kinds | join(', ')
            ) }}
        {%- endif -%}
        {%- if kind -%}{%- do columns.update({column.name: kind}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro default__hide_columns(relation, columns, materialized) -%}{%- endmacro %}

{#- The tag carries the policy. A table that dbt replaces has lost its tags until then, unless it is configured to
    copy_tags. -#}
{% macro snowflake__hide_columns(relation, columns, materialized) -%}
    {%- set tag = env_var('SNOWFLAKE_PERSONAL_DATA_TAG', target.database ~ '.public.personal_data') -%}
    {%- for name, kind in columns.items() %}
alter {{ 'view' if materialized == 'view' else 'table' }} {{ relation }}
    modify column {{ name }} set tag {{ tag }} = '{{ kind }}';
    {%- endfor -%}
{%- endmacro %}

{#- A table that dbt made anew has no policies, one that it kept still has them, and none may be attached twice. Views
    show their readers what the tables below would. -#}
{% macro redshift__hide_columns(relation, columns, materialized) -%}
    {%- set attached, wanted, table = [], [], relation.include(database=false) -%}
    {%- for name, kind in columns.items() if materialized != 'view' -%}
        {%- do wanted.extend([('headwater_' ~ kind, name, 'public'), ('headwater_plain', name, 'role')]) -%}
    {%- endfor -%}
    {%- set query -%}
        select policy_name, output_columns, grantee_type from svv_attached_masking_policy
        where schema_name = '{{ relation.schema }}' and table_name = '{{ relation.identifier }}'
            and policy_name like 'headwater%'
    {%- endset -%}
    {%- for row in (run_query(query).rows if materialized != 'view' else []) -%}
        {%- do attached.append((row[0], modules.re.sub('[^a-z0-9_]', '', row[1]), row[2])) -%}
    {%- endfor -%}
    {%- for policy, name, grantee in attached if (policy, name, grantee) not in wanted %}
detach masking policy {{ policy }} on {{ table }} ({{ name }}) from {{ redshift__grantee(grantee) }};
    {%- endfor -%}
    {%- for policy, name, grantee in wanted if (policy, name, grantee) not in attached %}
attach masking policy {{ policy }} on {{ table }} ({{ name }}) to {{ redshift__grantee(grantee) }}
        {{- ' priority 10' if grantee == 'role' }};
    {%- endfor -%}
{%- endmacro %}

{% macro redshift__grantee(type) -%}
    {{ return('public' if type == 'public' else 'role headwater_transformer') }}
{%- endmacro %}
