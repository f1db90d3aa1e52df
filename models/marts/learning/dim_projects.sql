-- The projects of the degrees: those of the file, and those that only facts name.

with

projects as (

    select
        *,
        {{ learning_degree_slug('degree_name') }} as degree_slug
    from {{ ref('stg_learning__projects') }}

),

named_ids as (

    select project_id from projects

    union all

    select project_id from {{ ref('stg_learning__project_feedback') }}

    union all

    select project_id from {{ ref('stg_learning__mentor_activity') }}

),

project_ids as (

    select distinct project_id from named_ids

),

final as (

    select
        {{ surrogate_key(['cast(project_ids.project_id as varchar(20))']) }} as project_key,
        project_ids.project_id,
        projects.project_name,
        case
            when projects.section_id is not null
                then {{ surrogate_key(['cast(projects.section_id as varchar(20))']) }}
        end as section_key,
        projects.section_id,
        projects.section_name,
        case
            when projects.degree_slug is not null then {{ surrogate_key(['projects.degree_slug']) }}
        end as degree_key,
        projects.degree_name,
        projects.project_id is null as is_inferred

    from project_ids
    left join projects
        on project_ids.project_id = projects.project_id

)

select * from final
