-- How many questions mentors answered, how many of these on the same day, and how long students waited, by month.

with

questions as (

    select * from {{ ref('fct_mentor_activity') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

months as (

    select
        dates.month_start_date,
        count(*) as question_count,
        sum(case when questions.is_answered then 1 else 0 end) as answered_count,
        sum(case when questions.is_answered_before_posted then 1 else 0 end) as answered_before_posted_count,
        count(questions.days_to_answer) as waited_count,
        sum(case when questions.days_to_answer = 0 then 1 else 0 end) as same_day_count,
        sum(coalesce(questions.days_to_answer, 0)) as days_waited

    from questions
    inner join dates
        on questions.posted_date = dates.date_day
    group by dates.month_start_date

),

final as (

    select
        month_start_date,
        question_count,
        answered_before_posted_count,
        {{ exact_ratio('answered_count', 'question_count', 4) }} as answered_share,
        {{ exact_ratio('same_day_count', 'waited_count', 4) }} as same_day_share,
        {{ exact_ratio('days_waited', 'waited_count', 2) }} as avg_days_to_answer

    from months

)

select * from final
order by month_start_date
