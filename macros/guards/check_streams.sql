{#- What is run first, before anything is built or tested: every stream that a source declares must have what keeps it from
    losing a record unseen. What is missing stops the run and is named, all at once; `dbt run` goes on, so that models can
    be tried while a stream is being added. Streams that are only to be landed are named in the variable landed_only. -#}
{% macro check_streams() -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set missing, models, guards = [], [], [] -%}
        {%- set places = streams() | map(attribute='place') | list -%}
        {%- for name in var('streams_off', []) if name not in places + streams() | map(attribute='source') | list -%}
            {%- do missing.append('streams_off names ' ~ name ~ '; expected a source or <source>.<stream> that there is') -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values() -%}
            {%- if node.resource_type == 'model' -%}
                {%- do models.append(node.name) -%}
            {%- elif node.resource_type == 'test' and node.test_metadata
                and node.test_metadata.name in ('rows_match_commits', 'nothing_lost', 'rejects_within_budget') -%}
                {%- do guards.append(
                    node.attached_node.split('.')[2] ~ ' ' ~ node.test_metadata.name ~ ' '
                    ~ node.test_metadata.kwargs.get('stream', '')
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for table in graph.sources.values() | sort(attribute='unique_id') if table.config.meta.get('loader') -%}
            {%- if table.source_name ~ '.' ~ table.name not in var('landed_only', []) -%}
                {%- do missing.extend(missing_guards(table, places, models, guards)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                'streams without what guards them; README, `A further drop`, says what a stream needs:\n  '
                ~ missing | join('\n  ')
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- What a declared stream does not have, a line each.

    table   the source table, as `graph` has it
    places  the streams that streams() lists
    models  the names of all models
    guards  the tests that guard streams: model, test and `stream` argument, with blanks between -#}
{% macro missing_guards(table, places, models, guards) -%}
    {%- set place, entity = table.source_name ~ '.' ~ table.name, table.source_name ~ '__' ~ table.name -%}
    {%- set missing = [] -%}
    {%- if place not in places -%}
        {%- do missing.append(place ~ ': no line in macros/fields/streams.sql') -%}
    {%- endif -%}
    {%- if table.identifier != entity or table.external.location != 'raw/' ~ table.source_name ~ '/' ~ table.name -%}
        {%- do missing.append(
            place ~ ': expected `identifier: ' ~ entity ~ '` and `external: {location: raw/' ~ table.source_name ~ '/'
            ~ table.name ~ '}` in its source, which is where loads put it'
        ) -%}
    {%- endif -%}
    {%- if not (table.freshness and table.freshness.warn_after and table.freshness.warn_after.count) -%}
        {%- do missing.append(place ~ ': no `freshness` in the config of its source') -%}
    {%- endif -%}
    {%- if "'" ~ table.source_name ~ "', '" ~ table.name ~ "'" not in (table.loaded_at_query or '') -%}
        {%- do missing.append(
            place ~ ': expected `loaded_at_query: "{{ last_loaded_at(\'' ~ table.source_name ~ "', '" ~ table.name
            ~ '\') }}"` in the config of its source'
        ) -%}
    {%- endif -%}
    {%- for name in ('base_' ~ entity, 'base_' ~ entity ~ '_corrected', 'stg_' ~ entity) if name not in models -%}
        {%- do missing.append(place ~ ': no model ' ~ name) -%}
    {%- endfor -%}
    {%- for name, test, of in (
        ('base_' ~ entity, 'rows_match_commits', ''),
        ('stg_' ~ entity, 'nothing_lost', place),
        ('stg_' ~ entity, 'rejects_within_budget', place),
    ) if name in models and name ~ ' ' ~ test ~ ' ' ~ of not in guards -%}
        {%- do missing.append(
            place ~ ': no test ' ~ test ~ (' with `stream: ' ~ of ~ '`' if of else '') ~ ' of ' ~ name
        ) -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}
