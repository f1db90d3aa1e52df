-- What came in and could not be used, with its reason: unreadable parts of inputs, and values that did not cast.
with

unioned as (

    {{ landing_rejects() | indent(4) }}
    union all
    {{ staging_rejects() | indent(4) }}
    union all
    {{ version_rejects() | indent(4) }}
    {%- for stream in streams() %}
    union all
    {{ cast_rejects(stream) | indent(4) }}
    {%- endfor %}

),

final as (

    select
        {{ surrogate_key(['kind', 'record_id', 'field']) }} as reject_id,
        {{ reject_columns() | join(',\n        ') }}
    from unioned

)

select * from final
