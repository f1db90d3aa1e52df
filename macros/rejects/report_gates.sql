{#- What gates found, at the end of a run, right above dbt's own summary: for each stream whose gate failed or warned which
    files brought how many of its open rejects, those of the newest load first. Says no text of a record, which may be
    personal data; names of files are foreign text and are made printable.

    results  as on-run-end hooks have them -#}
{% macro report_gates(results) -%}
    {%- if execute -%}
        {%- for result in results
            if result.node.resource_type == 'test' and result.node.test_metadata
            and result.node.test_metadata.name == 'rejects_within_budget'
            and result.status in ('fail', 'warn') -%}
            {%- do log(gate_report(result.node.test_metadata.kwargs.stream, result.node.compiled_code), info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- One line that says what a gate found.

    found  the query of the gate's test -#}
{% macro gate_report(place, found) -%}
    {%- set query -%}
        select
            input_key,
            reason,
            field,
            count(distinct record_id) as reject_count,
            min(line_number) as line_number,
            min(record_number) as record_number,
            max(load_seq) as load_seq
        from (
            {{ found }}
        ) as found
        where record_id is not null
        group by input_key, reason, field
        order by load_seq desc, reject_count desc, input_key, reason, field
    {%- endset -%}
    {%- set total = run_query(
        'select sum(counted_rows), count(distinct record_id), max(record_count), max(fail_above) from (\n' ~ found ~ '\n) as found'
    ).rows[0] -%}
    {%- set held, records, allowed = total[0] | int, total[2] | int, total[3] | float -%}
    {%- set groups = run_query(query).rows -%}
    {%- set told = [] -%}
    {%- for group in groups[:5] -%}
        {%- set place_in_file = ', line ' ~ group[4] if group[4] is not none
            else (', record ' ~ group[5] if group[5] is not none else '') -%}
        {%- do told.append(
            group[3] ~ ' in ' ~ printable(group[0]) ~ (place_in_file if group[3] == 1 else '') ~ ' ('
            ~ (group[2] ~ ' ' if group[2] else '') ~ printable(group[1]) ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return(
        place ~ ': ' ~ total[1] ~ (' open reject holds ' if total[1] == 1 else ' open rejects hold ') ~ held ~ ' of ' ~ records ~ ' records ('
        ~ share_text(held, records) ~ '), ' ~ ('over' if held > allowed else 'within') ~ ' the budget of '
        ~ share_text(reject_share(place, 'fail') | float, 1) ~ ': ' ~ told | join('; ')
        ~ ('; and ' ~ (groups | length - 5) ~ ' more kinds' if groups | length > 5 else '')
        ~ '; `headwater rejects ' ~ place ~ '` has them all'
    ) }}
{%- endmacro %}

{#- A share as a percentage that is never rounded to none: 1.3%, 0.02%. -#}
{% macro share_text(part, whole) -%}
    {%- set share = 100 * part / whole if whole else 0 -%}
    {{ return((share | round(1 if share >= 0.1 or not share else 4)) ~ '%') }}
{%- endmacro %}

{#- Foreign text as a terminal or a log may have it, of a length that leaves room for others. -#}
{% macro printable(text) -%}
    {%- set characters = [] -%}
    {%- for character in (text or '')[:200] -%}
        {%- do characters.append(character if character.isprintable() else ' ') -%}
    {%- endfor -%}
    {{ return(characters | join) }}
{%- endmacro %}
