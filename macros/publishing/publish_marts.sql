{#- Writes marts as Parquet into folders of the lake that nobody reads yet. Called by `headwater publish`, which makes
    them current once it has found as many rows in the files as are counted here.

    marts        what to publish under which name: {<exposure>: <name>}; models/marts/_published__exposures.yml declares it
    publication  the folder of this run, below that of each mart
    dry_run      prints the statements instead of running them

    Prints a line of JSON when it begins with a mart, and one when it is done: its rows, and what its columns hold. -#}
{% macro publish_marts(marts, publication, dry_run=false) -%}
    {#- a declaration that is wrong stops the run before anything is written -#}
    {%- set found = [] -%}
    {%- for exposure, name in marts.items() | sort -%}{%- do found.append((name, published_mart(exposure))) -%}{%- endfor -%}
    {%- for name, mart in found -%}
        {%- set statements = adapter.dispatch('unload', 'headwater')(
            unload_query(mart), 'marts/' ~ name ~ '/' ~ publication
        ) -%}
        {%- if dry_run -%}
            {%- do run_statements(statements, true) -%}
        {%- elif load_relation(mart.relation) is none -%}
            {%- do print(tojson({'mart': name, 'lacks': mart.relation | string, 'model': mart.model.name})) -%}
        {%- else -%}
            {%- do print(tojson({'mart': name, 'begun': true})) -%}
            {%- do run_statements(statements, false) -%}
            {%- do print(tojson({
                'mart': name,
                'row_count': run_query('select count(*) from ' ~ mart.relation).rows[0][0] | int,
                'description': mart.description,
                'columns': mart.columns,
            })) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- What an exposure publishes: the model and its relation, and those of its columns that may leave the warehouse. -#}
{% macro published_mart(exposure) -%}
    {%- set found = graph.exposures.values() | selectattr('name', 'equalto', exposure) | list -%}
    {%- set models = found[0].depends_on.nodes if found else [] -%}
    {%- if models | length != 1 or models[0] not in graph.nodes -%}
        {{ exceptions.raise_compiler_error(
            'exposure ' ~ exposure ~ ' depends on ' ~ (models | join(', ') or 'nothing') ~ '; expected one model to publish'
        ) }}
    {%- endif -%}
    {%- set declared = (found[0].config.meta or found[0].meta).publish -%}
    {%- set model, columns = graph.nodes[models[0]], [] -%}
    {%- set personal, released = personal_columns(model), declared.get('personal_data', []) -%}
    {%- for column in model.columns.values() if column.name[0] != '_' -%}
        {%- if column.name not in personal or column.name in released -%}
            {%- do columns.append({'name': column.name, 'type': column.data_type, 'comment': column.description}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set names = columns | map(attribute='name') | list -%}
    {%- for name in released + declared.get('order_by', []) if name not in names or (name in released and name not in personal) -%}
        {{ exceptions.raise_compiler_error(
            'exposure ' ~ exposure ~ ': ' ~ name ~ ' is no ' ~ ('personal' if name in released else 'published')
            ~ ' column of ' ~ model.name ~ '; expected ' ~ (personal if name in released else names) | join(', ')
        ) }}
    {%- endfor -%}
    {{ return({
        'model': model,
        'relation': api.Relation.create(database=model.database, schema=model.schema, identifier=model.alias),
        'description': found[0].description ~ ' ' ~ model.description,
        'columns': columns,
        'personal': personal,
        'order_by': declared.get('order_by', []),
    }) }}
{%- endmacro %}

{#- The rows of a mart with the types of its contract. Where personal data is masked, readers of the lake see no more of
    it than those of the warehouse; of email addresses less: the salt of their hashes is the warehouse's secret. -#}
{% macro unload_query(mart) -%}
    {%- set expressions = [] -%}
    {%- for column in mart.columns -%}
        {%- set is_masked = column.name in mart.personal and var('mask_personal_data', false) -%}
        {%- do expressions.append(
            'cast(' ~ ('case when ' ~ column.name ~ " is not null then '***' end" if is_masked else column.name) ~ ' as '
            ~ adapter.dispatch('unloaded_type', 'headwater')(column.type) ~ ') as '
            ~ adapter.dispatch('unloaded_name', 'headwater')(column.name)
        ) -%}
    {%- endfor -%}
    {{ return(
        'select\n    ' ~ expressions | join(',\n    ') ~ '\nfrom ' ~ mart.relation
        ~ ('\norder by ' ~ mart.order_by | join(', ') if mart.order_by else '')
    ) }}
{%- endmacro %}

{% macro default__unloaded_type(type) -%}{{ return(type) }}{%- endmacro %}

{% macro default__unloaded_name(name) -%}{{ return(name) }}{%- endmacro %}
