# ruff: noqa: RUF001 # headers have an en dash
"""The complaint ranking from files as people keep them, in all layouts, to hand-checked rows."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project, close_connections, project_in

HEAD = "Ano;{};Categoria;Tipo;CNPJ IF;Instituição financeira;Índice;"
PARTS = (
    "Quantidade de reclamações reguladas procedentes;Quantidade de reclamações reguladas - outras;"
    "Quantidade de reclamações não reguladas;Quantidade total de reclamações;"
)
CLIENTS = "Quantidade total de clientes – CCS e SCR;Quantidade de clientes – CCS;Quantidade de clientes – SCR"
SAMPLE = (
    "Quantidade total de reclamações respondidas;Quantidade de reclamações procedentes;"
    "Quantidade de reclamações procedentes extrapoladas;Quantidade total de reclamações analisadas;"
)
QUARTER = HEAD.format("Trimestre") + PARTS + CLIENTS
MEMBERS = HEAD.format("Trimestre").replace("CNPJ IF;", "CNPJ IF;Conglomerado;") + SAMPLE
OTHERS = "Demais Bancos, Financeiras e Instituições de Pagamento"

MONTHLY = f"""{HEAD.format("Mês")}{PARTS}{CLIENTS};Quantidade de clientes – FGC;
2014;7;Mais de dois milhões de clientes;Conglomerado; ;EXEMPLO (conglomerado);1.054,80;44;120;61;225;41714;39002;1;3;
2014;7;Grupo Secundário;Banco/financeira;00123456;BANCO FICTÍCIO S.A. - CRÉDITO; ;4;1;0;5;310245; ;310245; ;
""".encode("cp1252")
HALF_YEARLY = f"""{HEAD.format("Semestre")}{PARTS}{CLIENTS};
2014;2º;Mais de dois milhões de clientes;Conglomerado; ;EXEMPLO (conglomerado);1.054,80;44;120;61;225;41714;39002;11250;
2014;2º;Grupo Secundário;Conglomerado; ;-; ;{2**63 - 1};0;0;{2**63 - 1};1; ; ;
2014;2º;Grupo Secundário;Banco/financeira; ;S.A.; ;1;0;0;1; ; ; ;
""".encode("cp1252")
WITHOUT_ZEROS = f"""{HEAD.format("Trimestre")}{PARTS}{CLIENTS};Quantidade de clientes – FGC
2017;2º;Menos de quatro milhões de clientes;Banco/financeira;123456;BANCO FICTICIO S A;12,89;4;1;0;5;310245; ;310245;7
2017;2º;Menos de quatro milhões de clientes;Banco/financeira;0;BANCO GRANDE S.A.;;0;0;0;0;;;;
""".encode("cp1252")
# what comes after the first of these says other things of the same quarter
SAVED = f"""{QUARTER};
2021;1º;{OTHERS};Conglomerado; ;VELHO (conglomerado); ;1;1;1;3;10;10;10;
""".encode("cp1252")
RE_SAVED = (
    f"\ufeff{QUARTER.lower().replace('–', '-')};\r\n"
    f"2021;1º;{OTHERS};Conglomerado; ;EXEMPLO  (conglomerado);1.054,80;44;120;61;225;41714;39002;11250;\r\n"
    f"2021;1º;{OTHERS};Banco/financeira;00123456;BANCO FICTÍCIO S.A.;;4;1;0;5;;;;\r\n"
    f"2021;1º;{OTHERS};Banco/financeira;00123456;BANCO FICTÍCIO S.A.;12,89;4;1;0;5;310245;;310245;\r\n"
).encode()
EXPORTED = (
    "," + QUARTER.replace(";", ",") + ",Unnamed: 14\n"
    f'0,2021,4º,"{OTHERS}",Conglomerado, ,EXEMPLO (conglomerado),"1.054,80",44,120,61,225,41714,39002,11250,\n'
).encode()
ANSWERED = f"""{HEAD.format("Trimestre")}Quantidade total de reclamações respondidas;\
Quantidade de reclamações reguladas procedentes extrapoladas;{CLIENTS};
2024;2º;Grupo Secundário;Conglomerado; ;EXEMPLO (conglomerado);12,20;812;61;5000000;4990000;20500;
""".encode("cp1252")
SAMPLED = f"""{HEAD.format("Trimestre")}{SAMPLE}{CLIENTS};
2025;3º;Top 10;Conglomerado; ;EXEMPLO (conglomerado);12,20;812;40;61;533;5000000;4990000;20500;
""".encode("cp1252")
BY_INSTITUTION = f"""{MEMBERS}
2025;3º;Top 10;Conglomerado; ;EXEMPLO; ;12,20;812;40;61;533;
2025;3º;Top 10;Conglomerado;00123456;EXEMPLO;BANCO FICTÍCIO S.A.; 0 ;800;38;58;520;
2025;3º;Top 10;Conglomerado;00222222;EXEMPLO;FICTÍCIO IP LTDA.; ;12;2;3;13;
2025;3º;Top 10;Conglomerado; ;NOME; ; ;7;3;3;7;
2025;3º;Top 10;Conglomerado;00444444;NOME; ; ;5;2;2;5;
2025;3º;Top 10;Conglomerado; ;NOME;NOME; ;2;1;1;2;
2025;3º;Top 10;Banco/financeira;00333333; ;SOZINHO S.A.;3,00;9;1;2;9;
""".encode("cp1252")
STRANGE = f"""{QUARTER.replace("Índice", "Indicador")};
2023;1º;{OTHERS};Conglomerado; ;EXEMPLO (conglomerado);1,00;1;1;1;3;10;10;10;
""".encode("cp1252")
STRANGE_ROWS = f"""2023;1º;{OTHERS};Banco/financeira;123456789;BANCO FICTÍCIO S.A.;1,00;um;1;1;3;10;10;10;
2023;1º;{OTHERS};Conglomerado; ;OUTRO (conglomerado);1,00;1;1;1;3;10;10;10;
""".encode("cp1252")
BAD_CELLS = f"""{QUARTER};
2023;2º;{OTHERS};Conglomerado; ;EXEMPLO (conglomerado);12.34;1;1;1;3;10;10;10;
2023;5º;{OTHERS};Conglomerado; ;EXEMPLO (conglomerado);;1;1;1;3;10;10;10;
2023;2º;{OTHERS};Banco/financeira;123456789;BANCO FICTÍCIO S.A.;;1;um;1;3;10;10;10;
2023;2º;{OTHERS};Banco/financeira;00123456;BANCO FICTÍCIO S.A.;;1;1;1;3;10;10;10
2023;2º;{OTHERS};Banco/financeira;00123456;1;1
""".encode("cp1252")
FILES = {
    "2014_07.csv": MONTHLY,
    "2014_semestre_2.csv": HALF_YEARLY,
    "2017_tri_02.csv": WITHOUT_ZEROS,
    "2021_tri_01.csv": SAVED,
    "2021_tri_02.csv": RE_SAVED,  # whose rows are of the first quarter
    "2021 4º trimestre.csv": EXPORTED,
    "2022_tri_02_nao_ha_dados.csv": b"",
    "2023_tri_01.csv": STRANGE + STRANGE_ROWS,
    "2023_tri_02.csv": BAD_CELLS,
    "2024_tri_02.csv": ANSWERED,
    "2025_tri_03.csv": SAMPLED,
    "2025_tri_03_membros.csv": BY_INSTITUTION,
    "2026_tri_01.csv": b"<!DOCTYPE html>\n<html><body>Erro 503</body></html>\n",
}

BANKS = (
    *("--select", "+path:models/marts/banks", "+path:models/intermediate/banks", "+rejects", "bank_fees_snapshot"),
    *("--indirect-selection", "cautious"),
)
"""Options of dbt for what tells of banks."""


@pytest.fixture(scope="module")
def template(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place, shared / "now", shared / "target", patch)
        for name, data in FILES.items():
            put(project, name, data)
        project.headwater("load", "banks")
        project.stage()
        project.build(*BANKS)
        close_connections()
    return place


@pytest.fixture
def built(template: Path, project: Project) -> Project:
    shutil.copytree(template, project.place.resolve(), dirs_exist_ok=True)
    return project


def put(project: Project, name: str, data: bytes) -> None:
    path = project.place / "banks" / "complaints" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_all_layouts_are_one_table(built: Project) -> None:
    assert built.query("""
        select periodicity, year, period_number, layout, row_role, institution_name, complaint_index, indexed_count,
            total_count, answered_count, client_count, is_additive
        from marts.fct_bank_complaints inner join marts.dim_institutions using (institution_key)
        where period_end_date >= valid_from and (valid_to is null or period_end_date < valid_to)
        order by period_end_date, file_kind desc, periodicity desc, institution_id
    """) == [
        ("monthly", 2014, 7, "A", "institution", "BANCO FICTÍCIO S.A. - CRÉDITO", None, 4, 5, None, 310245, True),
        ("monthly", 2014, 7, "A", "conglomerate", "EXEMPLO", Decimal("1054.8"), 44, 225, None, 41714, True),
        ("half-yearly", 2014, 2, "C", "conglomerate", "-", None, 2**63 - 1, 2**63 - 1, None, 1, False),
        ("half-yearly", 2014, 2, "C", "conglomerate", "EXEMPLO", Decimal("1054.8"), 44, 225, None, 41714, False),
        ("half-yearly", 2014, 2, "C", "institution", "S.A.", None, 1, 1, None, None, False),
        ("quarterly", 2017, 2, "E", "institution", "BANCO GRANDE S.A.", None, 0, 0, None, None, True),
        ("quarterly", 2017, 2, "E", "institution", "BANCO FICTICIO S A", Decimal("12.89"), 4, 5, None, 310245, True),
        ("quarterly", 2021, 1, "G", "institution", "BANCO FICTÍCIO S.A.", Decimal("12.89"), 4, 5, None, 310245, True),
        ("quarterly", 2021, 1, "G", "conglomerate", "EXEMPLO", Decimal("1054.8"), 44, 225, None, 41714, True),
        ("quarterly", 2021, 4, "G", "conglomerate", "EXEMPLO", Decimal("1054.8"), 44, 225, None, 41714, True),
        ("quarterly", 2023, 2, "G", "institution", "BANCO FICTÍCIO S.A.", None, 1, 3, None, 10, True),
        ("quarterly", 2024, 2, "H", "conglomerate", "EXEMPLO", Decimal("12.2"), 61, None, 812, 5000000, True),
        ("quarterly", 2025, 3, "I", "conglomerate", "EXEMPLO", Decimal("12.2"), 61, None, 812, 5000000, True),
        ("quarterly", 2025, 3, "J", "member", "BANCO FICTÍCIO S.A.", None, 58, None, 800, None, False),
        ("quarterly", 2025, 3, "J", "member", "FICTÍCIO IP LTDA.", None, 3, None, 12, None, False),
        ("quarterly", 2025, 3, "J", "institution", "SOZINHO S.A.", Decimal("3"), 2, None, 9, None, False),
        ("quarterly", 2025, 3, "J", "member", None, None, 2, None, 5, None, False),
        ("quarterly", 2025, 3, "J", "conglomerate", "EXEMPLO", Decimal("12.2"), 61, None, 812, None, False),
        ("quarterly", 2025, 3, "J", "conglomerate", "NOME", None, 3, None, 7, None, False),
        ("quarterly", 2025, 3, "J", "member", "NOME", None, 1, None, 2, None, False),
    ]


def test_what_could_not_be_used(built: Project) -> None:
    """What is wrong with a header is wrong with the file, once, whatever else is wrong with its rows."""
    assert built.query("""
        select input_key, line_number, field, raw_text, reason, row_count from marts.rejects order by 1, 2, 3, 4
    """) == [
        ("complaints/2023_tri_01.csv", None, "layout", "nearest to G, lacks Índice, has Indicador, which no layout has",
         "not_accepted", 3),
        ("complaints/2023_tri_02.csv", 6, None, f"2023;2º;{OTHERS};Banco/financeira;00123456;1;1",
         "wrong_column_count", 1),
        ("complaints/2023_tri_02.csv", None, "cnpj", "123456789", "not_cnpj8", 1),
        ("complaints/2023_tri_02.csv", None, "complaint_index", "12.34", "not_decimal_pt_br", 1),
        ("complaints/2023_tri_02.csv", None, "other_regulated_count", "um", "not_integer", 1),
        ("complaints/2023_tri_02.csv", None, "quarter_label", "5º", "not_accepted", 1),
        ("complaints/2026_tri_01.csv", 1, None, "<!DOCTYPE html>\n<html><body>Erro 503</body></html>\n",
         "no_header", 2),
    ]  # fmt: skip


def test_files_are_what_their_rows_say(built: Project) -> None:
    assert built.query("""
        select input_key, told_period, own_period, accepted_count, counted_count, is_in_use, is_empty, is_misnamed
        from marts.bank_complaint_files where own_period is null or told_period is null or told_period <> own_period
            or counted_count < accepted_count
        order by 1
    """) == [
        ("complaints/2014_07.csv", "2014 7", "mensal 2014 7", 2, 2, True, False, False),
        ("complaints/2014_semestre_2.csv", None, "semestral 2014 2", 3, 3, True, False, False),
        ("complaints/2021_tri_01.csv", "trimestral 2021 1", "trimestral 2021 1", 1, 0, False, False, False),
        ("complaints/2021_tri_02.csv", "trimestral 2021 2", "trimestral 2021 1", 2, 2, True, False, True),
        ("complaints/2022_tri_02_nao_ha_dados.csv", "trimestral 2022 2", None, 0, 0, False, True, False),
        ("complaints/2023_tri_01.csv", "trimestral 2023 1", None, 0, 0, False, False, False),
        ("complaints/2026_tri_01.csv", "trimestral 2026 1", None, 0, 0, False, False, False),
    ]


def test_names_through_time(built: Project) -> None:
    assert built.query("""
        select institution_name, valid_from::varchar, valid_to::varchar, version_number, is_current
        from marts.dim_institutions where cnpj8 = '00123456' order by version_number
    """) == [
        ("BANCO FICTÍCIO S.A. - CRÉDITO", "1970-01-01 00:00:00", "2017-04-01 00:00:00", 1, False),
        ("BANCO FICTICIO S A", "2017-04-01 00:00:00", "2021-01-01 00:00:00", 2, False),
        ("BANCO FICTÍCIO S.A.", "2021-01-01 00:00:00", None, 3, True),
    ]


def test_members_and_who_is_not_matched(built: Project) -> None:
    assert built.query("""
        select conglomerate_id, institution_id, matched_by, valid_from::varchar, valid_to
        from marts.bridge_conglomerate_institutions where matched_by <> 'alias' order by 2
    """) == [
        ("conglomerate EXEMPLO", "00123456", "member list", "2025-07-01", None),
        ("conglomerate EXEMPLO", "00222222", "member list", "2025-07-01", None),
        ("conglomerate NOME", "00444444", "member list", "2025-07-01", None),
        ("conglomerate NOME", "institution NOME", "member list", "2025-07-01", None),
    ]
    assert built.query("""
        select institution_id, period_count, first_period_start_date::varchar, last_period_end_date::varchar,
            complaint_count
        from marts.bank_names_unmatched order by 1
    """) == [
        ("00000000", 1, "2017-04-01", "2017-06-30", 0),
        ("00123456", 4, "2014-07-01", "2023-06-30", 18),
        ("conglomerate -", 1, "2014-07-01", "2014-12-31", 2**63 - 1),
        ("conglomerate EXEMPLO", 5, "2014-07-01", "2024-06-30", 1712),
        ("institution S.A.", 1, "2014-07-01", "2014-12-31", 1),
    ]


def test_a_restated_file_replaces_the_quarter(built: Project) -> None:
    put(built, "2025_tri_03.csv", SAMPLED.replace(b"EXEMPLO", b"OUTRO").replace(b";812;", b";813;"))
    put(built, "2023_tri_01.csv", STRANGE.replace(b"Indicador", "Índice".encode("cp1252")))
    built.headwater("load", "banks")
    built.stage()
    built.run(*BANKS)
    assert built.query("""
        select institution_id, answered_count, total_count from marts.fct_bank_complaints
        inner join marts.dim_institutions using (institution_key)
        where file_kind = 'ranking' and (year, period_number) in ((2025, 3), (2023, 1)) order by 1
    """) == [("conglomerate EXEMPLO", None, 3), ("conglomerate OUTRO", 813, None)]
    assert built.query("select distinct state from marts.rejects where input_key like '%2023_tri_01%'") == [
        ("resolved_by_restatement",)
    ]
