{#- The share of a stream's records that may be open rejects before the build warns, or fails: the variables
    rejects_warn_above and rejects_fail_above, a number for all streams or numbers by `<source>.<stream>` and `default`. -#}
{% macro reject_share(place, level) -%}
    {%- set share = var('rejects_' ~ level ~ '_above') -%}
    {%- if share is mapping -%}
        {%- set share = share.get(place, share.get('default')) -%}
    {%- endif -%}
    {%- if share is not number or share < 0 or share > 1 -%}
        {{ exceptions.raise_compiler_error(
            'rejects_' ~ level ~ '_above of ' ~ place ~ ' is ' ~ share ~ '; expected a share from 0 to 1, for all streams or as '
            ~ '{default: 0.01, ' ~ place ~ ': 0}'
        ) }}
    {%- endif -%}
    {{ return('%.9f' | format(share)) }}
{%- endmacro %}

{#- How many records came in with those versions of a stream's inputs that nothing has superseded, read or not, and how many
    records its open rejects may hold, as a query of one row. Superseded versions do not count, as their rejects do not: a
    file that comes often would have a budget that grows. Of streams that share a drop the records of all of them count: a
    file that is broken is broken for each, and a stream of few records must not be stopped by what one of many sent. -#}
{% macro reject_budget(stream) %}
select
    cast({{ literal(stream.source) }} as varchar(65535)) as source,
    cast({{ literal(stream.name) }} as varchar(65535)) as stream,
    cast(coalesce(sum(inputs.row_count + inputs.rejected_row_count), 0) as bigint) as record_count,
    cast(
        cast(coalesce(sum(inputs.row_count + inputs.rejected_row_count), 0) as decimal(18, 0))
        * cast({{ reject_share(stream.place, 'warn') }} as decimal(10, 9)) as decimal(28, 9)
    ) as warn_above,
    cast(
        cast(coalesce(sum(inputs.row_count + inputs.rejected_row_count), 0) as decimal(18, 0))
        * cast({{ reject_share(stream.place, 'fail') }} as decimal(10, 9)) as decimal(28, 9)
    ) as fail_above
from {{ source('headwater', 'inputs') }} as inputs
inner join {{ input_versions(stream, of_drop=true) }}
    on
        inputs.source = input_versions.source
        and inputs.stream = input_versions.stream
        and inputs._load_seq = input_versions._load_seq
        and inputs._input_key = input_versions._input_key
where not input_versions.is_superseded
{% endmacro %}
