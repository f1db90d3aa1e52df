{#- The columns of what models of bank fees read, with their types, beside the fields of the streams. -#}
{% macro bank_fee_fixture_types(relation) -%}
    {%- set text, types = 'varchar(65535)', {} -%}
    {%- set answer = {'answer_key': text, 'cnpj8': text, 'person_kind': text, 'asked_at': 'timestamp'} -%}
    {%- if relation in ('stg_banks__fees', 'stg_banks__fee_files') -%}
        {%- do types.update({
            'fee_id': text, 'person_kind': text, 'cnpj8': text, 'fetched_at': 'timestamp', '_object': text,
            '_row': 'bigint', '_input_key': text, '_load_id': text, '_load_seq': 'bigint', '_loaded_at': 'timestamp',
            '_correction': text, '_changed_seq': 'bigint',
        }) -%}
    {%- elif relation == 'int_bank_fee_rejects' -%}
        {%- do types.update({'stream': text, '_input_key': text, 'open_reject_count': 'bigint'}) -%}
    {%- elif relation == 'int_bank_fee_answers' -%}
        {%- do types.update({'stream': text, '_input_key': text}) -%}
        {%- do types.update(answer) -%}
        {%- do types.update({
            'fee_count': 'bigint', 'open_reject_count': 'bigint', 'is_empty': 'boolean', 'is_whole': 'boolean',
            'is_counted': 'boolean', 'left_out_because': text,
        }) -%}
    {%- elif relation == 'int_bank_fee_statements' -%}
        {%- do types.update({'statement_key': text, 'fee_key': text}) -%}
        {%- do types.update(answer) -%}
        {%- do types.update({
            'service_code': text, 'service_name': text, 'value_type': text, 'max_value': 'decimal(18, 4)', 'unit': text,
            'charge_frequency': text, 'charge_every_days': 'integer', 'effective_date': 'date',
        }) -%}
    {%- elif relation == 'fct_bank_fees' -%}
        {%- do types.update({
            'fee_version_key': text, 'institution_key': text, 'person_kind': text, 'service_code': text,
            'is_free': 'boolean', 'is_current': 'boolean',
        }) -%}
    {%- elif relation == 'fct_bank_fee_answers' -%}
        {%- do types.update({
            'institution_key': text, 'person_kind': text, 'asked_at': 'timestamp', 'is_newest': 'boolean',
        }) -%}
    {%- elif relation == 'bank_fee_units' -%}
        {%- do types.update({'spelling': text, 'unit': text}) -%}
    {%- elif relation == 'bank_fee_frequencies' -%}
        {%- do types.update({'spelling': text, 'frequency': text, 'charge_every_days': 'integer'}) -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}
