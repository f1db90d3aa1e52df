-- Aliases of conglomerates that lead to a name which leads on, as only one step is taken, or to several, as one of them
-- is taken; and aliases of institutions that lead to no CNPJ.

with

aliases as (

    select
        name,
        kind,
        target,
        {{ bank_label('name') }} as label,
        {{ bank_label('target') }} as target_label
    from {{ ref('bank_aliases') }}

),

onward as (

    select
        label,
        min(target_label) as first_target_label,
        max(target_label) as last_target_label
    from aliases
    where kind = 'conglomerate'
    group by label

)

select
    aliases.name,
    aliases.kind,
    aliases.target
from aliases
left join onward
    on aliases.label = onward.label
left join onward as next_onward
    on aliases.target_label = next_onward.label
where
    (aliases.kind = 'conglomerate' and next_onward.label is not null)
    or (aliases.kind = 'conglomerate' and onward.first_target_label <> onward.last_target_label)
    or (aliases.kind = 'conglomerate' and (aliases.label is null or aliases.target_label is null))
    or (aliases.kind = 'institution' and not {{ matches('aliases.target', '[0-9]{8}') }})
