{#- The newest event is not older than this many hours before the run: loads may go on while the source has gone quiet. -#}
{% test recent(model, column_name, hours) %}
select newest
from (select max({{ column_name }}) as newest from {{ model }}) as newest_event
where newest < {{ dbt.dateadd('hour', -1 * hours, changed_at()) }}
{% endtest %}
