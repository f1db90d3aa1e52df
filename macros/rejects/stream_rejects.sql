{#- What came in and could not be used, as queries of one row per unreadable part of an input and per field that is wrong:

    landing  what the loaders could not read; all streams, or one
    staging  what the warehouse cannot hold; all streams, or one
    cast     what did not cast, was not accepted, or is missing; one stream
    version  what the newest version of an input, which was read only in part, takes away of the version before it
             beyond what its rejects are thought to hold; all streams, or one

    state    open; resolved_by_replay, when a later load brought the record, mended; resolved_by_correction, when the record
             reads well with what seeds/corrections.csv says; resolved_by_withdrawal, when seeds/withdrawn_inputs.csv
             takes its input back; resolved_by_restatement, when a version of its input that came later has superseded that
             which it was in
    row_count  how many records it is thought to hold: the rows of a file that was refused whole, none in an empty one -#}
{% macro landing_rejects(stream=none) %}
select
    rejects.source,
    rejects.stream,
    cast('landing' as varchar(65535)) as kind,
    {{ reject_state() }} as state,
    rejects.record_id,
    nullif(rejects.record_id, rejects.record_id) as record_key,
    rejects._input_key as input_key,
    rejects.position,
    rejects.line_number,
    rejects.record_number,
    rejects.byte_count,
    coalesce(rejects.row_count, 1) as row_count,
    nullif(rejects.reason, rejects.reason) as field,
    nullif(rejects.reason, rejects.reason) as path,
    case when rejects.encoding = 'utf-8' then rejects.raw_text end as raw_text,
    rejects.detail as expected,
    rejects.reason,
    rejects._load_id as load_id,
    rejects._load_seq as load_seq,
    rejects._loaded_at as rejected_at
from (
    select
        *,
        {{ record_id() }} as record_id
    from {{ ref('base_headwater__rejects') }}
    {%- if stream %}
    where source = {{ literal(stream.source) }} and stream = {{ literal(stream.name) }}
    {%- endif %}
) as rejects
{{ join_resolutions('rejects', stream) }}
{% endmacro %}

{#- Such a record lies in an object of its own, and is not read. -#}
{% macro staging_rejects(stream=none) %}
select
    rejects.source,
    rejects.stream,
    cast('staging' as varchar(65535)) as kind,
    {{ reject_state() }} as state,
    rejects.record_id,
    nullif(rejects.record_id, rejects.record_id) as record_key,
    rejects._input_key as input_key,
    nullif(rejects._load_seq, rejects._load_seq) as position,
    nullif(rejects._load_seq, rejects._load_seq) as line_number,
    nullif(rejects._load_seq, rejects._load_seq) as record_number,
    rejects.longest_line as byte_count,
    cast(1 as bigint) as row_count,
    nullif(rejects.record_id, rejects.record_id) as field,
    nullif(rejects.record_id, rejects.record_id) as path,
    nullif(rejects.record_id, rejects.record_id) as raw_text,
    cast('a record that this warehouse can hold' as varchar(65535)) as expected,
    cast('too_large_for_warehouse' as varchar(65535)) as reason,
    rejects._load_id as load_id,
    rejects._load_seq as load_seq,
    rejects._loaded_at as rejected_at
from (
    select
        objects.source,
        objects.stream,
        objects._object || '#1' as record_id,
        inputs._input_key,
        objects.longest_line,
        objects._load_id,
        objects._load_seq,
        objects._loaded_at
    from {{ source('headwater', 'objects') }} as objects
    inner join {{ source('headwater', 'inputs') }} as inputs
        on
            objects.source = inputs.source
            and objects.stream = inputs.stream
            and objects._load_seq = inputs._load_seq
            and objects._input = inputs._input
    where
        not {{ fits_warehouse('objects') }}
        and objects._object not in (select removals._object from {{ source('headwater', 'removals') }} as removals)
        {%- if stream %}
        and objects.source = {{ literal(stream.source) }}
        and objects.stream = {{ literal(stream.name) }}
        {%- endif %}
) as rejects
{{ join_resolutions('rejects', stream) }}
{% endmacro %}

{#- The columns of these queries, in their order. -#}
{% macro reject_columns() -%}
    {{ return([
        'source', 'stream', 'kind', 'state', 'record_id', 'record_key', 'input_key', 'position', 'line_number',
        'record_number', 'byte_count', 'row_count', 'field', 'path', 'raw_text', 'expected', 'reason', 'load_id', 'load_seq',
        'rejected_at',
    ]) }}
{%- endmacro %}

{#- What is wrong with a whole input, such as its header or a part of its name, is wrong with each of its records: it is one
    reject, of the first of them, that holds as many, and what else is wrong with them is not said beside it. -#}
{% macro cast_rejects(stream) %}
{%- set of_input = [] -%}
{%- for f in stream.fields if f.path.startswith('(') -%}{%- do of_input.append(f.name) -%}{%- endfor -%}
{%- if not of_input -%}
{{ record_rejects(stream) }}
{%- else %}
{%- set alike = 'load_seq, input_key, state, field, reason, raw_text' %}
select
    {%- for column in reject_columns() %}
    {{ 'case when is_of_input = 1 then alike_count else row_count end as row_count' if column == 'row_count' else column }}
        {{- ',' if not loop.last }}
    {%- endfor %}
from (
    select
        *,
        max(is_of_input) over (partition by record_id) as has_one_of_input,
        row_number() over (partition by {{ alike }} order by record_id) as alike_number,
        count(*) over (partition by {{ alike }}) as alike_count
    from (
        select
            *,
            case when field in ({{ literals(of_input) }}) then 1 else 0 end as is_of_input
        from (
            {{ record_rejects(stream) | indent(12) }}
        ) as all_rejects
    ) as told_rejects
) as rejects
where is_of_input = has_one_of_input and (is_of_input = 0 or alike_number = 1)
{%- endif %}
{% endmacro %}

{% macro record_rejects(stream) %}
select
    rejects.source,
    rejects.stream,
    cast('cast' as varchar(65535)) as kind,
    {{ reject_state('corrected._object') }} as state,
    rejects.record_id,
    rejects.record_key,
    rejects._input_key as input_key,
    nullif(rejects._load_seq, rejects._load_seq) as position,
    nullif(rejects._load_seq, rejects._load_seq) as line_number,
    nullif(rejects._load_seq, rejects._load_seq) as record_number,
    nullif(rejects._load_seq, rejects._load_seq) as byte_count,
    cast(1 as bigint) as row_count,
    rejects.field,
    rejects.path,
    rejects.raw_text,
    rejects.expected,
    rejects.reason,
    rejects._load_id as load_id,
    rejects._load_seq as load_seq,
    rejects._loaded_at as rejected_at
from (
    select
        *,
        {{ record_id() }} as record_id,
        {{ natural_key(stream) }} as record_key
    from {{ errors_of(ref(stream.base), (record_columns() + key_columns(stream)) | unique | list) }}
) as rejects
left join {{ ref(stream.corrected) }} as corrected
    on
        rejects._object = corrected._object
        and rejects._row = corrected._row
        and corrected.cast_errors is null
{{ join_resolutions('rejects', stream) }}
{% endmacro %}

{% macro reject_state(corrected=none) -%}
    case
        when resolutions.record_id is not null then cast('resolved_by_replay' as varchar(65535))
        {%- if corrected %}
        when {{ corrected }} is not null then cast('resolved_by_correction' as varchar(65535))
        {%- endif %}
        when input_versions.is_withdrawn then cast('resolved_by_withdrawal' as varchar(65535))
        when input_versions.is_superseded then cast('resolved_by_restatement' as varchar(65535))
        else cast('open' as varchar(65535))
    end
{%- endmacro %}

{% macro join_resolutions(rejects, stream) -%}
left join (select distinct source, stream, record_id from {{ source('headwater', 'resolutions') }}) as resolutions
    on
        {{ rejects }}.source = resolutions.source
        and {{ rejects }}.stream = resolutions.stream
        and {{ rejects }}.record_id = resolutions.record_id
left join {{ input_versions(stream) }}
    on
        {{ rejects }}.source = input_versions.source
        and {{ rejects }}.stream = input_versions.stream
        and {{ rejects }}._load_seq = input_versions._load_seq
        and {{ rejects }}._input_key = input_versions._input_key
{%- endmacro %}

{#- Nobody knows how many records the unread rest of a file holds, and the version before tells. Of records that no version
    takes the place of there are none. Closed when what could not be read is mended, or the version superseded or taken
    back. -#}
{% macro version_rejects(stream=none) %}
{%- set is_shared = stream and drop_streams(stream) | length > 1 %}
select
    versions.source,
    versions.stream,
    cast('version' as varchar(65535)) as kind,
    cast('open' as varchar(65535)) as state,
    versions.source || '.' || versions.stream || '#' || cast(versions.version_seq as varchar(20)) || '#' || versions._input_key
        as record_id,
    nullif(versions._input_key, versions._input_key) as record_key,
    versions._input_key as input_key,
    nullif(versions.version_seq, versions.version_seq) as position,
    nullif(versions.version_seq, versions.version_seq) as line_number,
    nullif(versions.version_seq, versions.version_seq) as record_number,
    nullif(versions.version_seq, versions.version_seq) as byte_count,
    cast(versions.row_count_before - versions.row_count - open_rejects.row_count as bigint) as row_count,
    nullif(versions._input_key, versions._input_key) as field,
    nullif(versions._input_key, versions._input_key) as path,
    nullif(versions._input_key, versions._input_key) as raw_text,
    cast(versions.row_count_before as varchar(20)) || ' records, as in the version before, of load '
        || cast(versions.version_seq_before as varchar(20)) || '; this one has ' || cast(versions.row_count as varchar(20))
        || ', and was read only in part' as expected,
    cast('fewer_than_before' as varchar(65535)) as reason,
    loads._load_id as load_id,
    versions.version_seq as load_seq,
    loads._loaded_at as rejected_at
from (
    select
        *,
        lag(row_count) over (partition by source, stream, _input_key order by version_seq) as row_count_before,
        lag(version_seq) over (partition by source, stream, _input_key order by version_seq) as version_seq_before
    from (
        select
            inputs.source,
            inputs.stream,
            inputs._input_key,
            input_versions.version_seq,
            max(inputs._input_version) as _input_version,
            max(case when input_versions.is_newest then 1 else 0 end) as newest_count,
            sum(inputs.row_count) as row_count,
            sum(inputs.reject_count) as reject_count
        from {{ source('headwater', 'inputs') }} as inputs
        inner join {{ input_versions(stream) }}
            on
                inputs.source = input_versions.source
                and inputs.stream = input_versions.stream
                and inputs._load_seq = input_versions._load_seq
                and inputs._input_key = input_versions._input_key
        where
            not input_versions.is_withdrawn
            and inputs.source || '.' || inputs.stream not in (
                {{ literals(streams() | selectattr('keeps', 'equalto', 'append') | map(attribute='place') | list) }}
            )
        group by inputs.source, inputs.stream, inputs._input_key, input_versions.version_seq
    ) as all_versions
    where row_count > 0 or reject_count = 0
) as versions
inner join (
    -- of streams that read the same objects one has what none could read
    select
        {{ drop_name('inputs') }} as drop_name,
        inputs._input_key,
        inputs._input_version,
        sum(rejects.row_count) as row_count
    from (
        {{ landing_rejects(none if is_shared else stream) | indent(8) }}
    ) as rejects
    inner join {{ source('headwater', 'inputs') }} as inputs
        on
            rejects.source = inputs.source
            and rejects.stream = inputs.stream
            and rejects.load_seq = inputs._load_seq
            and rejects.input_key = inputs._input_key
    where rejects.state = 'open'
    group by {{ drop_name('inputs') }}, inputs._input_key, inputs._input_version
) as open_rejects
    on
        {{ drop_name('versions') }} = open_rejects.drop_name
        and versions._input_key = open_rejects._input_key
        and versions._input_version = open_rejects._input_version
inner join {{ source('headwater', 'loads') }} as loads
    on
        versions.source = loads.source
        and versions.stream = loads.stream
        and versions.version_seq = loads._load_seq
where
    versions.newest_count = 1
    and versions.row_count_before > versions.row_count + open_rejects.row_count
{% endmacro %}

{#- The first of the streams that read the same objects as that of a row of these columns, as <source>.<stream>. -#}
{% macro drop_name(relation) -%}
    {%- set name = relation ~ ".source || '.' || " ~ relation ~ '.stream' -%}
    {%- set whens = [] -%}
    {%- for stream in streams() -%}
        {%- set first = stream.source ~ '.' ~ drop_streams(stream)[0] -%}
        {%- if first != stream.place -%}
            {%- do whens.append(' when ' ~ name ~ ' = ' ~ literal(stream.place) ~ ' then ' ~ literal(first)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ 'case' ~ whens | join ~ ' else ' ~ name ~ ' end' if whens else name }}
{%- endmacro %}

{#- All rejects of one stream. -#}
{% macro stream_rejects(stream) -%}
{{ landing_rejects(stream) }}
union all
{{ staging_rejects(stream) }}
{%- if stream.keeps != 'append' %}
union all
{{ version_rejects(stream) }}
{%- endif %}
union all
{{ cast_rejects(stream) }}
{%- endmacro %}
