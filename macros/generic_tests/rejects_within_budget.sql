{#- The gate: the open rejects of a stream. More of them than its budget warn or fail the build, and then nothing downstream
    of the stg model that has this test is built. Reads only what is upstream of that model; see macros/rejects/.

    stream  <source>.<stream> -#}
{% test rejects_within_budget(model, stream) %}
    {{ config(
        fail_calc='count(distinct record_id)',
        warn_if='> coalesce(max(warn_above), 0)',
        error_if='> coalesce(max(fail_above), 0)',
    ) }}
    {%- set it = stream_at(stream) %}
    {%- set query %}
select
    rejects.*,
    budget.record_count,
    budget.warn_above,
    budget.fail_above
from (
    {{ stream_rejects(it) | indent(4) }}
) as rejects
cross join (
    {{ reject_budget(it) | indent(4) }}
) as budget
where rejects.state = 'open'
    {%- endset %}
    {%- if execute and flags.WHICH in ('build', 'test') -%}{%- do show_rejects(it, query) -%}{%- endif -%}
{{ query }}
{% endtest %}

{#- Prints the first of these rejects, so that whoever sees the test fail sees why. -#}
{% macro show_rejects(stream, query) -%}
    {%- set rows = run_query(
        'select record_id, field, reason, raw_text, expected, input_key, line_number, record_count, kind\nfrom (\n' ~ query
        ~ '\n) as open_rejects\norder by load_seq, record_id, field\nlimit 3'
    ).rows -%}
    {%- for row in rows -%}
        {%- set place = row[5] ~ (', line ' ~ row[6] if row[6] is not none else '') -%}
        {%- set said = (row[1] ~ ' ' if row[1] else '') ~ row[2] ~ (': ' ~ (row[3] | string)[:60] if row[3] is not none else '') -%}
        {#- what is told of a landing reject is a sentence of its own, with what was expected in it -#}
        {%- set expected = row[4] if row[8] == 'landing' else 'expected ' ~ row[4] -%}
        {%- do log(stream.place ~ ': open reject ' ~ row[0] ~ ' (' ~ place ~ '): ' ~ said ~ '; ' ~ expected, info=true) -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- do log(stream.place ~ ': `headwater rejects ' ~ stream.place ~ '` lists them all', info=true) -%}
    {%- endif -%}
{%- endmacro %}
