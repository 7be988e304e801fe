import csv
import gc
import gzip
import json

import pytest
from typer.testing import CliRunner

from evisynth.cli.main import app
from evisynth.search.duplicates.tables import read_table

runner = CliRunner()
MILK = "Milk allergy in children: a randomised trial of drops"
TABLE = (
    "id,author,title,year,journal,volume,number,pages,doi,abstract,isbn,pmid,database,cluster\n"
    f'a,"Ito, K.",{MILK},2001,Allergy,7,1,1-9,,,,,Embase,1\n'
    'b,"Mori, T.",Egg allergy,2003,Allergy,9,1,5-6,,,,,Embase,2\n'
    f"c,Ito K,{MILK.upper()}.,2001,Allergy,7,,1-9,,,,,MEDLINE,1\n"
)
RIS = f"TY  - JOUR\nTI  - {MILK}\nAU  - Ito, K\nPY  - 2001\nJO  - Allergy\nVL  - 7\nSP  - 1\nER  - \n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def dedup(*arguments):
    return runner.invoke(app, ["search", "dedup", *map(str, arguments)])


def clusters(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["cluster"] for row in csv.DictReader(file)}


def test_a_table_gives_the_cluster_of_each_record(table, tmp_path):
    out = tmp_path / "out.csv"
    result = dedup(table, "-o", out)
    assert result.exit_code == 0, result.output
    assert out.read_text() == "id,cluster\na,1\nb,2\nc,1\n"
    assert result.stdout == ""
    assert "3 records, 2 publications" in result.stderr


def test_a_packed_table_is_read(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))
    assert dedup(path, "-o", tmp_path / "out.csv").exit_code == 0
    assert clusters(tmp_path / "out.csv") == {"a": "1", "b": "2", "c": "1"}


def test_records_of_an_export_are_named_by_file_and_number(table, tmp_path):
    (tmp_path / "medline.ris").write_text(RIS + RIS.replace(MILK, "Tea"))
    dedup(table, tmp_path / "medline.ris", "-o", tmp_path / "out.csv")
    found = clusters(tmp_path / "out.csv")
    assert list(found) == ["a", "b", "c", "medline:1", "medline:2"]
    assert found["medline:1"] == found["a"] != found["medline:2"]


def test_two_tables_with_the_same_ids_have_the_file_before_them(table, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(TABLE)
    dedup(table, other, "-o", tmp_path / "out.csv")
    assert list(clusters(tmp_path / "out.csv")) == [
        f"{file}:{name}" for file in ("table", "other") for name in "abc"
    ]


def test_two_exports_of_one_name_are_numbered(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "search.ris").write_text(RIS)
    dedup(tmp_path / "x/search.ris", tmp_path / "y/search.ris", "-o", tmp_path / "out.csv")
    assert clusters(tmp_path / "out.csv") == {"search 1:1": "1", "search 2:1": "1"}


def test_the_report_is_a_page_and_a_table(table, tmp_path):
    result = dedup(table, "-o", tmp_path / "out.csv", "--report", tmp_path / "why.html")
    assert result.exit_code == 0, result.output
    assert "Similar title, same journal or volume and first page." in (tmp_path / "why.html").read_text()
    with (tmp_path / "why-merges.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["what"], row["a"], row["b"]) == ("merged", "a", "c")


def test_the_report_may_be_the_table_alone(table, tmp_path):
    dedup(table, "-o", tmp_path / "out.csv", "--report", tmp_path / "why.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "table.csv", "why.csv"]


def test_json_gives_counts_reasons_pairs_to_check_and_trials(table, tmp_path):
    result = dedup(table, "-o", tmp_path / "out.csv", "--json")
    assert json.loads(result.stdout) == {
        "files": [{"file": str(table), "name": "", "records": 3, "lost": 0, "problems": 0}],
        "records": 3,
        "publications": 2,
        "duplicates_removed": 1,
        "merges_by_reason": {"similar title, same journal or volume and first page": 1},
        "to_check": [],
        "trials": [],
    }


REGISTERED = """\
TY  - UNPB
TI  - Drops for hiccups
DB  - ClinicalTrials.gov
AN  - NCT01234567
ER  -
TY  - JOUR
TI  - Drops for hiccups in adults
AU  - Ito, K
PY  - 2011
JO  - Allergy
VL  - 7
SP  - 1
AB  - Registered as NCT01234567.
ER  -
TY  - JOUR
TI  - DROPS FOR HICCUPS IN ADULTS.
AU  - Ito, Ken
PY  - 2011
JO  - Allergy
VL  - 7
SP  - 1
ER  -
"""


def test_a_trial_has_its_registration_and_its_reports_one_a_publication(tmp_path):
    (tmp_path / "in.ris").write_text(REGISTERED)
    result = dedup(
        tmp_path / "in.ris", "-o", tmp_path / "out.csv", "--json", "--report", tmp_path / "why.html"
    )
    assert json.loads(result.stdout)["trials"] == [
        {"numbers": ["nct01234567"], "registrations": ["in:1"], "reports": ["in:2"]}
    ]
    assert (
        '<td data-of="registrations"><b>in:1</b> Drops for hiccups</td>'
        '<td data-of="reports"><b>in:2</b> Drops for hiccups in adults</td>'
        in (tmp_path / "why.html").read_text()
    )
    with (tmp_path / "why-merges.csv").open(newline="") as file:
        merged, trial = csv.DictReader(file)
    assert (merged["what"], merged["a"], merged["b"]) == ("merged", "in:2", "in:3")
    assert (trial["what"], trial["a"], trial["b"]) == ("trial", "in:1", "in:2")
    assert trial["reason"] == "trial nct01234567"


def test_an_input_is_never_written_over(table):
    result = dedup(table, "-o", table)
    assert result.exit_code == 1
    assert "never written over" in result.stderr
    assert table.read_text() == TABLE


@pytest.mark.parametrize(
    ("report", "message"),
    [("out.csv", "would be written twice"), ("why.pdf", "give its name one of these endings")],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_work(table, tmp_path, report, message):
    result = dedup(table, "-o", tmp_path / "out.csv", "--report", tmp_path / report)
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_folder_that_does_not_exist_is_named(table, tmp_path):
    result = dedup(table, "-o", tmp_path / "none" / "out.csv")
    assert result.exit_code == 1
    assert "cannot be written: there is no folder" in result.stderr.replace("\n", " ")


def test_problems_of_an_export_go_to_stderr_and_not_into_the_json(tmp_path):
    (tmp_path / "a.ris").write_text(RIS + "stray line\n")
    result = dedup(tmp_path / "a.ris", "-o", tmp_path / "out.csv", "--json")
    assert "outside a record" in result.stderr
    assert json.loads(result.stdout)["records"] == 1


def test_an_unreadable_input_ends_with_a_message(tmp_path):
    (tmp_path / "page.ris").write_text("<!DOCTYPE html><html><body>Log in</body></html>")
    result = dedup(tmp_path / "page.ris", "-o", tmp_path / "out.csv")
    assert result.exit_code == 1
    assert not (tmp_path / "out.csv").exists()


def test_the_garbage_search_is_on_again_afterwards(table, tmp_path):
    dedup(table, "-o", tmp_path / "out.csv")
    assert gc.isenabled()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_cluster_gives_the_same_clusters(table, tmp_path):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert dedup(table, "-o", here).exit_code == 0
    with distributed.LocalCluster(n_workers=1, processes=True, dashboard_address=":0") as cluster:
        result = dedup(table, "-o", there, "--cluster", cluster.scheduler_address)
    assert result.exit_code == 0, result.output
    assert there.read_bytes() == here.read_bytes()


def test_a_cluster_that_does_not_answer_is_named_and_nothing_is_written(table, tmp_path, monkeypatch):
    monkeypatch.setattr("evisynth.cluster.SECONDS_TO_CONNECT", 1)
    result = dedup(table, "-o", tmp_path / "out.csv", "--cluster", "tcp://127.0.0.1:9")
    assert result.exit_code == 1
    assert "dask" in result.output
    assert not (tmp_path / "out.csv").exists()


def test_an_input_is_not_written_over_however_its_name_is_written(table, tmp_path):
    (tmp_path / "sub").mkdir()
    result = dedup(table, "-o", tmp_path / "sub" / ".." / "table.csv")
    assert result.exit_code == 1
    assert "is one of the inputs" in result.stderr.replace("\n", " ")
    assert table.read_text() == TABLE
    result = dedup(table, "-o", tmp_path / "q.csv", "--report", tmp_path / "sub" / ".." / "q.csv")
    assert result.exit_code == 1
    assert "would be written twice" in result.stderr.replace("\n", " ")


def test_a_quote_that_is_never_closed_loses_no_row_in_silence(tmp_path):
    path = tmp_path / "open.csv"
    path.write_text('id,author,title,year,journal\nx1,A,"Some long title,2001,J\nx2,A,Another,2002,K\n')
    result = dedup(path, "-o", tmp_path / "out.csv")
    assert result.exit_code == 1
    assert f"{path}:2: the row that begins here" in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_rows_with_fewer_cells_are_read_and_told(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("id,author,title,year,journal\nx1,A,One title,2001\nx2,A,Another,2002,K\nx3,B\n")
    result = dedup(path, "-o", tmp_path / "out.csv")
    assert result.exit_code == 0
    message = (
        "The row has 4 cells where the header has 5; those that are missing at its end were taken as empty."
    )
    assert f"\n{path}:2: {message} (also line 4, with other numbers)\n" in result.stderr
    assert list(clusters(tmp_path / "out.csv")) == ["x1", "x2", "x3"]


def test_without_a_record_nothing_is_written(tmp_path):
    path = tmp_path / "head.csv"
    path.write_text("id,author,title,year,journal\n")
    result = dedup(path, "-o", tmp_path / "out.csv", "--report", tmp_path / "report.html")
    assert result.exit_code == 1
    assert "No record was read" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["head.csv"]


def test_inputs_of_one_name_are_numbered_among_themselves(table, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "export.ris").write_text(RIS.replace(MILK, f"Tea {folder}"))
    dedup(table, tmp_path / "a" / "export.ris", tmp_path / "b" / "export.ris", "-o", tmp_path / "out.csv")
    assert list(clusters(tmp_path / "out.csv"))[-2:] == ["export 1:1", "export 2:1"]


def test_each_file_is_told_with_its_path_its_name_and_its_counts(tmp_path):
    for folder, text in (("x", RIS + "stray\n"), ("y", RIS + "TY  - JOUR\nER  - \n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "export.ris").write_text(text)
    x, y = tmp_path / "x/export.ris", tmp_path / "y/export.ris"
    result = dedup(x, y, "-o", tmp_path / "out.csv", "--json", "--report", tmp_path / "why.html")
    assert result.exit_code == 1  # a record was lost
    assert json.loads(result.stdout)["files"] == [
        {"file": str(x), "name": "export 1", "records": 1, "lost": 0, "problems": 1},
        {"file": str(y), "name": "export 2", "records": 1, "lost": 1, "problems": 1},
    ]
    assert f"\n{x}:9: This line is outside a record; it is not used.\n" in result.stderr
    assert [
        line.split()[-4:] for line in result.stderr.splitlines() if line.startswith(f"{x}  export 1:...")
    ] == [["1", "1", "0", "1"]]
    page = (tmp_path / "why.html").read_text()
    assert f"<b>{y}</b> (its records: export 2:…): 1 read, 1 not read, 1 problem</li>" in page


def test_a_table_whose_ids_another_has_is_told_with_the_name_before_them(table, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(TABLE)
    result = dedup(table, other, "-o", tmp_path / "out.csv", "--json")
    assert [file["name"] for file in json.loads(result.stdout)["files"]] == ["table", "other"]


def test_many_problems_of_one_kind_are_one_line(tmp_path):
    (tmp_path / "a.ris").write_text("".join(f"{RIS}stray line {n}\n" for n in range(50)))
    result = dedup(tmp_path / "a.ris", "-o", tmp_path / "out.csv")
    told = [line for line in result.stderr.splitlines() if "outside a record" in line]
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path / 'a.ris'}:9: ")
    assert "47 more" in told[0]


def test_an_input_that_cannot_be_read_is_named_with_its_path(tmp_path):
    (tmp_path / "page.ris").write_text("<!DOCTYPE html><html><body>Log in</body></html>")
    result = dedup(tmp_path / "page.ris", "-o", tmp_path / "out.csv")
    assert result.stderr.startswith(f"{tmp_path / 'page.ris'}: The file is not an export that is read: ")


def test_nothing_is_written_where_a_folder_of_the_report_does_not_exist(table, tmp_path):
    result = dedup(table, "-o", tmp_path / "out.csv", "--report", tmp_path / "none" / "why.html")
    assert result.exit_code == 1
    assert "there is no folder" in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_an_id_is_no_formula_in_the_clusters_and_reading_gives_it_back(tmp_path):
    ids = ["=1+1", "@x", "'=2", "-5", "plain"]
    path = tmp_path / "in.csv"
    path.write_text("id,author,title,year,journal\n" + "".join(f"{name},,Title {name},,\n" for name in ids))
    dedup(path, "-o", tmp_path / "out.csv")
    written = list(clusters(tmp_path / "out.csv"))
    assert written[:2] == ["'=1+1", "'@x"]
    assert written[3:] == ["-5", "plain"]
    path.write_text("id,author,title,year,journal\n" + "".join(f"{name},,Tea,,\n" for name in written))
    assert list(read_table(path)) == list(dict.fromkeys(name.removeprefix("'") for name in ids))


def test_a_table_of_semicolons_and_cp1252_keeps_its_ids(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(
        "id;author;title;year;journal\nx9;Müller, A;Käse, ein Versuch;2001;Allergy\n".encode("cp1252")
    )
    result = dedup(path, "-o", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert list(clusters(tmp_path / "out.csv")) == ["x9"]
    assert f"{path}: The file is not UTF-8" in result.stderr
