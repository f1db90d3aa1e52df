-- The rows that count of saved files of the complaint ranking: the newest version of each file,
-- of it the last row per entity.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='complaint_row_id',
        pre_hook="{{ start_over_after_withdrawal('banks.complaint_files') }}",
        post_hook="{{ delete_superseded_versions('banks.complaint_files') }}",
    )
}}

with

newest as (

    {{ newest_rows(stream_at('banks.complaint_files')) | indent(4) }}

),

final as (

    select
        {{ row_key(stream_at('banks.complaint_files')) }} as complaint_row_id,
        {{ param('file') }} as file_name,
        layout,
        year,
        month_label,
        bimester_label,
        half_label,
        quarter_label,
        category,
        entity_kind,
        {{ cnpj8('cnpj') }} as cnpj8,
        conglomerate_name,
        entity_name,
        complaint_index,
        upheld_regulated_count,
        other_regulated_count,
        unregulated_count,
        total_count,
        answered_count,
        upheld_regulated_extrapolated_count,
        upheld_count,
        upheld_extrapolated_count,
        analysed_count,
        client_count,
        ccs_client_count,
        scr_client_count,
        fgc_client_count,
        _object,
        _row,
        _input_key,
        _load_id,
        _load_seq,
        _loaded_at,
        _correction,
        {{ changed_seq() }} as _changed_seq

    from newest

)

select * from final
