import tracemalloc

import pytest
from typer.testing import CliRunner

from evisynth.cli import search
from evisynth.cli.main import app
from evisynth.errors import DataError
from evisynth.search import formats
from evisynth.search.formats import parts, read_bytes, read_file
from evisynth.search.formats.summary import Summary
from evisynth.search.formats.writing import write, xlsx

runner = CliRunner()
RIS = "TY  - JOUR\nTI  - Milk\nAU  - Ito, K\nUR  - https://example.org/1\nER  - \n"


@pytest.fixture
def exports(tmp_path):
    (tmp_path / "a.ris").write_text(RIS + RIS.replace("Milk", "Water") + "stray line\n")
    (tmp_path / "b.nbib").write_text("PMID- 7\nOWN - NLM\nTI  - Tea\n")
    return tmp_path


def convert(*arguments):
    return runner.invoke(app, ["search", "convert", *map(str, arguments)])


@pytest.mark.parametrize("ending", ["ris", "nbib", "bib", "xml", "csv", "xlsx", "json"])
def test_exports_are_put_together_in_one_file(exports, ending):
    out = exports / f"all.{ending}"
    result = convert(exports / "a.ris", exports / "b.nbib", "-o", out)
    assert result.exit_code == 0, result.output
    assert [record.title for record in read_file(out).records] == ["Milk", "Water", "Tea"]
    assert "3 records are in" in result.stderr


def test_the_table_counts_and_the_problems_are_listed(exports):
    result = convert(exports / "a.ris", "-o", exports / "all.csv")
    assert result.stdout == f"{exports / 'a.ris'}:11: This line is outside a record; it is not used.\n"
    row = next(line for line in result.stderr.splitlines() if line.rstrip().endswith("1"))
    assert row.split()[-4:] == ["2", "2", "0", "1"]


def test_what_the_format_cannot_hold_is_said(exports):
    result = convert(exports / "a.ris", "-o", exports / "all.nbib")
    assert "PubMed (nbib) cannot hold all of links: record 1, 2 of the output." in result.stderr


def test_a_lost_record_is_exit_code_1_and_the_others_are_written(exports):
    (exports / "c.ris").write_text(RIS + "TY  - JOUR\nER  - \n")
    result = convert(exports / "c.ris", "-o", exports / "all.csv")
    assert result.exit_code == 1
    assert len(read_file(exports / "all.csv").records) == 1


def test_an_unreadable_file_is_exit_code_1_and_named(exports):
    (exports / "page.ris").write_text("<html>login</html>")
    result = convert(exports / "page.ris", exports / "a.ris", "-o", exports / "all.csv")
    assert result.exit_code == 1
    assert (
        f"{exports / 'page.ris'}: The file is not an export that is read: it is a web page." in result.stdout
    )
    assert len(read_file(exports / "all.csv").records) == 2


def test_nothing_is_written_where_nothing_was_read(exports):
    result = convert(exports / "nowhere.ris", "-o", exports / "all.csv")
    assert result.exit_code == 1
    assert result.stdout == f"{exports / 'nowhere.ris'}: there is no such file.\n"
    assert not (exports / "all.csv").exists()


def test_format_encoding_and_mapping_can_be_named(exports):
    (exports / "d.txt").write_bytes("Name,By\nMüsli,Ito K\n".encode("cp1252"))
    (exports / "m.yaml").write_text("kind: table\nfields: {title: Name, authors: By}\n")
    out = exports / "all.txt"
    result = convert(
        exports / "d.txt", "-o", out, "--to", "ris", "--encoding", "cp1252", "--mapping", exports / "m.yaml"
    )
    assert result.exit_code == 0, result.output
    assert [(record.title, record.authors) for record in read_file(out).records] == [("Müsli", ("Ito, K",))]
    assert convert(exports / "b.nbib", "-o", out, "--to", "ris", "--from", "nbib").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "all.docx"], "names no format that is written"),
        (["-o", "all.csv", "--to", "bibtx"], "Did you mean 'bibtex'"),
        (["-o", "all.csv", "--mapping", "none.yaml"], "cannot be opened"),
    ],
)
def test_wrong_wishes_say_what_would_be_right(exports, monkeypatch, arguments, message):
    monkeypatch.chdir(exports)
    result = convert("a.ris", *arguments)
    assert result.exit_code == 1
    assert message in result.stderr.replace("\n", " ")


def test_an_export_is_never_written_over(exports):
    result = convert(exports / "a.ris", "-o", exports / "a.ris")
    assert result.exit_code == 1
    assert (exports / "a.ris").read_text().endswith("stray line\n")


def test_an_output_that_cannot_be_written_leaves_nothing_behind(exports):
    result = convert(exports / "a.ris", "-o", exports / "nowhere" / "all.csv")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert sorted(path.name for path in exports.iterdir()) == ["a.ris", "b.nbib"]


def numbered(count, abstract="Milk drops."):
    return "".join(
        f"TY  - JOUR\nTI  - Trial {n}\nAU  - Ito, K\nAB  - {abstract}\nZ{n % 9}  - x\nDB  - MEDLINE\nER  - \n"
        for n in range(count)
    )


@pytest.fixture
def in_small_parts(monkeypatch):
    monkeypatch.setattr(formats, "LARGE", 1_000)
    monkeypatch.setattr(parts.parts_of, "__defaults__", (700,))


@pytest.mark.parametrize("ending", ["ris", "nbib", "bib", "xml", "csv", "xlsx", "json"])
def test_a_file_converted_in_parts_is_what_writing_its_records_gives(exports, in_small_parts, ending):
    data = numbered(40).encode() + numbered(3, "Gärung").encode("cp1252")
    (exports / "large.ris").write_bytes(data)
    out = exports / f"all.{ending}"
    result = convert(exports / "large.ris", exports / "b.nbib", "-o", out)
    assert result.exit_code == 0, result.output
    whole = read_bytes(data)
    names = {"bib": "bibtex", "xml": "endnote-xml", "json": "csl-json"}
    records = [*whole.records, *read_file(exports / "b.nbib").records]
    assert out.read_bytes() == write(records, names.get(ending, ending))
    row = next(line for line in result.stderr.splitlines() if " cp1252 " in line)
    assert row.split()[-4:] == ["43", "43", "0", str(len(whole.problems))]
    summary = Summary()
    summary.add(whole)
    told = result.stdout.splitlines()
    assert "cp1252" in told[0]
    assert told[1:] == [f"{exports / 'large.ris'}:{line}: {note}" for line, note in summary.notes[1:]]
    if ending == "nbib":
        assert "cannot hold all of database: record 1, 2, 3 and 40 more of the output." in result.stderr


def test_memory_does_not_grow_with_the_file_that_is_converted(exports, monkeypatch):
    def peak(count):
        (exports / "large.ris").write_text(numbered(count, "milk " * 100))
        tracemalloc.start()
        result = convert(exports / "large.ris", "-o", exports / "all.csv")
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert f"{count:,} records are in" in result.stderr
        return used

    monkeypatch.setattr(formats, "LARGE", 1_000)
    monkeypatch.setattr(parts.parts_of, "__defaults__", (50_000,))
    peak(10)  # modules are loaded
    assert peak(4_000) < peak(1_000) + 300_000  # the records are 2.4 MB and 0.6 MB


def test_what_was_read_before_a_file_failed_is_written_and_the_next_file_follows(
    exports, in_small_parts, monkeypatch
):
    def failing(path, **named):
        for number, part in enumerate(formats.read_in_parts(path, **named)):
            if number == 2:
                raise DataError(f"{path.name}: the disk failed.")
            yield part

    monkeypatch.setattr(search, "read_in_parts", failing)
    (exports / "large.ris").write_text(numbered(40))
    result = convert(exports / "large.ris", exports / "b.nbib", "-o", exports / "all.ris")
    assert result.exit_code == 1
    assert f"{exports / 'large.ris'}: the disk failed." in result.stdout
    titles = [record.title for record in read_file(exports / "all.ris").records]
    assert titles[-1] == "Tea"
    assert 1 < len(titles) < 40
    assert titles[:-1] == [f"Trial {n}" for n in range(len(titles) - 1)]


def test_a_writer_that_fails_in_the_middle_leaves_the_old_file_as_it_was(
    exports, in_small_parts, monkeypatch
):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 20)
    (exports / "large.ris").write_text(numbered(40))
    (exports / "all.xlsx").write_bytes(b"old")
    result = convert(exports / "large.ris", "-o", exports / "all.xlsx")
    assert result.exit_code == 1
    assert "Write CSV instead" in result.stderr
    assert (exports / "all.xlsx").read_bytes() == b"old"
    assert sorted(path.name for path in exports.iterdir()) == ["a.ris", "all.xlsx", "b.nbib", "large.ris"]


def test_the_mapping_file_is_not_written_over(exports):
    mapping = exports / "map.yaml"
    mapping.write_text('kind: tagged\ntag: "{tag}: "\nrecord: Title\nfields:\n  title: Title\n')
    before = mapping.read_text()
    result = convert(exports / "a.ris", "-o", mapping, "--mapping", mapping, "--to", "ris")
    assert result.exit_code == 1
    assert mapping.read_text() == before


def test_a_format_and_a_mapping_together_are_refused(exports):
    mapping = exports / "map.yaml"
    mapping.write_text('kind: tagged\ntag: "{tag}: "\nrecord: Title\nfields:\n  title: Title\n')
    result = convert(exports / "a.ris", "-o", exports / "o.csv", "--mapping", mapping, "--from", "ris")
    assert result.exit_code == 1
    assert "leave --from out" in result.stderr.replace("\n", " ")


def test_a_table_without_known_columns_is_told_of_mapping_files(exports):
    (exports / "t.csv").write_text("a,b,c\n1,2,3\n")
    result = convert(exports / "t.csv", "-o", exports / "o.ris")
    assert result.exit_code == 1
    assert "mapping file" in result.output


def test_no_path_is_broken_and_markup_stays_text(exports):
    folder = exports / ("a-long-name-" * 12) / "[red]of[/red] a folder"
    folder.mkdir(parents=True)
    (folder / "a.ris").write_text(RIS)
    result = convert(folder / "a.ris", "-o", exports / "all.csv")
    assert any(line.startswith(f"{folder / 'a.ris'}  ris ") for line in result.stderr.splitlines())
    assert "1 record is in" in result.stderr


def test_a_wrong_format_says_what_the_file_looks_like(exports):
    result = convert(exports / "a.ris", "-o", exports / "all.csv", "--from", "nbib")
    assert result.exit_code == 1
    assert "looks like RIS; leave --from out" in result.stdout
