"""Files of CSV from end to end: what a file says is what the lake has, and what it cannot say is told."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from pydantic import ValidationError

from loaders.declarations import read_declarations
from loaders.lake import Store, open_store
from loaders.log import Commit, Log
from loaders.readers.csv_dialect import Dialect
from loaders.registry import KINDS
from loaders.rejects import Mended, replay
from loaders.sources import files
from loaders.sources.drop import FileDrop, introduce

ReadLog = Callable[..., list[list[dict[str, Any]]]]
Place = Callable[[str], str]
Headwater = Callable[..., Result]

MONTHLY = "{degree}/{year}/{month}/ratings.csv"
COLUMNS = ["user_id", "rating"]
LEARNING = """\
sources:
  - name: learning
    tables:
      - name: ratings
        config: {meta: {loader: files, location: drop/, format: csv, keys: "{degree}/{year}/{month}/ratings.csv"}}
      - name: views
        config: {meta: {loader: files, location: drop/, format: csv, keys: "{degree}/{year}/{month}/views.csv"}}
      - name: users
        config: {meta: {loader: files, location: drop/, format: csv, keys: "dimensions/users.csv"}}
"""


@pytest.fixture
def lake(store: Store) -> Store:
    return store


@pytest.fixture
def source(place: Place) -> Store:
    store = open_store(place("drop"))
    store.put("README", b"makes the directory; its name matches nothing")
    store.delete("README")
    return store


@pytest.fixture
def learning(project: Path) -> Path:
    """The drop of a project with two streams of monthly files and one of a single file, all in one place."""
    (project / "models" / "_shop__sources.yml").write_text(LEARNING)
    return project / "drop"


def declared(source: Store, keys: str = MONTHLY, **options: Any) -> FileDrop:
    fields = {"source": "learning", "name": "ratings", "loader": "files", "format": "csv", "record_key": "user_id"}
    return FileDrop.model_validate({**fields, "location": source.url, "keys": keys, **options})


def load(lake: Store, drop: FileDrop, since: datetime | None = None, until: datetime | None = None) -> list[Commit]:
    return list(files.load(lake, drop, since, until))


def put(drop: Path, key: str, content: str = "user_id,rating\n1,5\n") -> None:
    (drop / key).parent.mkdir(parents=True, exist_ok=True)
    (drop / key).write_text(content)


def content(store: Store, key: str) -> bytes:
    return b"".join(store.chunks(key))


def keys_of(store: Store, folder: str) -> list[str]:
    return [entry.key for entry in store.entries(folder)]


def landed(lake: Store) -> list[dict[str, Any]]:
    """The rows of the Parquet objects of the lake, in the order in which they were loaded."""
    keys = keys_of(lake, "raw/learning/ratings/")
    return [row for key in keys for row in pq.read_table(io.BytesIO(content(lake, key))).to_pylist()]


def values(lake: Store) -> list[str]:
    return [row["value"] for row in landed(lake)]


def rejects(lake: Store) -> list[dict[str, Any]]:
    """The lines of the objects of rejects, each as its value, and with the input that it is a part of."""
    lines = [
        json.loads(line)
        for key in keys_of(lake, "rejects/learning/ratings/")
        for line in gzip.decompress(content(lake, key)).splitlines()
    ]
    return [{"input": line["_input"], **line["value"]} for line in lines]


def keys_loaded(commits: list[list[dict[str, Any]]]) -> list[list[str]]:
    return [[line["key"] for line in lines if line["kind"] == "input"] for lines in commits]


def test_cells_are_text_as_it_came_and_keys_are_params(lake: Store, source: Store, read_log: ReadLog) -> None:
    source.put("art/2019/1/ratings.csv", 'user_id,rating\r\n007, 5.0 \r\nNULL,""\r\n"é,\n""x""",\\N\r\n'.encode())
    source.put("physics/2019/10/ratings.csv", b"user_id,note,rating\n9007199254740993,true,1e400\n")
    [made] = load(lake, declared(source))
    assert (made.landed, made.rejected, made.warnings) == (4, 0, [])
    [key] = keys_of(lake, "raw/")
    assert key.startswith("raw/learning/ratings/load_seq=1/")
    assert key.endswith("-0001.parquet")
    assert landed(lake) == [
        {"_row": row, "_part": 1, "_input": number, "_hash": None, "_verbatim": None, "value": value}
        for row, number, value in (
            (1, 0, '{"user_id":"007","rating":" 5.0 "}'),
            (2, 0, '{"user_id":"NULL","rating":""}'),
            (3, 0, '{"user_id":"é,\\n\\"x\\"","rating":"\\\\N"}'),
            (4, 1, '{"user_id":"9007199254740993","note":"true","rating":"1e400"}'),
        )
    ]
    inputs = [line for line in read_log(lake, "learning", "ratings")[0] if line["kind"] == "input"]
    assert [(line["key"], line["params"], line["rows"], line["rejects"], line["replays"]) for line in inputs] == [
        ("art/2019/1/ratings.csv", '{"degree":"art","year":"2019","month":"1"}', 3, 0, 0),
        ("physics/2019/10/ratings.csv", '{"degree":"physics","year":"2019","month":"10"}', 1, 0, 0),
    ]
    assert made.state["watermark"] == "2019-10-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("options", "suffix"),
    [
        ({"format": "csv"}, ".parquet"),
        ({"format": "json"}, ".json.gz"),
        ({"format": "csv", "land_as": "json"}, ".json.gz"),
        ({"format": "json", "land_as": "parquet"}, ".parquet"),
    ],
)
def test_rows_land_as_parquet_and_documents_as_json_unless_told(
    tmp_path: Path, options: dict[str, str], suffix: str
) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    source.put("a", b'{"user_id":1}' if options["format"] == "json" else b"user_id\n1\n")
    load(lake, declared(source, "{object}", **options))
    [key] = keys_of(lake, "raw/")
    assert key.endswith(f"-0001{suffix}")


def test_a_file_that_is_restated_is_a_new_version_beside_the_old(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop = declared(source)
    source.put("art/2019/1/ratings.csv", b"user_id,rating\n1,5\n")
    source.put("art/2019/2/ratings.csv", b"user_id,rating\n2,4\n")
    load(lake, drop)
    assert load(lake, drop) == []
    source.put("art/2019/1/ratings.csv", b"user_id,rating\n1,3\n3,3\n")
    source.put("law/2018/12/ratings.csv", b"user_id,rating\n4,1\n")  # a folder that was not there
    [second] = load(lake, drop)
    assert (second.load_seq, second.landed, second.landed_total) == (2, 3, 5)
    assert load(lake, drop) == []
    assert values(lake) == [
        '{"user_id":"1","rating":"5"}',
        '{"user_id":"2","rating":"4"}',
        '{"user_id":"1","rating":"3"}',
        '{"user_id":"3","rating":"3"}',
        '{"user_id":"4","rating":"1"}',
    ]
    log = read_log(lake, "learning", "ratings")
    assert keys_loaded(log) == [
        ["art/2019/1/ratings.csv", "art/2019/2/ratings.csv"],
        ["art/2019/1/ratings.csv", "law/2018/12/ratings.csv"],
    ]
    first, *_, again, _ = (line["version"] for lines in log for line in lines if line["kind"] == "input")
    assert first != again
    assert Log(lake, "learning", "ratings").inputs()["art/2019/1/ratings.csv"] == again


def test_a_header_without_rows_is_warned_of_and_an_empty_file_is_a_reject(lake: Store, source: Store) -> None:
    for month, file in enumerate((b"user_id,rating\r\n", b"", b"\n\r\n", gzip.compress(b""), b"user_id\n1\n"), 1):
        source.put(f"art/2019/{month}/ratings.csv", file)
    [made] = load(lake, declared(source))
    assert (made.landed, made.rejected) == (1, 3)
    assert made.warnings == ["'art/2019/1/ratings.csv' holds a header and no rows"]
    assert rejects(lake) == [
        {
            "input": number,
            "reason": "empty_input",
            "detail": "the object holds nothing; expected a header",
            "position": 0,
            "size": 0,
            "rows": 0,
            "encoding": "utf-8",
            "raw": "",
        }
        for number in (1, 2, 3)
    ]
    assert load(lake, declared(source)) == []


def test_a_header_that_cannot_be_used_costs_its_file_and_no_other(lake: Store, source: Store) -> None:
    bad = [
        (b"1,5\n2,4\n", "no_header", "the first record is '1', '5', expected a header with 'user_id', 'rating'", 2),
        (
            b"user_id,rating,rating\n1,5,5\n",
            "duplicate_header",
            "the header has 'rating' more than once, expected each name once",
            1,
        ),
        (b"user_id,stars\n1,5\n2,4\n", "missing_columns", "the header lacks 'rating'; it has 'user_id', 'stars'", 2),
    ]
    for month, (file, *_) in enumerate(bad, 1):
        source.put(f"art/2019/{month}/ratings.csv", file)
    source.put("art/2019/4/ratings.csv", b"rating,more,user_id\n5,x,1\n")
    [made] = load(lake, declared(source, required_columns=COLUMNS))
    assert (made.landed, made.rejected) == (1, 3)
    assert values(lake) == ['{"rating":"5","more":"x","user_id":"1"}']
    assert rejects(lake) == [
        {
            "input": number,
            "reason": reason,
            "detail": detail,
            "position": 0,
            "line": 1,
            "size": len(file),
            "rows": rows,
            "encoding": "utf-8",
            "raw": file.decode(),
        }
        for number, (file, reason, detail, rows) in enumerate(bad)
    ]


def test_rejects_say_where_they_stand_and_keep_their_bytes(lake: Store, source: Store) -> None:
    source.put("art/2019/1/ratings.csv", b"user_id,rating\n1,5\n")
    rows = [b'1,"two\nlines"', b"2", b"3,4", b"\xff\x00,9", b'5,"a"b', b"6,7"]
    source.put("art/2019/2/ratings.csv", b"\n".join([b"user_id,rating", *rows]))
    [made] = load(lake, declared(source))
    assert (made.landed, made.rejected) == (4, 3)
    found = rejects(lake)
    assert [(one["reason"], one["line"], one["record"], one["position"], one["size"]) for one in found] == [
        ("wrong_column_count", 4, 2, 29, 1),
        ("invalid_encoding", 6, 4, 35, 4),
        ("text_after_quote", 7, 5, 40, 6),
    ]
    assert {(one["input"], one["header"]) for one in found} == {(1, "user_id,rating")}
    assert [(one["encoding"], one["raw"]) for one in found] == [
        ("utf-8", "2"),
        ("base64", base64.b64encode(b"\xff\x00,9").decode()),
        ("utf-8", '5,"a"b'),
    ]
    assert found[0]["detail"] == "1 cells, expected 2"


def test_delimiter_and_encoding_are_those_that_are_declared(lake: Store, source: Store) -> None:
    text = 'user_id;note\n1;"á; “é” €"\n2;a,b\n'
    source.put("art/2019/1/ratings.csv", text.encode("windows-1252"))
    source.put("art/2019/2/ratings.csv", "user_id;note\n3;x".encode("windows-1252") + b"\x81\n4;ok\n")
    drop = declared(source, delimiter=";", encoding="windows-1252")
    [made] = load(lake, drop)
    assert values(lake) == [
        '{"user_id":"1","note":"á; “é” €"}',
        '{"user_id":"2","note":"a,b"}',
        '{"user_id":"4","note":"ok"}',
    ]
    assert [(one["reason"], one["line"]) for one in rejects(lake)] == [("invalid_encoding", 2)]
    assert (made.landed, made.rejected) == (3, 1)


def test_a_file_may_be_in_any_dialect_that_is_declared(lake: Store, source: Store) -> None:
    header, row = "Ano;Índice \u2013 x;", "2021;1.054,80;"
    source.put("published.csv", f"{header}\n{row}\n".encode("windows-1252"))
    source.put("published.csv.gz", gzip.compress(f"{header}\n{row}\n".encode("windows-1252")))
    source.put("saved_anew.csv", f"\ufeff{header[:-1]}\r\n{row}\r\n".encode())
    source.put("spreadsheet.csv", ',Ano,Índice,Unnamed: 3\n0,2021,"1054,80",\n'.encode())
    source.put("table_of_another.csv", b"id;name;\n1;x;\n")
    drop = declared(
        source,
        "{file}",
        delimiter=[";", ","],
        encoding=["utf-8", "windows-1252"],
        ends_with_delimiter=True,
        required_columns=["Ano"],
        record_key="Ano",
    )
    [made] = load(lake, drop)
    published = '{"Ano":"2021","Índice \u2013 x":"1.054,80","":""}'
    assert values(lake) == [
        published,
        published,
        published.replace(',"":""', ""),
        '{"":"0","Ano":"2021","Índice":"1054,80","Unnamed: 3":""}',
    ]
    assert [(one["reason"], one["input"]) for one in rejects(lake)] == [("no_header", 4)]
    assert made.warnings == []


def test_a_row_of_such_a_file_comes_back_mended(lake: Store, source: Store) -> None:
    source.put("a.csv", "Ano;Índice;\n2021;1;2;3\n".encode("windows-1252"))
    dialect = {"delimiter": [",", ";"], "encoding": ["utf-8", "windows-1252"], "ends_with_delimiter": True}
    drop = declared(source, "{file}", required_columns=["Ano"], **dialect)
    load(lake, drop)
    [key], [reject] = keys_of(lake, "rejects/"), rejects(lake)
    mended = Mended("learning.ratings", f"{key}#1", header=reject["header"], raw="2021;é")
    assert replay(lake, drop, [mended], pytest.fail).commit
    assert values(lake) == ['{"Ano":"2021","Índice":"é","":""}']


@pytest.mark.parametrize("data", [b"", b"\n\r\n", gzip.compress(b"", mtime=0)])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_object_that_may_be_empty_is_an_input_without_records(
    lake: Store, source: Store, read_log: ReadLog, data: bytes, form: str
) -> None:
    source.put("2022_2.csv", data)
    source.put("2022_3.csv", b"PK\x03\x04")  # which is no text, and not empty
    drop = declared(source, "{file}", format=form, may_be_empty=True)
    [made] = load(lake, drop)
    assert (made.landed, made.rejected, made.warnings) == (0, 1, ["'2022_2.csv' holds nothing"])
    [log] = read_log(lake, "learning", "ratings")
    inputs = [(line["key"], line["rows"], line["rejects"]) for line in log if line["kind"] == "input"]
    assert inputs == [("2022_2.csv", 0, 0), ("2022_3.csv", 0, 1)]
    assert load(lake, drop) == []


def test_several_delimiters_need_a_column_that_tells_them_apart(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="only required_columns tell which of several delimiters a file has"):
        declared(open_store(str(tmp_path)), delimiter=[";", ","])
    with pytest.raises(ValidationError, match="expected an encoding that Python knows"):
        declared(open_store(str(tmp_path)), encoding=["utf-8", "latin-99"])
    with pytest.raises(ValidationError, match="at least 1 item"):
        declared(open_store(str(tmp_path)), encoding=[])


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("encoding", "utf8-ish", "expected an encoding that Python knows, such as utf-8 or windows-1252"),
        ("encoding", "", "expected an encoding that Python knows, such as utf-8 or windows-1252"),
        ("delimiter", "", "String should match pattern"),
        ("delimiter", ";;", "String should match pattern"),
        ("delimiter", '"', "String should match pattern"),
        ("delimiter", "\n", "String should match pattern"),
        ("delimiter", "\r", "String should match pattern"),
        ("required_columns", "user_id", "Input should be a valid tuple"),
    ],
)
def test_a_dialect_that_cannot_be_is_refused_by_its_field(tmp_path: Path, field: str, value: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        declared(open_store(str(tmp_path)), **{field: value})
    [error] = caught.value.errors()
    assert error["loc"][0] == field
    assert told in error["msg"]


def test_a_wrong_encoding_is_told_with_the_file_of_its_declaration(learning: Path, headwater: Headwater) -> None:
    path = learning.parent / "models" / "_shop__sources.yml"
    path.write_text(LEARNING.replace("format: csv,", "format: csv, encoding: latin-99,", 1))
    result = headwater("load")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: models/_shop__sources.yml: learning.ratings: encoding: Value error, "
        "expected an encoding that Python knows, such as utf-8 or windows-1252\n"
    )


def test_gzip_is_read_and_what_breaks_off_keeps_its_rows(lake: Store, source: Store) -> None:
    rows = b"".join(b"%d,%d\n" % (number, number * 7919 % 10007) for number in range(5000))
    packed = gzip.compress(b"user_id,rating\n" + rows, mtime=0)
    source.put("a.csv.gz", gzip.compress(b"user_id,rating\n1,5\n"))
    source.put("b.csv", gzip.compress(b"user_id,rating\n2,5\n"))
    source.put("c.csv.gz", packed[: len(packed) // 2])
    [made] = load(lake, declared(source, "{file}"))
    assert values(lake)[:3] == [
        '{"user_id":"1","rating":"5"}',
        '{"user_id":"2","rating":"5"}',
        '{"user_id":"0","rating":"0"}',
    ]
    assert 1000 < made.landed < 5000
    [cut] = rejects(lake)
    assert (cut["input"], cut["reason"], cut["header"]) == (2, "truncated_gzip", "user_id,rating")
    rows_before = made.landed - 2  # in the other files
    assert (cut["line"], cut["record"]) == (rows_before + 2, rows_before + 1)


def test_a_name_that_only_looks_right_costs_its_file_as_one_reject(
    lake: Store, source: Store, read_log: ReadLog
) -> None:
    source.put("art/2019/1/ratings.csv", b"user_id,Note,rating\n" + b"1,x,5\n" * 1000)
    source.put("art/2019/2/ratings.csv", b"user_id, rating,note\n1,5,x\n2,4,y\n")
    source.put("art/2019/3/ratings.csv", b"user_id,rating,note\n1,5,x\n")
    [made] = load(lake, declared(source, required_columns=COLUMNS, optional_columns=["note"]))
    assert (made.landed, made.rejected) == (1, 2)
    told = "names are compared exactly, case and blanks included: correct them in the file"
    assert [(one["reason"], one["detail"], one["rows"]) for one in rejects(lake)] == [
        ("misnamed_columns", f"the header has 'Note' for 'note'; {told}", 1000),
        ("misnamed_columns", f"the header has ' rating' for 'rating'; {told}", 2),
    ]
    inputs = [line for line in read_log(lake, "learning", "ratings")[0] if line["kind"] == "input"]
    assert [(line["rows"], line["rejects"], line["rejected_rows"]) for line in inputs] == [
        (0, 1, 1000),
        (0, 1, 2),
        (1, 0, 0),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_without_the_mark_that_its_encoding_needs_stops_no_other(
    lake: Store, source: Store, encoding: str
) -> None:
    source.put("a.csv", b"user_id,rating\n1,5\n2,4\n")
    source.put("b.csv", "user_id,rating\n3,5\n".encode(encoding))
    source.put("c.csv", "user_id,rating\n4,5\n".encode(f"{encoding}-le"))
    [made] = load(lake, declared(source, "{file}", encoding=encoding))
    assert values(lake) == ['{"user_id":"3","rating":"5"}']
    assert (made.landed, made.rejected) == (1, 2)
    assert [(one["input"], one["reason"], one["rows"]) for one in rejects(lake)] == [
        (0, "wrong_encoding", 2),
        (2, "wrong_encoding", 1),
    ]


def test_a_reader_that_fails_costs_its_file_and_no_other(
    lake: Store, source: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Dialect, record: str, names: list[str]) -> list[str]:
        if "poison" in record:
            raise UnicodeError("nobody foresaw it")
        return record.split(",")

    monkeypatch.setattr(Dialect, "row", fails)
    source.put("a.csv", b"user_id,rating\n1,5\n")
    source.put("b.csv", gzip.compress(b"user_id,rating\n2,5\npoison,5\n3,5\n", mtime=0))
    source.put("c.csv", b"user_id,rating\n4,poison\x01" + b"x" * (1 << 20))
    source.put("d.csv", b"user_id,rating\n5,5\n")
    [made] = load(lake, declared(source, "{file}"))
    assert (made.landed, made.rejected) == (2, 2)
    told = (
        "reading it failed with UnicodeError, expected what its declaration says; what was read before that is landed"
    )
    assert [(one["input"], one["reason"], one["detail"]) for one in rejects(lake)] == [
        (1, "unreadable", told),
        (2, "unreadable", told),
    ]
    small, large = rejects(lake)
    assert gzip.decompress(base64.b64decode(small["raw"])) == b"user_id,rating\n2,5\npoison,5\n3,5\n"
    assert (large["raw"], large["size"]) == ("", (1 << 20) + 24)


def test_a_wide_file_with_bad_rows_repeats_its_header_in_none_of_them(lake: Store, source: Store) -> None:
    header = ",".join(f"a_column_of_some_length_{number}" for number in range(4000)).encode()
    source.put("wide.csv", header + b"\n" + b"1,2\n" * 3000)
    [made] = load(lake, declared(source, "{file}"))
    assert (made.landed, made.rejected) == (0, 3000)
    [key] = keys_of(lake, "rejects/")
    assert len(gzip.decompress(content(lake, key))) < 3000 * 500
    assert rejects(lake)[0]["detail"] == (
        f"2 cells, expected 4,000; its header of {len(header):,} bytes is kept in the file alone"
    )
    refused: list[str] = []
    mended = Mended("learning.ratings", f"{key}#1", raw="1" + "," * 3999)
    assert replay(lake, declared(source, "{file}"), [mended], refused.append).commit is None
    assert refused == [
        f"{key}#1: its header is too long to be kept with it; add it as `header`, or correct 'wide.csv' itself"
    ]
    mended.header = header.decode()
    assert replay(lake, declared(source, "{file}"), [mended], pytest.fail).mended == 1


RANKING = """Ano;Trimestre;Categoria;Tipo;CNPJ IF;Instituição financeira;Índice;Quantidade total de reclamações
2021;1º;Outros;Conglomerado; ;EXEMPLO (conglomerado);1,5;4
"""


def test_foreign_files_beside_the_rankings_are_a_landing_reject_each(
    lake: Store, source: Store, read_log: ReadLog
) -> None:
    [stream] = [
        one for one in read_declarations(Path(__file__).parents[2] / "models", KINDS) if one.name == "complaint_files"
    ]
    assert isinstance(stream, FileDrop)
    files_of_others = {
        "calendar.csv": ("Ano,Mês,Dia\n" + "2021,1,2\n" * 900, 900),  # which has two columns of ours
        "inflation.csv": ("data;valor\n" + "01/2021;0,25\n" * 700, 701),  # whose first line may be a row
        "accounts.csv": ("Ano;CNPJ IF;Conta\n" + "2021;00123456;1\n" * 50, 50),
        "page.csv": ("<html>\n<body>Erro 503</body>\n</html>\n", 3),
    }
    for name, (text, _) in files_of_others.items():
        source.put(f"complaints/{name}", text.encode("windows-1252"))
    for name, text in {
        "published.csv": RANKING,
        "capitals.csv": RANKING.upper().replace("Í", "I"),
        "re_saved.csv": RANKING.replace(";", ","),
        "unknown_layout.csv": RANKING.replace("Índice", "Indicador"),
    }.items():
        source.put(f"complaints/{name}", text.replace("1,5", '"1,5"').encode("windows-1252"))
    [made] = load(lake, stream.model_copy(update={"location": source.url, "source": "learning", "name": "ratings"}))
    assert (made.landed, made.rejected) == (4, 4)
    inputs = [line for line in read_log(lake, "learning", "ratings")[0] if line["kind"] == "input"]
    assert {line["key"].removeprefix("complaints/"): line["rejected_rows"] for line in inputs if line["rejects"]} == {
        name: rows for name, (_, rows) in files_of_others.items()
    }


def test_an_archive_is_one_reject(lake: Store, source: Store) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("ratings.csv", "user_id,rating\n1,5\n")
    source.put("a.csv", archive.getvalue())
    source.put("b.csv", b"user_id,rating\n2,5\n")
    source.put("c.csv", gzip.compress(gzip.compress(b"user_id,rating\n3,5\n")))
    source.put("d.zip", b"user_id,rating\n3,5\n")  # which is none
    load(lake, declared(source, "{file}"))
    assert [(one["input"], one["reason"], one["detail"]) for one in rejects(lake)] == [
        (
            0,
            "zip_compression",
            "a.csv is ZIP, expected gzip or CSV: "
            "unpack it, or pack it with gzip (a workbook, .xlsx, is ZIP: save it as CSV).",
        ),
        (2, "gzip_in_gzip", "c.csv is gzip within gzip, expected it once: unpack it one time."),
    ]
    assert values(lake) == ['{"user_id":"2","rating":"5"}', '{"user_id":"3","rating":"5"}']


def test_long_cells_land_whole(lake: Store, source: Store, read_log: ReadLog) -> None:
    long, longer = "é" * 35_000, "x" * 60_000
    source.put("art/2019/1/ratings.csv", f"user_id,note\n1,{long}\n2,short\n3,{longer}\n".encode())
    [made] = load(lake, declared(source))
    assert (made.landed, made.rejected) == (3, 0)
    documents = {}
    for key in keys_of(lake, "raw/"):
        if key.endswith(".parquet"):
            lines = [json.loads(row["value"]) for row in pq.read_table(io.BytesIO(content(lake, key))).to_pylist()]
        else:
            lines = [json.loads(li)["value"] for li in gzip.decompress(content(lake, key)).splitlines()]
        documents.update({line["user_id"]: line["note"] for line in lines})
    assert documents == {"1": long, "2": "short", "3": longer}
    added = [line for line in read_log(lake, "learning", "ratings")[0] if line["kind"] == "added"]
    told = [(a["rows"], a["longest_text"], a["input"]) for a in added if a["content"] == "records"]
    assert sorted(told, key=str) == [(1, 70_000, 0), (2, 0, None)]  # alone, as no warehouse need take it


def test_a_period_of_months_loads_these_and_hides_no_others(
    learning: Path, headwater: Headwater, read_log: ReadLog
) -> None:
    lake = open_store(str(learning.parent / "lake"))
    for month in ("2018/12", "2019/1", "2019/2", "2019/3", "2019/10", "2019/12", "2020/1"):
        put(learning, f"art/{month}/ratings.csv")
    put(learning, "law/2019/02/views.csv")
    put(learning, "dimensions/users.csv", "user_id\n1\n2\n")
    result = headwater("load", "learning", "--since", "2019-01", "--until", "2019-02")
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "learning.ratings: load 1: 2 landed, 0 rejected",
        "learning.views: load 1: 1 landed, 0 rejected",
        "learning.users: load 1: 2 landed, 0 rejected",
    ]
    assert keys_loaded(read_log(lake, "learning", "ratings")) == [["art/2019/1/ratings.csv", "art/2019/2/ratings.csv"]]
    assert headwater("load", "--since", "2019-01", "--until", "2019-02").stdout.splitlines() == [
        "learning.ratings: nothing new",
        "learning.views: nothing new",
        "learning.users: nothing new",
    ]
    assert headwater("load", "learning").stdout.splitlines() == [
        "learning.ratings: load 2: 5 landed, 0 rejected",
        "learning.views: nothing new",
        "learning.users: nothing new",
    ]
    assert keys_loaded(read_log(lake, "learning", "ratings"))[1] == [
        "art/2018/12/ratings.csv",
        "art/2019/10/ratings.csv",
        "art/2019/12/ratings.csv",
        "art/2019/3/ratings.csv",
        "art/2020/1/ratings.csv",
    ]


def test_a_period_takes_a_restated_month_again(lake: Store, source: Store, read_log: ReadLog) -> None:
    drop, since, until = declared(source), datetime(2019, 2, 1, tzinfo=UTC), datetime(2019, 3, 1, tzinfo=UTC)
    for month in ("1", "2"):
        source.put(f"art/2019/{month}/ratings.csv", b"user_id,rating\n1,5\n")
    load(lake, drop)
    for month in ("1", "2"):
        source.put(f"art/2019/{month}/ratings.csv", b"user_id,rating\n1,5\n2,5\n")
    assert [commit.landed for commit in load(lake, drop, since, until)] == [2]
    assert load(lake, drop, since, until) == []
    assert [commit.landed for commit in load(lake, drop)] == [2]
    assert keys_loaded(read_log(lake, "learning", "ratings"))[1:] == [
        ["art/2019/2/ratings.csv"],
        ["art/2019/1/ratings.csv"],
    ]


def test_a_stray_file_is_told_of_once_and_keys_of_other_streams_are_none(learning: Path, headwater: Headwater) -> None:
    for key in ("art/2019/1/ratings.csv", "art/2019/1/views.csv", "dimensions/users.csv"):
        put(learning, key)
    assert headwater("load").stdout.splitlines() == [
        "learning.ratings: load 1: 1 landed, 0 rejected",
        "learning.views: load 1: 1 landed, 0 rejected",
        "learning.users: load 1: 1 landed, 0 rejected",
    ]
    put(learning, "art/2019/1/Ratings.csv")
    put(learning, "art/2019/2/views.csv")
    told = (
        "warning learning.ratings: 1 keys do not match {degree}/{year}/{month}/ratings.csv nor any other stream's keys"
        ", such as 'art/2019/1/Ratings.csv'"
    )
    assert headwater("load").stdout.splitlines() == [
        "learning.ratings: nothing new",
        told,
        "learning.views: load 2: 1 landed, 0 rejected",
        "learning.users: nothing new",
    ]
    assert headwater("load", "learning.views").stdout == "learning.views: nothing new\n"
    assert headwater("load", "learning.ratings").stdout.splitlines() == ["learning.ratings: nothing new", told]


def test_only_streams_of_one_place_know_each_other(
    learning: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(learning, "dimensions/users.csv")
    put(learning.parent / "elsewhere", "art/2019/1/ratings.csv")
    put(learning.parent / "elsewhere", "dimensions/users.csv")
    monkeypatch.setenv("LEARNING_RATINGS_URL", "elsewhere")
    assert headwater("load").stdout.splitlines() == [
        "learning.ratings: load 1: 1 landed, 0 rejected",
        "warning learning.ratings: 1 keys do not match {degree}/{year}/{month}/ratings.csv, "
        "such as 'dimensions/users.csv'",
        "learning.views: nothing new",
        "learning.users: load 1: 1 landed, 0 rejected",
    ]


def test_streams_that_do_not_know_each_other_tell_of_each_others_keys(tmp_path: Path) -> None:
    lake, source = open_store(str(tmp_path / "lake")), open_store(str(tmp_path / "drop"))
    source.put("art/2019/1/ratings.csv", b"user_id,rating\n1,5\n")
    source.put("art/2019/1/views.csv", b"user_id\n1\n")
    ratings, views = declared(source), declared(source, "{degree}/{year}/{month}/views.csv", name="views")
    [alone] = load(lake, ratings)
    assert alone.warnings == [f"1 keys do not match {MONTHLY}, such as 'art/2019/1/views.csv'"]
    introduce([ratings, views])
    assert files.preview(lake, ratings, None, None) == "0 objects, 0 bytes stored"
    assert files.preview(lake, views, None, None) == "1 objects, 10 bytes stored"
