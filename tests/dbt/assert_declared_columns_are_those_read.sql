-- What the models read of CSV is what its declaration names, for a column that is misspelt to refuse its file.
{%- set missing = [] -%}
{%- if execute -%}
    {%- for stream in streams() -%}
        {%- set meta = stream_meta(stream) -%}
        {%- if meta.get('format') == 'csv' and meta.get('compare_headers') != 'folded' -%}
            {%- set declared = (meta.get('required_columns') or []) + (meta.get('optional_columns') or []) -%}
            {%- set names = [] -%}
            {%- for one in declared -%}{%- do names.extend([one] if one is string else one) -%}{%- endfor -%}
            {%- for path in stream.fields | map(attribute='path') | unique(case_sensitive=true) if path not in names -%}
                {%- do missing.append((stream.place, path)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endif %}
{%- for place, path in missing %}
select
    cast({{ literal(place) }} as varchar(65535)) as stream,
    cast({{ literal(path) }} as varchar(65535)) as path,
    cast('expected in required_columns or optional_columns of its source' as varchar(65535)) as expected
    {{- '\nunion all' if not loop.last }}
{%- else %}
select stream
from (select cast('none' as varchar(65535)) as stream) as nothing
where stream <> 'none'
{%- endfor %}
