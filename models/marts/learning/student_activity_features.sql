-- What was known of each student at the end of each month, and whether they then stayed away.

with

-- What students did, by the day on which they did it, and the answers they got, by the day on which they got them.
-- Nothing else is taken from the facts: scores and states go on changing after the month.
events as (

    select
        student_key,
        user_id,
        cast('feedback' as varchar(65535)) as event_kind,
        submitted_date as event_date,
        file_month,
        cast(rating as bigint) as rating,
        nullif(user_id, user_id) as video_id,
        nullif(user_id, user_id) as view_count
    from {{ ref('fct_project_feedback') }}

    union all

    select
        student_key,
        user_id,
        cast('feedback' as varchar(65535)) as event_kind,
        submitted_date as event_date,
        file_month,
        cast(rating as bigint) as rating,
        nullif(user_id, user_id) as video_id,
        nullif(user_id, user_id) as view_count
    from {{ ref('fct_section_feedback') }}

    union all

    select
        student_key,
        user_id,
        cast('question' as varchar(65535)) as event_kind,
        posted_date as event_date,
        file_month,
        nullif(user_id, user_id) as rating,
        nullif(user_id, user_id) as video_id,
        nullif(user_id, user_id) as view_count
    from {{ ref('fct_mentor_activity') }}

    union all

    select
        student_key,
        user_id,
        cast('answer' as varchar(65535)) as event_kind,
        case when is_answered_before_posted then posted_date else answered_date end as event_date,
        file_month,
        nullif(user_id, user_id) as rating,
        nullif(user_id, user_id) as video_id,
        nullif(user_id, user_id) as view_count
    from {{ ref('fct_mentor_activity') }}
    where answered_date is not null

    union all

    select
        student_key,
        user_id,
        cast('video' as varchar(65535)) as event_kind,
        last_viewed_date as event_date,
        file_month,
        nullif(user_id, user_id) as rating,
        video_id,
        view_count
    from {{ ref('fct_video_views') }}

),

dated as (

    select
        *,
        cast({{ dbt.date_trunc('month', 'event_date') }} as date) as month_start_date
    from events

),

counted as (

    select
        student_key,
        user_id,
        month_start_date,
        sum(case when event_kind = 'feedback' then 1 else 0 end) as feedback_count,
        cast(sum(coalesce(rating, 0)) as bigint) as rating_sum,
        sum(case when event_kind = 'question' then 1 else 0 end) as question_count,
        sum(case when event_kind = 'answer' then 1 else 0 end) as answer_received_count,
        count(distinct video_id) as video_count,
        cast(sum(coalesce(view_count, 0)) as bigint) as view_count,
        max(case when event_kind = 'answer' then 0 else 1 end) as active_count

    from dated
    group by student_key, user_id, month_start_date

),

-- The months for which files have come: a date within a file may be wrong, and answers trail behind.
data_months as (

    select distinct coalesce(file_month, month_start_date) as month_start_date
    from dated
    where event_kind <> 'answer'

),

data_end as (

    select max(month_start_date) as last_month_start_date from data_months

),

months as (

    select distinct
        dates.month_start_date,
        dates.year_number * 12 + dates.month_number as month_number,
        case when data_months.month_start_date is null then 0 else 1 end as data_count

    from {{ ref('dim_date') }} as dates
    cross join data_end
    left join data_months
        on dates.month_start_date = data_months.month_start_date
    where dates.month_start_date <= data_end.last_month_start_date

),

students as (

    select
        student_key,
        user_id,
        min(month_start_date) as first_month_start_date
    from counted
    group by student_key, user_id

),

student_months as (

    select
        students.student_key,
        students.user_id,
        months.month_start_date,
        months.month_number,
        months.data_count,
        coalesce(counted.feedback_count, 0) as feedback_count,
        coalesce(counted.rating_sum, 0) as rating_sum,
        coalesce(counted.question_count, 0) as question_count,
        coalesce(counted.answer_received_count, 0) as answer_received_count,
        coalesce(counted.video_count, 0) as video_count,
        coalesce(counted.view_count, 0) as view_count,
        coalesce(counted.active_count, 0) as active_count

    from students
    inner join months
        on students.first_month_start_date <= months.month_start_date
    left join counted
        on
            students.student_key = counted.student_key
            and months.month_start_date = counted.month_start_date

),

-- All but the last two columns look back; those look at the two months ahead, and only for the label.
windowed as (

    select
        *,

        {% for count in ['feedback_count', 'rating_sum', 'question_count', 'answer_received_count', 'view_count',
            'active_count'] %}

        cast(
            sum({{ count }}) over (
                partition by student_key
                order by month_number
                rows between unbounded preceding and current row
            ) as bigint
        ) as {{ count }}_to_date,

        {% endfor %}

        min(month_number) over (partition by student_key) as first_month_number,
        max(case when active_count > 0 then month_number end) over (
            partition by student_key
            order by month_number
            rows between unbounded preceding and current row
        ) as last_active_month_number,
        lag(active_count) over (partition by student_key order by month_number) as previous_active_count,
        lead(active_count, 1) over (partition by student_key order by month_number)
        + lead(active_count, 2) over (partition by student_key order by month_number) as next_active_count,
        lead(data_count, 1) over (partition by student_key order by month_number)
        + lead(data_count, 2) over (partition by student_key order by month_number) as next_data_count

    from student_months

),

final as (

    select
        {{ surrogate_key(['cast(user_id as varchar(20))', 'cast(month_number as varchar(20))']) }} as student_month_key,
        student_key,
        user_id,
        month_start_date,
        data_count > 0 as is_in_data,
        active_count > 0 as is_active,
        coalesce(previous_active_count, 0) > 0 as was_active_previous_month,
        feedback_count > 0 as has_feedback,
        question_count > 0 as has_question,
        video_count > 0 as has_video,
        cast(feedback_count as bigint) as feedback_count,
        cast({{ exact_ratio('rating_sum', 'feedback_count', 4) }} as decimal(18, 4)) as avg_rating_given,
        cast(question_count as bigint) as question_count,
        cast(answer_received_count as bigint) as answer_received_count,
        video_count,
        view_count,
        feedback_count_to_date,
        cast({{ exact_ratio('rating_sum_to_date', 'feedback_count_to_date', 4) }} as decimal(18, 4))
            as avg_rating_given_to_date,
        question_count_to_date,
        answer_received_count_to_date,
        view_count_to_date,
        active_count_to_date as active_month_count_to_date,
        cast(month_number - first_month_number as bigint) as months_since_first_activity,
        cast(month_number - last_active_month_number as bigint) as months_since_last_activity,
        case
            when month_number - last_active_month_number >= 2 then 'lapsed'
            when month_number - last_active_month_number = 1 then 'at_risk'
            when month_number = first_month_number then 'new'
            else 'active'
        end as segment,
        case when next_data_count = 2 then next_active_count = 0 end as is_churned_next

    from windowed

)

select * from final
