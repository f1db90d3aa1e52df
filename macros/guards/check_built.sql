{#- What is run first: whatever the selected models and tests read must be there or be selected, too. Without this a fresh
    warehouse answers a selection with an error for each node, and none of them says what to do.

    selected  the ids of what is selected -#}
{% macro check_built(selected) -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'test', 'snapshot') -%}
        {%- set needed, unstaged, unbuilt = [], [], [] -%}
        {%- for id in selected if id in graph.nodes -%}
            {%- for parent in graph.nodes[id].depends_on.nodes if parent not in selected -%}
                {%- do needed.append(parent) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for id in needed | unique | sort(reverse=true) -%}
            {%- set node = graph.sources.get(id) or graph.nodes.get(id) -%}
            {#- `dbt run` makes no snapshot, and `dbt test` goes well behind it: what reads one does without -#}
            {%- if node and node.config.materialized not in ('ephemeral', 'snapshot') and not adapter.get_relation(
                node.database, node.schema, node.get('identifier') or node.alias
            ) -%}
                {%- do (unstaged if id in graph.sources else unbuilt).append(node.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if unstaged -%}
            {{ exceptions.raise_compiler_error(
                some_of(unstaged) ~ ' not in the warehouse: nothing has been staged; run `headwater stage` and then dbt again'
            ) }}
        {%- elif unbuilt -%}
            {{ exceptions.raise_compiler_error(
                'what is selected reads what has never been built: ' ~ some_of(unbuilt) ~ '; run `dbt build` once, or select '
                ~ 'what it is made of, too: `+model` for a model, `@source:name` for all that is made of a source'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The first of many names, and how many more there are. -#}
{% macro some_of(names) -%}
    {{ return(names[:5] | join(', ') ~ (' and ' ~ (names | length - 5) ~ ' more' if names | length > 5 else '')) }}
{%- endmacro %}
