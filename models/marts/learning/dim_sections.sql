-- The sections of the degrees: those that the file of projects names, and those that only facts name.

with

projects as (

    select
        *,
        {{ learning_degree_slug('degree_name') }} as degree_slug
    from {{ ref('stg_learning__projects') }}
    where section_id is not null

),

-- Sections have no file of their own: the first project that says the section's name speaks for it.
ranked as (

    select
        section_id,
        section_name,
        degree_name,
        degree_slug,
        row_number() over (
            partition by section_id
            order by case when section_name is null then 1 else 0 end, project_id
        ) as project_rank
    from projects

),

named_ids as (

    select section_id from projects

    union all

    select section_id from {{ ref('stg_learning__section_feedback') }}

    union all

    select section_id from {{ ref('stg_learning__mentor_activity') }}

),

section_ids as (

    select distinct section_id from named_ids

),

final as (

    select
        {{ surrogate_key(['cast(section_ids.section_id as varchar(20))']) }} as section_key,
        section_ids.section_id,
        ranked.section_name,
        case
            when ranked.degree_slug is not null then {{ surrogate_key(['ranked.degree_slug']) }}
        end as degree_key,
        ranked.degree_name,
        ranked.section_id is null as is_inferred

    from section_ids
    left join ranked
        on section_ids.section_id = ranked.section_id and ranked.project_rank = 1

)

select * from final
