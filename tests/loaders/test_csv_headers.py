"""A header is compared as the models compare it, and a name that only looks right refuses its file."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from loaders.readers.csv_headers import Expected, folded
from loaders.readers.csv_rows import HEADER_KEPT, HEADER_LIMIT, read_rows
from loaders.readers.reject import Reject

FEEDBACK = Expected(["user_id", "project_id", "rating"], ["text"])
RANKING = Expected(
    ["Ano", ["Mês", "Bimestre", "Semestre", "Trimestre"], ["CNPJ IF", "Instituição financeira"]], is_folded=True
)


def read(data: bytes, **options: Any) -> tuple[list[dict[str, str]], list[Reject]]:
    rejects: list[Reject] = []
    batches = read_rows([data], rejects.append, **options)
    return [json.loads(bytes(document)) for batch in batches for document in batch], rejects


def refused(header: str, expected: Expected, **options: Any) -> tuple[str, str, int]:
    """Why a file with this header and two rows is refused, and how many rows that costs."""
    rows, [reject] = read(header.encode() + b"\n1,2,3,4\n5,6,7,8\n", expected=expected, **options)
    assert rows == []
    return reject.reason, reject.detail, reject.rows


EXACTLY = "; names are compared exactly, case and blanks included: correct them in the file"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("user_id,project_id,Text,rating", "'Text' for 'text'"),
        ("user_id, project_id,text,rating", "' project_id' for 'project_id'"),
        ("user_id,project_id ,text,rating", "'project_id ' for 'project_id'"),
        ("USER_ID,Project_Id,TEXT,rating", "'USER_ID' for 'user_id', 'Project_Id' for 'project_id', 'TEXT' for 'text'"),
        ("user_id,\u00a0project_id,text,rating", r"'\xa0project_id' for 'project_id'"),
        ('"\ufeffuser_id",project_id,text,rating', r"'\ufeffuser_id' for 'user_id'"),
        ("\ufeff\ufeffuser_id,project_id,text,rating", r"'\ufeffuser_id' for 'user_id'"),
        ("user_id,project\u200b_id,text,rating", r"'project\u200b_id' for 'project_id'"),
        ("user id,projectId,text,rating", "'user id' for 'user_id', 'projectId' for 'project_id'"),
        ("user_id,project_id,Text,TEXT,rating", "'Text' for 'text', 'TEXT' for 'text'"),
    ],
)
def test_a_near_miss_refuses_the_file_once_and_is_named(header: str, told: str) -> None:
    assert refused(header, FEEDBACK) == ("misnamed_columns", f"the header has {told}{EXACTLY}", 2)


def test_columns_that_are_there_exactly_or_not_at_all_are_no_near_miss() -> None:
    expected = Expected(["user_id"], ["text", "userid"])
    assert read(b"user_id,Text,text\n1,2,3\n", expected=expected) == ([{"user_id": "1", "Text": "2", "text": "3"}], [])
    assert read(b"user_id,texts,other\n1,2,3\n", expected=expected)[1] == []
    assert read(b"user_id\n1\n", expected=expected)[1] == []
    assert read(b"Text\n1\n")[0] == [{"Text": "1"}]


def test_where_the_models_fold_so_does_the_loader() -> None:
    for header in ("Ano;Mês;CNPJ IF", "ANO;mes; Instituicao  Financeira ", "ano;TRIMESTRE;cnpj\u00a0if"):
        assert read(f"{header}\n2021;1;2\n".encode(), expected=RANKING, delimiter=";")[1] == []
    assert refused("Ano,Trimestre,CNPJ_IF", RANKING) == (
        "misnamed_columns",
        "the header has 'CNPJ_IF' for 'CNPJ IF'; names are compared without case and accents: correct them in the file",
        2,
    )
    assert refused("Ano,Trimestre,CNPJ IF,ANO", RANKING) == (
        "duplicate_header",
        "the header has 'Ano', 'ANO' more than once, expected each name once",
        2,
    )


def test_of_several_names_any_one_will_do() -> None:
    told = "the header lacks 'Mês' or 'Bimestre' or 'Semestre' or 'Trimestre'; it has 'Ano', 'CNPJ IF', 'x', 'y'"
    assert refused("Ano,CNPJ IF,x,y", RANKING) == ("missing_columns", told, 2)
    reason, detail, rows = refused("id,name,price,stock", RANKING)
    assert (reason, rows) == ("no_header", 3)  # its first record may be one
    assert detail == (
        "the first record is 'id', 'name', 'price', 'stock', expected a header with 'Ano', "
        "'Mês' or 'Bimestre' or 'Semestre' or 'Trimestre', 'CNPJ IF' or 'Instituição financeira'"
    )


def test_a_near_miss_tells_the_delimiter_too() -> None:
    dialects = {"delimiter": [";", ","], "expected": Expected(["user_id"])}
    assert read(b"User_id,b\n1,2\n", **dialects)[1][0].detail == f"the header has 'User_id' for 'user_id'{EXACTLY}"


def test_the_loader_folds_as_the_macro_does() -> None:
    text = (Path(__file__).parents[2] / "macros/cross_database/text.sql").read_text()
    macro = text[text.index("macro plain_letters") : text.index("macro folded(")]
    said = {name: re.search(rf"set {name} = '(.*?)'", macro)[1] for name in ("accented", "plain")}  # type: ignore[index]
    found = re.search(r"set dashes, blank, marks = '(.*?)', '(.*?)', '(.*?)'", macro)
    assert found
    dashes, blank, marks = (part.encode("raw_unicode_escape").decode("unicode_escape") for part in found.groups())
    assert [folded(f"x{letter}x") for letter in said["accented"]] == [f"x{x.lower()}x" for x in said["plain"]]
    assert {folded(f"x{dash}x") for dash in dashes} == {"x-x"}
    assert (folded(f"x{blank}x"), folded(f"x{marks}x"), folded("1º 1° 1ª")) == ("x x", "xx", "1o 1o 1a")
    assert folded(" \t Quantidade  de\nCLIENTES \u2013 CCS ") == "quantidade de clientes - ccs"


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,a\n", 0),
        (b"a,a", 0),
        (b"a,a\n1,2\n", 1),
        (b"a,a\r\n1,2\r\n\r\n3,4", 2),
        (b"\n\na,a\n\n1,2\n\n", 1),
        (b'a,a\n1,"two\nlines"\n"x\n\n\ny""\n",2\n', 2),
        (b'a,a\n1,"lost\n3,4\n5,6\n', 3),  # whose quote is never closed: by the line
        (b'a,"x\ny",a\n1,2,3\n', 1),
    ],
)
def test_a_refused_file_is_one_reject_that_counts_its_rows(data: bytes, rows: int) -> None:
    for size in (1, 2, 3, 1000):
        rejects: list[Reject] = []
        list(read_rows((data[at : at + size] for at in range(0, len(data), size)), rejects.append))
        assert [(one.reason, one.rows, one.raw) for one in rejects] == [("duplicate_header", rows, data)]


def test_a_header_with_nul_bytes_is_no_header() -> None:
    _, [reject] = read("a,b\n1,2\n".encode("utf-16-le"))
    assert (reject.reason, reject.rows) == ("malformed_header", 1)
    assert reject.detail == "the header has NUL bytes, as text in UTF-16 has; expected its encoding declared"


def test_a_header_that_is_too_long_refuses_the_file() -> None:
    header = b"a" * HEADER_LIMIT + b",b"
    rows, [reject] = read(header + b"\n1,2\n" * 110)
    assert (rows, reject.reason, reject.rows) == ([], "malformed_header", 110)
    assert reject.detail == "the header takes 1,048,578 bytes, expected at most 1,048,576, as each row repeats it"


def test_rejects_of_rows_do_not_repeat_a_long_header() -> None:
    _, [reject] = read(b"a" * HEADER_KEPT + b",b\n1\n")
    assert (reject.header, reject.record) == (None, 1)
    assert reject.detail == "1 cells, expected 2; its header of 16,386 bytes is kept in the file alone"
    _, [reject] = read(b"a" * (HEADER_KEPT - 2) + b",b\n1\n")
    assert (reject.header or "").endswith("a,b")
