{#- What the loaders write of a part of an input that could not be read (loaders/readers/reject.py). -#}
{% macro landing_reject_fields() -%}
    {{ return([
        field('reason', 'varchar(65535)', required=true),
        field('detail', 'varchar(65535)'),
        field('position', 'bigint'),
        field('line_number', 'bigint', path='line'),
        field('record_number', 'bigint', path='record'),
        field('byte_count', 'bigint', path='size', required=true),
        field('row_count', 'bigint', path='rows'),
        field('encoding', 'varchar(65535)', required=true),
        field('raw_text', 'varchar(65535)', path='raw', format='verbatim'),
    ]) }}
{%- endmacro %}
