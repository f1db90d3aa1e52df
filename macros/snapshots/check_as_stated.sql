{#- A strategy for snapshots: dbt's own `check`, but for the key of a row, into which the run goes, too. A state may be
    found to be another without anybody having said anything new, as when a seed learns a spelling: its time is then
    that of the row before, and where dbt merges by a key of time alone (Snowflake) the new row would be taken for the
    old one, which is ended, and be lost. -#}
{% macro snapshot_check_as_stated_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
    {%- set check = snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
    {%- set said_at = epoch_ms_of(check.updated_at) -%}
    {%- do check.update({
        'scd_id': surrogate_key([check.unique_key, 'cast(' ~ said_at ~ ' as varchar(20))', literal(run_started_at)]),
    }) -%}
    {{ return(check) }}
{%- endmacro %}
