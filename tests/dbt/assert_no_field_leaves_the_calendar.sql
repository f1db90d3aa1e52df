-- A field that may lie outside the calendar, of a stream from which a model is made that points to dim_date: one record
-- would fail its relationship test in every build from then on, and could not be corrected.
{%- set parents, dated = {}, [] -%}
{%- for node in graph.nodes.values() -%}
    {%- if node.resource_type in ('model', 'snapshot') -%}
        {%- do parents.update({node.unique_id: node.depends_on.nodes}) -%}
    {%- elif node.resource_type == 'test' and node.test_metadata and node.test_metadata.name == 'relationships'
        and 'dim_date' in node.test_metadata.kwargs.to -%}
        {%- do dated.append(node.attached_node) -%}
    {%- endif -%}
{%- endfor -%}
{%- set found = [] -%}
{%- for unique_id in dated -%}{%- do reach(unique_id, parents, found) -%}{%- endfor -%}
{%- set bases = [] -%}
{%- for unique_id in found -%}{%- do bases.append(unique_id.split('.')[-1]) -%}{%- endfor -%}
{%- set free = [] -%}
{%- for stream in streams() if stream.base in bases -%}
    {%- for f in stream.fields if f.type in ('date', 'timestamp') and not f.in_calendar -%}
        {%- do free.append((stream.place, f.name)) -%}
    {%- endfor -%}
{%- endfor -%}
{%- if execute and not bases -%}
    {{ exceptions.raise_compiler_error('no model points to dim_date; expected those of marts, see their relationship tests') }}
{%- endif %}
select
    stream,
    field
from (
    select
        cast('' as varchar(65535)) as stream,
        cast('' as varchar(65535)) as field
    {%- for place, name in free %}
    union all
    select
        cast({{ literal(place) }} as varchar(65535)) as stream,
        cast({{ literal(name) }} as varchar(65535)) as field
    {%- endfor %}
) as fields
where stream <> ''
