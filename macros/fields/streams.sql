{#- Every stream that has a base model, once: its fields; the columns of base that are its natural key, by which a
    correction may name a record (a list among them: the first that a record has); when its events happened, an
    expression over base, if it has any; and what tells records of several kinds apart whose keys may be equal, another.

    keeps  which records count where several have one key, and how the stg model chooses them:
           newest_file   rows of files that come again whole: those of the newest version of each file, of one key the
                         last in it. The key has `_input_key`: the same key in another file is another record. newest_rows
           latest_state  states of something, whichever file brings them: of the newest versions of all files the record
                         that is last by `ordered_by`, an expression over base, else the one in the file that first came
                         last. The key has no `_input_key`. rows_by_key, and delete_superseded_versions after it
           append        what happened, and does not change: of records with one key the one that is first by
                         `ordered_by`, else by its input; without a key, by the hash of its bytes. rows_by_key

    A further stream is a line here; rejects, corrections, gate, freshness and key census then know it. -#}
{% macro streams() -%}
    {{ return([
        stream('web_events', 'events', web_event_fields(), ['message_id'],
            keeps='append', ordered_by='received_at',
            event_at='case when event_at is null or received_at < event_at then received_at else event_at end'),
        stream('web_events', 'delivery_errors', web_delivery_error_fields(), ['_hash'], keeps='append',
            event_at='arrived_at'),
        stream('learning', 'project_feedback', learning_project_feedback_fields(), ['_input_key', 'user_id', 'project_id'],
            event_at='submitted_at'),
        stream('learning', 'section_feedback', learning_section_feedback_fields(), ['_input_key', 'user_id', 'section_id'],
            event_at='submitted_at'),
        stream('learning', 'mentor_activity', learning_mentor_activity_fields(),
            ['_input_key', 'user_id', 'posted_date', 'prompt'], event_at='cast(posted_date as timestamp)'),
        stream('learning', 'video_log', learning_video_log_fields(),
            ['_input_key', 'user_id', 'video_id', 'last_viewed_at'], event_at='last_viewed_at'),
        stream('learning', 'users', learning_user_fields(), ['_input_key', 'user_id']),
        stream('learning', 'projects', learning_project_fields(), ['_input_key', 'project_id']),
        stream('learning', 'videos', learning_video_fields(), ['_input_key', 'video_id']),
        stream('x', 'posts', x_post_fields(), ['_input_key', 'post_id'], event_at='created_at'),
        stream('x', 'users', x_user_fields(), ['_input_key', 'user_id']),
        stream('x', 'errors', x_error_fields(), ['_input_key', '_hash']),
        stream('x', 'archived_posts', x_archived_post_fields(),
            ['_input_key', ['v1_post_id', 'cleansed_post_id', 'post_id']],
            event_at='case when ' ~ x_is_archived_post() ~ ' then coalesce(created_at, v1_created_at, cleansed_created_at) end',
            kind='case when ' ~ x_is_archived_post() ~ " then 'post' else 'user' end"),
        stream('x', 'archived_users', x_user_fields() + [x_fetched_date_field()], ['_input_key', 'user_id']),
        stream('banks', 'groups', bank_group_fields(), ['_input_key', 'group_code']),
        stream('banks', 'institutions', bank_institution_fields(), ['_input_key', 'cnpj']),
        stream('banks', 'fees', bank_fee_fields(), ['_input_key', 'service_code']),
        stream('banks', 'fee_files', bank_fee_file_fields(), ['_input_key', 'service_code']),
        stream('banks', 'segments', bank_segment_fields(), ['_input_key', 'cnpj', 'listed_name']),
        stream('banks', 'complaints', bank_complaint_fields(),
            ['_input_key', 'year', ['month_label', 'bimester_label', 'half_label', 'quarter_label'],
                ['conglomerate_name', 'entity_kind'], ['cnpj', 'entity_name', 'entity_kind']]),
        stream('banks', 'complaint_files', bank_complaint_fields(),
            ['_input_key', 'year', ['month_label', 'bimester_label', 'half_label', 'quarter_label'],
                ['conglomerate_name', 'entity_kind'], ['cnpj', 'entity_name', 'entity_kind']]),
    ]) }}
{%- endmacro %}

{% macro stream(source_name, stream_name, fields, natural_key, event_at='nullif(_loaded_at, _loaded_at)',
    kind=none, keeps='newest_file', ordered_by=none) -%}
    {%- set place, names_file = source_name ~ '.' ~ stream_name, '_input_key' in natural_key -%}
    {%- if keeps not in ('newest_file', 'latest_state', 'append') -%}
        {{ exceptions.raise_compiler_error(
            place ~ ' keeps ' ~ keeps ~ '; expected newest_file, latest_state or append, which macros/fields/streams.sql '
            ~ 'describes'
        ) }}
    {%- elif names_file != (keeps == 'newest_file') -%}
        {{ exceptions.raise_compiler_error(
            'the natural key of ' ~ place ~ (' has' if names_file else ' lacks') ~ ' _input_key, but it keeps ' ~ keeps ~ '; '
            ~ ('expected a key that no file is part of, or keeps=\'newest_file\'' if names_file else
            'expected _input_key in the key, if the same key in two files is two records; else keeps=\'latest_state\', '
            ~ 'if one of them is the state that holds, or keeps=\'append\', if they are one event delivered twice')
        ) }}
    {%- endif -%}
    {%- set entity = source_name ~ '__' ~ stream_name -%}
    {{ return({
        'source': source_name,
        'name': stream_name,
        'place': place,
        'fields': fields,
        'natural_key': natural_key,
        'event_at': event_at,
        'kind': kind,
        'keeps': keeps,
        'ordered_by': ordered_by,
        'base': 'base_' ~ entity,
        'corrected': 'base_' ~ entity ~ '_corrected',
    }) }}
{%- endmacro %}

{#- The stream `<source>.<stream>`. -#}
{% macro stream_at(place) -%}
    {%- set found = streams() | selectattr('place', 'equalto', place) | list -%}
    {%- if not found -%}
        {{ exceptions.raise_compiler_error('no stream ' ~ place ~ '; expected one that macros/fields/streams.sql lists') }}
    {%- endif -%}
    {{ return(found[0]) }}
{%- endmacro %}

{#- What the source of a stream declares for its loader. -#}
{% macro stream_meta(stream) -%}
    {%- for node in (graph.sources.values() if execute else []) if node.source_name == stream.source and node.name == stream.name -%}
        {{ return(node.config.meta or {}) }}
    {%- endfor -%}
    {{ return({}) }}
{%- endmacro %}
