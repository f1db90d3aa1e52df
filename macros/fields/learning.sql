{#- The files of an online-learning company: cells are text under their headers. Feedback and views say their times in
    milliseconds since 1970, mentors' answers in dates. -#}

{#- The month that a file is for, as its key says: months have no leading zero there. -#}
{% macro learning_file_month() -%}
    {%- set text = param('year') ~ " || '-' || right('0' || " ~ param('month') ~ ", 2) || '-01'" -%}
    {{ cast_in_calendar(text, 'date', 'date') }}
{%- endmacro %}

{#- Files of dimensions name a degree as it is shown, Data Science; keys have its slug, data_science. -#}
{% macro learning_degree_slug(shown) -%}
    lower(replace({{ shown }}, ' ', '_'))
{%- endmacro %}

{% macro learning_project_feedback_fields() -%}
    {{ return([
        field('user_id', 'bigint', required=true),
        field('project_id', 'bigint', required=true),
        field('submitted_at', 'timestamp', path='submit_date', format='epoch_ms', required=true),
        field('feedback_text', 'varchar(65535)', path='text', format='verbatim'),
        field('rating', 'integer', required=true, accepted=[1, 2, 3]),
    ]) }}
{%- endmacro %}

{% macro learning_section_feedback_fields() -%}
    {{ return([
        field('user_id', 'bigint', required=true),
        field('section_id', 'bigint', required=true),
        field('submitted_at', 'timestamp', path='submit_date', format='epoch_ms', required=true),
        field('feedback_text', 'varchar(65535)', path='text', format='verbatim'),
        field('rating', 'integer', required=true, accepted=[1, 2, 3]),
    ]) }}
{%- endmacro %}

{% macro learning_mentor_activity_fields() -%}
    {{ return([
        field('user_id', 'bigint', required=true),
        field('section_id', 'bigint', required=true),
        field('project_id', 'bigint', required=true),
        field('posted_date', 'date', path='post_date', required=true),
        field('prompt', 'varchar(65535)', format='verbatim', required=true),
        field('post_text', 'varchar(65535)', format='verbatim'),
        field('post_score', 'bigint'),
        field('answered_date', 'date', path='answer_date'),
        field('answer_text', 'varchar(65535)', format='verbatim'),
        field('answer_score', 'bigint'),
    ]) }}
{%- endmacro %}

{% macro learning_video_log_fields() -%}
    {{ return([
        field('user_id', 'bigint', required=true),
        field('video_id', 'bigint', required=true),
        field('degree_id', 'bigint'),
        field('first_viewed_at', 'timestamp', path='first_view_date', format='epoch_ms', required=true),
        field('last_viewed_at', 'timestamp', path='last_view_date', format='epoch_ms', required=true),
        field('view_count', 'bigint', path='views_per_user', required=true),
    ]) }}
{%- endmacro %}

{% macro learning_user_fields() -%}
    {{ return([
        field('user_id', 'bigint', required=true),
        field('name', 'varchar(65535)'),
        field('github_handle', 'varchar(65535)'),
        field('location', 'varchar(65535)'),
        field('email', 'varchar(65535)'),
        field('company', 'varchar(65535)'),
    ]) }}
{%- endmacro %}

{% macro learning_project_fields() -%}
    {{ return([
        field('project_id', 'bigint', required=true),
        field('section_id', 'bigint'),
        field('project_name', 'varchar(65535)'),
        field('section_name', 'varchar(65535)'),
        field('degree_name', 'varchar(65535)'),
    ]) }}
{%- endmacro %}

{% macro learning_video_fields() -%}
    {{ return([
        field('video_id', 'bigint', required=true),
        field('video_name', 'varchar(65535)'),
        field('section_name', 'varchar(65535)'),
        field('degree_name', 'varchar(65535)'),
    ]) }}
{%- endmacro %}
