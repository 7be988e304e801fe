import pytest
from typer.testing import CliRunner

from evisynth.cli.main import app
from evisynth.store.exchange.tables import DUPLICATES, SCREENING, SEARCHES

runner = CliRunner()


@pytest.mark.django_db
def test_a_new_folder_has_one_open_end_no_source(tmp_path):
    assert runner.invoke(app, ["new", str(tmp_path / "mine")]).exit_code == 0
    result = runner.invoke(app, ["check", str(tmp_path / "mine")])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "searches.csv: has no source yet: put an export into searches/ and name it in a row."
    ]


def test_a_new_folder_explains_the_columns_of_an_updated_search(tmp_path):
    runner.invoke(app, ["new", str(tmp_path / "mine")])
    assert (tmp_path / "mine/searches.csv").read_text().endswith(",note,update,mapping\n")
    assert (
        " for the first update (a whole number from 0 to 999)\n" in (tmp_path / "mine/README.md").read_text()
    )


def test_a_new_folder_says_of_each_column_of_the_tables_people_start_with_what_it_is_for(tmp_path):
    runner.invoke(app, ["new", str(tmp_path / "mine")])
    text = (tmp_path / "mine/README.md").read_text()
    for table in (SEARCHES, DUPLICATES, SCREENING):
        part = text.partition(f"## {table.file}\n")[2].partition("\n## ")[0]
        for column in table.columns:
            assert column.about, (table.file, column.name)
            assert f"- `{column.name}`: {column.about} (" in part


def test_a_new_folder_explains_each_list_once_and_a_list_of_yaml_as_one(tmp_path):
    runner.invoke(app, ["new", str(tmp_path / "mine")])
    text = (tmp_path / "mine/README.md").read_text()
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings))
    of_yaml, _, of_csv = text.partition("## searches.csv")
    assert "; between" not in of_yaml
    assert "- `eligibility.include`: a list such as [one, another]; needed\n" in of_yaml
    assert "(one or more, with ; between them; needed)" in of_csv


def test_new_refuses_a_folder_that_has_something_in_it(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    result = runner.invoke(app, ["new", str(tmp_path)])
    assert result.exit_code == 1
    assert "not empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.django_db
def test_build_writes_every_document_even_of_an_empty_review(tmp_path):
    folder = tmp_path / "mine"
    runner.invoke(app, ["new", str(folder)])
    result = runner.invoke(app, ["build", str(folder)])
    assert result.exit_code == 1  # the open end is listed
    written = {path.name for path in (folder / "report").iterdir()}
    assert written >= {
        "report.html",
        "report.docx",
        "report.pdf",
        "results.json",
        "problems.txt",
        "figures",
        "tables",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["check", "build"])
def test_a_folder_that_is_not_there_is_said_so(tmp_path, command):
    result = runner.invoke(app, [command, str(tmp_path / "nowhere")])
    assert result.exit_code == 1
    assert "does not exist" in result.stdout
    assert "Traceback" not in result.output


def test_wrong_usage_exits_with_2():
    assert runner.invoke(app, ["build"]).exit_code == 2
    assert runner.invoke(app, ["demo", "butter"]).exit_code == 2
