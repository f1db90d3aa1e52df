{#- What the Banco Central's fee service says: which groups of institutions it knows, who is in them, and what each
    institution may charge for a service; and the list of who is regulated how. -#}

{#- A CNPJ's first eight digits. Spreadsheets and lists drop zeros in front, so that one large bank is `0`. -#}
{% macro cnpj8(text) -%}
    right('0000000' || {{ text }}, 8)
{%- endmacro %}

{#- Whom an answer is about, from the letter in the request, Pessoa Física ou Jurídica; null for any other. -#}
{% macro bank_person_kind(letter) -%}
    case upper({{ letter }})
        when 'F' then cast('natural' as varchar(65535))
        when 'J' then cast('legal' as varchar(65535))
    end
{%- endmacro %}

{#- When an answer was given, from what its request or the name of its file says, in ISO 8601: files have
    20220804_162138, requests 20261121T101500Z, all in UTC. Other texts stay as they are. -#}
{% macro bank_time_text(said) -%}
    case
        when {{ matches(said, '[0-9]{8}[_T][0-9]{6}Z?') }}
            then
                substring({{ said }}, 1, 4) || '-' || substring({{ said }}, 5, 2) || '-' || substring({{ said }}, 7, 2)
                || 'T' || substring({{ said }}, 10, 2) || ':' || substring({{ said }}, 12, 2)
                || ':' || substring({{ said }}, 14, 2) || 'Z'
        else {{ said }}
    end
{%- endmacro %}

{% macro bank_group_fields() -%}
    {{ return([
        field('group_code', 'varchar(65535)', path='Codigo', required=true),
        field('group_name', 'varchar(65535)', path='Nome', required=true),
    ]) }}
{%- endmacro %}

{% macro bank_institution_fields() -%}
    {{ return([
        field('cnpj', 'varchar(65535)', path='Cnpj', format='cnpj8', required=true),
        field('institution_name', 'varchar(65535)', path='Nome', required=true),
    ]) }}
{%- endmacro %}

{#- The kind of a value is accepted as it is spelt: pipelines that lower it first, and compare then, find no `Real`. A code
    without its zero would be another service, and end the fee of the right one. -#}
{% macro bank_fee_fields() -%}
    {{ return([
        field('service_code', 'varchar(65535)', path='CodigoServico', format='digits4', required=true),
        field('service_name', 'varchar(65535)', path='Servico'),
        field('unit_text', 'varchar(65535)', path='Unidade'),
        field('effective_date', 'date', path='DataVigencia', required=true),
        field('max_value', 'decimal(18, 4)', path='ValorMaximo', required=true),
        field('value_type_text', 'varchar(65535)', path='TipoValor', required=true, accepted=['Real', 'Percentual']),
        field('frequency_text', 'varchar(65535)', path='Periodicidade'),
    ]) }}
{%- endmacro %}

{#- A saved answer says in its file's name whom it is about and when it was given: fees that nobody or no time is known for
    say nothing. -#}
{% macro bank_fee_file_fields() -%}
    {{ return(bank_fee_fields() + [
        field('person_kind_letter', 'varchar(65535)', path='(person_kind)', text='upper(' ~ param('person_kind') ~ ')',
            required=true, accepted=['F', 'J'],
            expected='F or J in the name of the file, as fees/J/00000000__20220804_162138.json'),
        field('cnpj', 'varchar(65535)', path='(cnpj)', text=param('cnpj'), format='cnpj8', required=true,
            expected='the first eight digits of a CNPJ in the name of the file, as fees/J/00000000__20220804_162138.json'),
        field('fetched_at', 'timestamp', path='(fetched_at)', text=bank_time_text(param('fetched_at')), required=true,
            expected='a time in UTC in the name of the file, as fees/J/00000000__20220804_162138.json'),
    ]) }}
{%- endmacro %}

{% macro bank_segment_fields() -%}
    {{ return([
        field('segment', 'varchar(65535)', path='Segmento', required=true, accepted=['S1', 'S2', 'S3', 'S4', 'S5']),
        field('cnpj', 'varchar(65535)', path='CNPJ', format='cnpj8', required=true),
        field('listed_name', 'varchar(65535)', path='Nome', required=true),
    ]) }}
{%- endmacro %}
