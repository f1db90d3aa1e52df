"""Saved answers about what banks charge, through the whole pipeline: what they say arrives, through time, and what is
wrong with them is told.

Some of this went wrong in the pipeline that this source is modelled on: dates were read with the day first, kinds of
values were lowered and then compared with `Real`, natural persons were left out, and a CNPJ without its zeros was
another bank.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import Project, close_connections, project_in

FEES = (
    *("--select", "+fct_bank_fees", "+fct_bank_fee_answers", "+dim_bank_services", "+bank_fees_snapshot"),
    *("+stg_banks__segments", "+rejects", "dim_date", "--indirect-selection", "cautious"),
)
"""Options of dbt for what tells of fees, and no other marts."""


def fee(code: str, value: Any, **others: Any) -> dict[str, Any]:
    return {
        "CodigoServico": code,
        "Servico": f"Service  {code}",
        "Unidade": "por operacao",
        "DataVigencia": "2008-04-10",
        "ValorMaximo": value,
        "TipoValor": "Real",
        "Periodicidade": "Por evento",
        **others,
    }


def answer(*fees: dict[str, Any]) -> str:
    return json.dumps({"@odata.context": "https://inside.example/$metadata#x", "value": fees}, ensure_ascii=False)


FIRST = {
    # one bank, with its zeros and without: an amount, a percentage, no amount, one that is free
    "fees/J/00360305__20260101_100000.json": answer(
        fee("0101", 120.5),
        fee("0102", 2.5, TipoValor="Percentual", DataVigencia="2011-12-09", Periodicidade="A cada 30 dias"),
        fee("0103", 99999.99),
        fee("0104", 0.0, Unidade="Por Operação", Periodicidade="A cada 0 dias"),
    ),
    "fees/F/360305__2026-01-01T07:00:00-03:00.json": answer(fee("1101", 30), fee("1102", "12.3")),
    # rows that cannot be used, a key that a collector added, and a code that comes twice: the last row counts
    "fees/J/0__20260101_100001.json": json.dumps(
        {
            "value": [
                fee("0101", 5),
                fee("0101", 6),
                fee("0105", 7, DataVigencia="2021-13-01"),
                fee("0106", "caro"),
                fee("0107", 8, TipoValor="real"),
                fee("0108", None),
                fee("101", 5),
                {"Servico": "without a code"},
            ],
            "cnpj": "0",
        }
    ),
    "fees/J/00000002__20260101_100000.json": "<html><body>502 Bad Gateway</body></html>",
    "fees/J/00000003__20260101_100000.json": answer(),
    "fees/J/00000004__yesterday.json": answer(fee("0101", 1)),
    "segments/list.tsv": "Segmento\tCNPJ\tNome\nS1\t0\tBANCO DO BRASIL - PRUDENCIAL\nS9\t360305\tCAIXA ECONÔMICA\n",
}
SECOND = {
    # another value, another spelling of the same unit; two codes are not there
    "fees/J/360305__20260201_100000.json": answer(fee("0101", 130), fee("0104", 0, Unidade="por operação",
                                                                         Periodicidade="A cada 0 dias")),
    # nothing is said, and nothing that could be read
    "fees/F/00360305__20260201_100000.json": answer(),
    "fees/F/00360305__20260202_100000.json": "<html></html>",
    # a code is not there, but of another one nothing is known
    "fees/J/00000000__20260201_100000.json": answer(fee("0109", "x"), fee("0110", 9)),
}  # fmt: skip
THIRD = {"fees/J/00360305__20260301_100000.json": answer(fee("0101", 130), fee("0102", 3, TipoValor="Percentual"))}


def load(project: Project, files: dict[str, str]) -> None:
    for key, text in files.items():
        path = project.place / "banks" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="windows-1252" if key.startswith("segments/") else "utf-8")
    project.headwater("load", "banks.fee_files", "banks.segments")
    project.stage()


@pytest.fixture(scope="module")
def template(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place, shared / "now", shared / "target", patch)
        for files in (FIRST, SECOND):
            load(project, files)
            project.run(*FEES)
        load(project, THIRD)
        project.build(*FEES)
        close_connections()
    return place


@pytest.fixture
def built(template: Path, project: Project) -> Project:
    shutil.copytree(template, project.place.resolve(), dirs_exist_ok=True)
    return project


def test_fees_through_time(built: Project) -> None:
    assert built.query("""
        select cnpj8, person_kind, service_code, version_number, valid_from::varchar, valid_to::varchar, is_current
        from marts.fct_bank_fees order by cnpj8, service_code, version_number
    """) == [
        ("00000000", "legal", "0101", 1, "2026-01-01 10:00:01", None, True),
        ("00000000", "legal", "0110", 1, "2026-02-01 10:00:00", None, True),
        ("00360305", "legal", "0101", 1, "2026-01-01 10:00:00", "2026-02-01 10:00:00", False),
        ("00360305", "legal", "0101", 2, "2026-02-01 10:00:00", None, True),
        ("00360305", "legal", "0102", 1, "2026-01-01 10:00:00", "2026-02-01 10:00:00", False),
        ("00360305", "legal", "0102", 2, "2026-03-01 10:00:00", None, True),
        ("00360305", "legal", "0103", 1, "2026-01-01 10:00:00", "2026-02-01 10:00:00", False),
        ("00360305", "legal", "0104", 1, "2026-01-01 10:00:00", "2026-03-01 10:00:00", False),
        ("00360305", "natural", "1101", 1, "2026-01-01 10:00:00", None, True),
        ("00360305", "natural", "1102", 1, "2026-01-01 10:00:00", None, True),
    ]


def test_what_is_charged(built: Project) -> None:
    assert built.query("""
        select service_code, version_number, value_type, fee_brl::varchar, fee_percent::varchar, is_free,
            is_placeholder, unit, charge_frequency, charge_every_days, effective_date::varchar
        from marts.fct_bank_fees where cnpj8 = '00360305' order by service_code, version_number
    """) == [
        ("0101", 1, "real", "120.50", None, False, False, "operation", "each time", None, "2008-04-10"),
        ("0101", 2, "real", "130.00", None, False, False, "operation", "each time", None, "2008-04-10"),
        ("0102", 1, "percent", None, "2.5000", False, False, "operation", "monthly", 30, "2011-12-09"),
        ("0102", 2, "percent", None, "3.0000", False, False, "operation", "each time", None, "2008-04-10"),
        ("0103", 1, "real", None, None, False, True, "operation", "each time", None, "2008-04-10"),
        ("0104", 1, "real", "0.00", None, True, False, "operation", "no interval", None, "2008-04-10"),
        ("1101", 1, "real", "30.00", None, False, False, "operation", "each time", None, "2008-04-10"),
        ("1102", 1, "real", "12.30", None, False, False, "operation", "each time", None, "2008-04-10"),
    ]
    assert built.query("select fee_brl::varchar from marts.fct_bank_fees where cnpj8 = '00000000' order by 1") == [
        ("6.00",),
        ("9.00",),
    ]


def test_answers(built: Project) -> None:
    assert built.query("""
        select cnpj8, person_kind, asked_at::varchar, fee_count, is_empty, is_whole, is_newest
        from marts.fct_bank_fee_answers order by cnpj8, person_kind, asked_at
    """) == [
        ("00000000", "legal", "2026-01-01 10:00:01", 1, False, False, False),
        ("00000000", "legal", "2026-02-01 10:00:00", 1, False, False, True),
        ("00000003", "legal", "2026-01-01 10:00:00", 0, True, True, True),
        ("00360305", "legal", "2026-01-01 10:00:00", 4, False, True, False),
        ("00360305", "legal", "2026-02-01 10:00:00", 2, False, True, False),
        ("00360305", "legal", "2026-03-01 10:00:00", 2, False, True, True),
        ("00360305", "natural", "2026-01-01 10:00:00", 2, False, True, False),
        ("00360305", "natural", "2026-02-01 10:00:00", 0, True, True, True),
    ]
    assert built.query("""
        select _input_key, left_out_because from intermediate.int_bank_fee_answers where not is_counted order by 1
    """) == [
        ("fees/F/00360305__20260202_100000.json", "unreadable"),
        ("fees/J/00000002__20260101_100000.json", "unreadable"),
        ("fees/J/00000004__yesterday.json", "no time"),
    ]


def test_services_and_segments(built: Project) -> None:
    assert built.query("select service_code, service_name, person_kind from marts.dim_bank_services order by 1") == [
        ("0101", "Service 0101", "legal"),
        ("0102", "Service 0102", "legal"),
        ("0103", "Service 0103", "legal"),
        ("0104", "Service 0104", "legal"),
        ("0110", "Service 0110", "legal"),
        ("1101", "Service 1101", "natural"),
        ("1102", "Service 1102", "natural"),
    ]
    assert built.query("select segment, cnpj8, listed_name from staging.stg_banks__segments") == [
        ("S1", "00000000", "BANCO DO BRASIL - PRUDENCIAL")
    ]


def test_what_could_not_be_used(built: Project) -> None:
    assert built.query("""
        select stream, input_key, field, raw_text, reason, state from marts.rejects where kind = 'cast'
        order by stream, input_key, record_id, field
    """) == [
        ("fee_files", "fees/J/00000000__20260201_100000.json", "max_value", "x", "not_decimal", "open"),
        ("fee_files", "fees/J/00000004__yesterday.json", "fetched_at", "yesterday", "not_iso8601", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "effective_date", "2021-13-01", "not_date", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "max_value", "caro", "not_decimal", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "value_type_text", "real", "not_accepted", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "max_value", None, "required", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "service_code", "101", "not_digits4", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "effective_date", None, "required", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "max_value", None, "required", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "service_code", None, "required", "open"),
        ("fee_files", "fees/J/0__20260101_100001.json", "value_type_text", None, "required", "open"),
        ("segments", "segments/list.tsv", "segment", "S9", "not_accepted", "open"),
    ]
    assert built.query("""
        select input_key, reason, state from marts.rejects where kind = 'landing' order by input_key
    """) == [
        ("fees/F/00360305__20260202_100000.json", "not_json", "open"),
        ("fees/J/00000002__20260101_100000.json", "not_json", "open"),
    ]


def test_the_snapshot_saw_what_the_history_tells(built: Project) -> None:
    assert built.query("""
        select cnpj8, service_code, max_value::varchar, is_closed, dbt_valid_from::varchar, dbt_valid_to::varchar
        from snapshots.bank_fees_snapshot where cnpj8 = '00360305' and person_kind = 'legal'
        order by service_code, dbt_valid_from
    """) == [
        ("00360305", "0101", "120.5000", False, "2026-01-01 10:00:00", "2026-02-01 10:00:00"),
        ("00360305", "0101", "130.0000", False, "2026-02-01 10:00:00", None),
        ("00360305", "0102", "2.5000", False, "2026-01-01 10:00:00", "2026-02-01 10:00:00"),
        ("00360305", "0102", "2.5000", True, "2026-02-01 10:00:00", "2026-03-01 10:00:00"),
        ("00360305", "0102", "3.0000", False, "2026-03-01 10:00:00", None),
        ("00360305", "0103", "99999.9900", False, "2026-01-01 10:00:00", "2026-02-01 10:00:00"),
        ("00360305", "0103", "99999.9900", True, "2026-02-01 10:00:00", None),
        ("00360305", "0104", "0.0000", False, "2026-01-01 10:00:00", "2026-03-01 10:00:00"),
        ("00360305", "0104", "0.0000", True, "2026-03-01 10:00:00", None),
    ]
