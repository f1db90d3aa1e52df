{#- The number that a model stamps on the rows it changes, so that whatever reads them can go on behind the greatest it holds:
    one more than any that this model, those it reads or those that read it hold. No clock makes it, and nothing keeps it
    but the rows that are compared by it, so it cannot be lost, start again or go back while one of them is there: not
    when a model is refreshed alone, skipped by the gate or built in a run of its own, nor with the tables of the log.

    Only relatives are asked: none of them is being written while this model is. -#}
{% macro changed_seq() -%}
    {%- set marks = [] -%}
    {%- if execute and model.resource_type == 'model' -%}
        {%- for node in relatives(model.unique_id) -%}
            {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- set columns = adapter.get_columns_in_relation(relation) if relation else [] -%}
            {%- if '_changed_seq' in columns | map(attribute='name') | map('lower') -%}
                {%- do marks.append('select max(_changed_seq) as _changed_seq from ' ~ relation) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set held = none -%}
    {%- if marks -%}
        {%- set held = run_query(
            'select max(_changed_seq) as _changed_seq from (\n' ~ marks | join('\nunion all\n') ~ '\n) as marks'
        ).rows[0][0] -%}
    {%- endif -%}
    cast({{ (held or 0) | int + 1 }} as bigint)
{%- endmacro %}

{#- The nodes of the incremental models that have `_changed_seq` and are this one, or read it or are read by it, through
    whatever lies between. -#}
{% macro relatives(unique_id) -%}
    {%- set models, parents, children, relatives = {}, {}, {}, [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- do models.update({node.unique_id: node}) -%}
        {%- do parents.update({node.unique_id: node.depends_on.nodes}) -%}
        {%- for parent in node.depends_on.nodes -%}
            {%- do children.setdefault(parent, []).append(node.unique_id) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = [unique_id] -%}
    {%- do reach(unique_id, parents, found) -%}
    {%- do reach(unique_id, children, found) -%}
    {%- for id in found | sort if id in models -%}
        {%- if models[id].config.materialized == 'incremental' and '_changed_seq' in models[id].columns -%}
            {%- do relatives.append(models[id]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(relatives) }}
{%- endmacro %}

{#- Adds to `found` what is reached from a node by these edges: {id: list of ids}. -#}
{% macro reach(unique_id, edges, found) -%}
    {%- for next in edges.get(unique_id, []) -%}
        {%- if next not in found -%}
            {%- do found.append(next) -%}
            {%- do reach(next, edges, found) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
