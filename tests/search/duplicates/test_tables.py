import gzip

import pytest

from evisynth.errors import DataError
from evisynth.search.duplicates.tables import author_names, is_table, read_table
from evisynth.search.record import Reading

HEADER = "id,author,title,year,journal,volume,number,pages,doi,abstract,isbn,pmid,database,cluster\n"


def written(tmp_path, text, name="records.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8"))
    return path


def test_a_row_is_a_record(tmp_path):
    row = (
        'x7,"Longo, G.; Barbi, E.",Milk,2008,Allergy,63,2,12-15,10.1000/x,Text.,0105-4538,18158176,Embase,4\n'
    )
    (name, record), *_ = read_table(written(tmp_path, HEADER + row)).items()
    assert name == "x7"
    assert record.authors == ("Longo, G.", "Barbi, E.")
    assert (record.title, record.year, record.journal, record.volume) == ("Milk", 2008, "Allergy", "63")
    assert (record.issue, record.pages, record.doi, record.abstract) == ("2", "12-15", "10.1000/x", "Text.")
    assert (record.issn, record.pmid, record.database) == (("0105-4538",), "18158176", "Embase")
    assert record.number == 1


def test_the_id_of_a_row_is_not_the_number_of_the_record_in_its_database(tmp_path):
    (plain,) = read_table(written(tmp_path, HEADER + "x7,,Milk,,,,,,,,,,Embase,\n")).values()
    assert plain.accession == ""
    text = "id,author,title,year,journal,database,accession\nx7,,Milk,,,Embase,L123\n"
    (named,) = read_table(written(tmp_path, text)).values()
    assert (named.database, named.accession) == ("Embase", "L123")


def test_gzip_a_byte_order_mark_and_other_columns_are_read(tmp_path):
    text = "\ufeffTitle,ID,colour,journal,year,author\nMilk,1,red,Allergy,2008//,Longo G\n"
    path = tmp_path / "records.csv.gz"
    path.write_bytes(gzip.compress(text.encode("utf-8")))
    assert is_table(path)
    (record,) = read_table(path).values()
    assert (record.title, record.year, record.journal) == ("Milk", 2008, "Allergy")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Longo, G.; Barbi, E.", ("Longo, G.", "Barbi, E.")),
        ("Longo, Giorgio and Barbi, Egidio", ("Longo, Giorgio", "Barbi, Egidio")),
        ("Adeli K.Lewis G. F.Chen R.", ("Adeli K.", "Lewis G. F.", "Chen R.")),
        ("J. R.Smith", ("J. R.Smith",)),
        ("J.Smith", ("J.Smith",)),
        ("J&uuml;rgen Klein; Anna Gro&szlig;", ("Jürgen Klein", "Anna Groß")),
        ("World Health Organization", ("World Health Organization",)),
        ("", ()),
        (" ; ", ()),
    ],
)
def test_authors_are_separated(text, names):
    assert author_names(text) == names


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (",,Milk,,\n", ":2: the row has no id"),
        ("1,,Milk,,\n1,,Egg,,\n", ":3: the id 1 is used twice"),
        ("1,,Milk,,Allergy, Asthma\n", ":2: 6 cells, but the header has 5"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        read_table(written(tmp_path, "id,author,title,year,journal\n" + rows))


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8"), (",", "utf-16-le")]
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_table_is_read_whatever_divides_it_and_in_any_encoding(tmp_path, delimiter, encoding, packed):
    cells = [["id", "author", "title", "year", "journal"], ["x1", "Müller, A.", "Käse", "2001", "Allergy"]]
    text = "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in cells)
    path = tmp_path / "table.csv"
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if packed else data)
    assert is_table(path)
    told = Reading()
    (record,) = read_table(path, told).values()
    assert (record.title, record.authors, record.year) == ("Käse", ("Müller, A.",), 2001)
    assert (told.found, told.records, told.encoding) == (1, [record], encoding)
    assert bool(told.problems) == (encoding in {"cp1252", "utf-16-le"})  # those had to be guessed


def test_bytes_that_are_no_utf_8_far_down_are_read_and_told(tmp_path):
    path = tmp_path / "table.csv"
    rows = "".join(f"{n},,Milk,,\n" for n in range(20_000))
    path.write_bytes(b"id,author,title,year,journal\n" + rows.encode() + "x,Müller,Tea,,\n".encode("cp1252"))
    told = Reading()
    assert read_table(path, told)["x"].authors == ("Müller",)
    assert ["first on line 20002" in problem.message for problem in told.problems] == [True]


def test_rows_with_fewer_cells_are_read_and_each_is_noted(tmp_path):
    told = Reading()
    read_table(written(tmp_path, "id,author,title,year,journal\n1,,Milk\n2,,Egg,,\n3\n"), told)
    assert [(each.line, each.message[:18]) for each in told.problems] == [
        (2, "The row has 3 cell"),
        (4, "The row has 1 cell"),
    ]


def test_a_quote_that_is_not_closed_is_named_by_the_line_on_which_its_row_begins(tmp_path):
    text = 'id,author,title,year,journal\n1,,"Milk\nand tea",,\n2,,"Egg,,\n3,,Tea,,\n'
    with pytest.raises(DataError, match=r"records\.csv:4: the row that begins here"):
        read_table(written(tmp_path, text))


def test_a_cut_gzip_file_says_so(tmp_path):
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress((HEADER + "1,,Milk,,,,,,,,,,,\n" * 99).encode())[:-20])
    assert is_table(cut)
    with pytest.raises(DataError, match=r"cut\.csv\.gz cannot be read"):
        read_table(cut)


@pytest.mark.parametrize("text", ["", "PMID- 1\nTI  - Milk\n", "id,title\n1,Milk\n", "key,title,authors\n"])
def test_other_files_are_no_such_table(tmp_path, text):
    assert not is_table(written(tmp_path, text))


def test_a_directory_and_a_missing_file_are_no_such_table(tmp_path):
    assert not is_table(tmp_path)
    assert not is_table(tmp_path / "none.csv")


def test_a_very_long_cell_is_read(tmp_path):
    (record,) = read_table(written(tmp_path, HEADER + f"1,,Milk,,,,,,,{'a' * 300_000},,,,\n")).values()
    assert len(record.abstract) == 300_000
