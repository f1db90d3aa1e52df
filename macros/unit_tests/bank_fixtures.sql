{#- What stg_banks__* have beside the fields of their streams, and what models of the banks domain read else. -#}
{% macro bank_fixture_types(relation) -%}
    {%- set text, types = 'varchar(65535)', {} -%}
    {%- set places = {
        '_object': text, '_row': 'bigint', '_input_key': text, '_load_id': text, '_load_seq': 'bigint',
        '_loaded_at': 'timestamp', '_correction': text, '_changed_seq': 'bigint',
    } -%}
    {%- if relation in ('stg_banks__complaints', 'stg_banks__complaint_files') -%}
        {%- do types.update({'complaint_row_id': text, 'cnpj8': text, 'file_name': text, 'told_periodicity': text,
            'told_year': text, 'told_period': text}) -%}
        {%- do types.update(places) -%}
    {%- elif relation in ('stg_banks__segments', 'stg_banks__institutions') -%}
        {%- do types.update({'cnpj8': text}) -%}
        {%- do types.update(places) -%}
    {%- elif relation == 'bank_period_labels' -%}
        {%- do types.update({'periodicity': text, 'label': text, 'period_number': 'integer', 'period_months': 'integer'}) -%}
    {%- elif relation == 'bank_aliases' -%}
        {%- do types.update({'name': text, 'kind': text, 'target': text, 'reason': text}) -%}
    {%- elif relation == 'int_bank_names' -%}
        {%- do types.update({'institution_id': text, 'cnpj8': text, 'institution_name': text, 'named_date': 'date'}) -%}
    {%- elif relation == 'int_bank_complaints' -%}
        {%- for name in ('complaint_row_id', 'stream', 'layout', 'file_kind', 'periodicity', 'category', 'row_role',
            'institution_id', 'conglomerate_id', 'cnpj8', 'institution_name') -%}
            {%- do types.update({name: text}) -%}
        {%- endfor -%}
        {%- do types.update({
            'year': 'integer', 'period_number': 'integer', 'period_start_date': 'date', 'period_end_date': 'date',
            'is_counted': 'boolean', 'is_of_file_that_counts': 'boolean', '_input_key': text, '_load_seq': 'bigint',
            '_loaded_at': 'timestamp',
        }) -%}
    {%- elif relation == 'fct_bank_complaints' -%}
        {%- for name in ('complaint_key', 'institution_key', 'periodicity', 'file_kind', 'counting_method', 'category',
            'size_class', 'row_role') -%}
            {%- do types.update({name: text}) -%}
        {%- endfor -%}
        {%- for name in ('indexed_count', 'total_count', 'answered_count', 'client_count') -%}
            {%- do types.update({name: 'bigint'}) -%}
        {%- endfor -%}
        {%- do types.update({
            'year': 'integer', 'period_number': 'integer', 'period_start_date': 'date', 'period_end_date': 'date',
            'complaint_index': 'decimal(18, 4)',
        }) -%}
    {%- elif relation == 'dim_institutions' -%}
        {%- for name in ('institution_key', 'institution_name', 'institution_kind') -%}
            {%- do types.update({name: text}) -%}
        {%- endfor -%}
        {%- do types.update({'valid_from': 'timestamp', 'valid_to': 'timestamp', 'is_current': 'boolean'}) -%}
    {%- elif relation == 'bridge_conglomerate_institutions' -%}
        {%- do types.update({
            'conglomerate_key': text, 'institution_key': text, 'valid_from': 'date', 'valid_to': 'date',
        }) -%}
    {%- elif relation == 'int_bank_replaced_periods' -%}
        {%- do types.update({'_input_key': text, 'file_kind': text, 'period_name': text}) -%}
    {%- elif relation == 'int_bank_ranking_services' -%}
        {%- do types.update({'complaint_key': text}) -%}
        {%- for name in ('institution_count', 'answering_institution_count', 'service_count',
            'natural_person_service_count', 'legal_person_service_count', 'free_service_count') -%}
            {%- do types.update({name: 'bigint'}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}
