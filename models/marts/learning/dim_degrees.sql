-- The degrees that there are, found in the data: a new one needs no line of code.

with

projects as (

    select * from {{ ref('stg_learning__projects') }}

),

videos as (

    select * from {{ ref('stg_learning__videos') }}

),

video_log as (

    select * from {{ ref('stg_learning__video_log') }}

),

-- Files name a degree as it is shown, paths by its slug.
shown_names as (

    select
        {{ learning_degree_slug('degree_name') }} as degree_slug,
        degree_name
    from projects
    where degree_name is not null

    union all

    select
        {{ learning_degree_slug('degree_name') }} as degree_slug,
        degree_name
    from videos
    where degree_name is not null

),

counted_names as (

    select
        degree_slug,
        degree_name,
        count(*) as name_count
    from shown_names
    group by degree_slug, degree_name

),

ranked_names as (

    select
        degree_slug,
        degree_name,
        row_number() over (partition by degree_slug order by name_count desc, degree_name asc) as name_rank
    from counted_names

),

counted_ids as (

    select
        degree_slug,
        degree_id,
        count(*) as id_count
    from video_log
    where degree_id is not null
    group by degree_slug, degree_id

),

ranked_ids as (

    select
        degree_slug,
        degree_id,
        row_number() over (partition by degree_slug order by id_count desc, degree_id asc) as id_rank
    from counted_ids

),

-- The member of facts whose path does not say a degree is there only while there are such facts.
slugs as (

    select degree_slug from counted_names

    union all

    select coalesce(degree_slug, '(unknown)') as degree_slug from {{ ref('stg_learning__project_feedback') }}

    union all

    select coalesce(degree_slug, '(unknown)') as degree_slug from {{ ref('stg_learning__section_feedback') }}

    union all

    select coalesce(degree_slug, '(unknown)') as degree_slug from {{ ref('stg_learning__mentor_activity') }}

    union all

    select coalesce(degree_slug, '(unknown)') as degree_slug from video_log

),

degrees as (

    select distinct degree_slug from slugs

),

final as (

    select
        {{ surrogate_key(['degrees.degree_slug']) }} as degree_key,
        degrees.degree_slug,
        ranked_ids.degree_id,
        coalesce(ranked_names.degree_name, degrees.degree_slug) as degree_name,
        ranked_names.degree_name is null as is_inferred

    from degrees
    left join ranked_names
        on degrees.degree_slug = ranked_names.degree_slug and ranked_names.name_rank = 1
    left join ranked_ids
        on degrees.degree_slug = ranked_ids.degree_slug and ranked_ids.id_rank = 1

)

select * from final
