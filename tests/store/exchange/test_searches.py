"""Searches in the folder: a source of an update, and one whose exports need a mapping file."""

import hashlib

import pytest

from evisynth.reporting.derivations import all_derivations
from evisynth.search.formats.writing import writer_for
from evisynth.search.record import Record
from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from support.small_review import SmallReview
from support.updated_review import UpdatedReview

pytestmark = pytest.mark.django_db

MAPPING = """\
# how the cough index exports
database: Cough Index
kind: tagged
tag: "{tag}: "
record: Title
authors: comma
fields:
  title: Title
  authors: Authors
  year: Year
"""
EXPORT = "Title: Almond drops in harbours\nAuthors: Rao AB, Nair C.\nYear: 2009\nTitle: Honey\nYear: 2010\n"


class Mapped(UpdatedReview):
    """The updated review with a third source, whose format no reader knows."""

    def __init__(self, **more: str) -> None:
        super().__init__()
        self.exports["searches/cough.txt"] = EXPORT.encode()
        self.exports["searches/cough.yaml"] = MAPPING.encode()
        self.add("searches.csv", "cough,Cough Index,database,,2012-10-03,,,,,searches/cough.txt")
        self.more["cough"] = {"mapping": "searches/cough.yaml"} | more


def loaded(small, tmp_path):
    review, problems = load_folder(small.write(tmp_path), "small")
    return review, [str(problem) for problem in problems]


def there_and_back(review, tmp_path):
    """The files of the second of two exports, the same as those of the first."""
    export_review(review, tmp_path / "one")
    again, problems = load_folder(tmp_path / "one", "again")
    export_review(again, tmp_path / "two")
    one, two = (
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert problems == []
    assert one == two
    return two


def test_an_export_is_read_as_its_mapping_says(tmp_path):
    review, problems = loaded(Mapped(), tmp_path)
    assert problems == []
    first, second = models.Record.objects.filter(review=review, search__key="cough")
    assert (first.key, first.title, first.year) == ("cough:1", "Almond drops in harbours", 2009)
    assert first.fields["authors"] == ["Rao, AB", "Nair, C"]
    assert second.fields["database"] == "Cough Index"
    assert models.ImportBatch.objects.get(review=review, search__key="cough").format == "mapped"


def test_a_mapping_and_an_update_come_back_from_the_database(tmp_path):
    files = there_and_back(loaded(Mapped(), tmp_path)[0], tmp_path)
    assert files["searches/cough.yaml"] == MAPPING.encode()
    header, *rows = files["searches.csv"].decode().splitlines()
    assert header.endswith(",note,update,mapping")
    ends = {row.split(",")[0]: row.split(",")[-2:] for row in rows}
    assert ends["cough"] == ["", "searches/cough.yaml"]
    assert (ends["medline"], ends["medline-2"]) == (["", ""], ["1", ""])


def test_a_review_that_needs_neither_is_exported_without_their_columns(tmp_path):
    files = there_and_back(loaded(SmallReview(), tmp_path)[0], tmp_path)
    assert files["searches.csv"].decode().splitlines()[0].endswith(",sha256,note")


def test_an_update_of_0_is_the_reviews_own_search(tmp_path):
    small = UpdatedReview()
    small.more["medline"] = {"update": "0"}
    files = there_and_back(loaded(small, tmp_path)[0], tmp_path)
    assert files["searches.csv"].decode().splitlines()[1].endswith(",")


@pytest.mark.parametrize("update", ["one", "1.5", "-1", "1000", "99999999999"])
def test_an_update_that_is_no_small_whole_number_leaves_its_source_out(tmp_path, update):
    small = UpdatedReview()
    small.more["pubmed-2"]["update"] = update
    review, problems = loaded(small, tmp_path)
    assert any(problem.startswith(f"searches.csv:5: update: found {update!r}") for problem in problems), (
        problems
    )
    assert not models.SearchRun.objects.filter(review=review, key="pubmed-2").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: table", "searches/cough.yaml: fields must list parts of a record"),
        ("kind: tagged\nfields: {titel: Title}\n", "Did you mean 'title'?"),
        (":\n- [", "this is not YAML"),
        ("database: 2012-13-45\nkind: table\n", "cannot be read as YAML: month must be in 1..12"),
        ("[" * 20_000, "cannot be read as YAML"),
        ("\xff\xfe", "is not UTF-8"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_is_told_and_its_files_are_kept(tmp_path, text, message):
    small = Mapped()
    small.exports["searches/cough.yaml"] = text.encode("latin-1")
    review, problems = loaded(small, tmp_path)
    (told,) = [problem for problem in problems if problem.startswith("searches.csv:6: mapping:")]
    assert message in told
    assert told.endswith("No record of the source came in.")
    assert not models.Record.objects.filter(review=review, search__key="cough").exists()
    export_review(review, tmp_path / "out")
    assert (tmp_path / "out/searches/cough.txt").read_text() == EXPORT
    assert (tmp_path / "out/searches/cough.yaml").read_bytes() == text.encode("latin-1")


def test_a_mapping_that_is_not_there_is_told_with_the_nearest_name(tmp_path):
    review, problems = loaded(Mapped(mapping="searches/caugh.yaml"), tmp_path)
    assert problems == [
        "searches.csv:6: mapping: the file 'searches/caugh.yaml' is not there. Did you mean 'cough.yaml'?",
        "searches.csv:6: file: nothing was read, since searches/caugh.yaml is not there or empty.",
    ]
    assert models.Record.objects.filter(review=review).count() == 14


def test_a_mapping_outside_the_folder_is_not_read(tmp_path):
    (tmp_path / "cough.yaml").write_text(MAPPING)
    _, problems = loaded(Mapped(mapping="../cough.yaml"), tmp_path)
    assert (
        problems[0] == "searches.csv:6: mapping: found '../cough.yaml', which is outside the review folder."
    )


def test_a_format_beside_a_mapping_is_told(tmp_path):
    small = Mapped()
    small.row("searches.csv", source="cough")["format"] = "ris"
    review, problems = loaded(small, tmp_path)
    assert problems == [
        "searches.csv:6: format: found 'ris' beside a mapping; the files were read as the mapping says."
    ]
    assert models.Record.objects.filter(review=review, search__key="cough").count() == 2


def test_a_file_that_does_not_fit_its_mapping_is_told(tmp_path):
    small = Mapped()
    small.exports["searches/cough.yaml"] = b"kind: table\nfields: {title: Document}\n"
    _, problems = loaded(small, tmp_path)
    (told,) = problems
    assert told.startswith("searches.csv:6: file:")
    assert "Document" in told


def test_files_that_a_source_names_may_stand_beside_the_tables(tmp_path):
    small = Mapped(mapping="cough.yaml")
    small.exports["cough.yaml"] = MAPPING.encode()
    small.exports["odd.yaml"] = b"a: b\n"
    assert loaded(small, tmp_path)[1] == ["odd.yaml: is not a file of a review folder; it was not read."]


def test_the_report_says_by_which_mapping_a_source_was_read(tmp_path):
    findings = gather(loaded(Mapped(), tmp_path)[0])
    how = {derivation.key: derivation.how for derivation in all_derivations(findings).values()}
    assert how["source/cough"].endswith("Read as searches/cough.yaml says.")
    assert "Read as" not in how["source/medline"]


# ---------------------------------------------------------------- exports that give nothing, or not all


def with_export(content, **cells):
    """The small review with a third source of this export."""
    small = SmallReview()
    small.exports["searches/other.txt"] = content
    small.add("searches.csv", "other,Other,database,,2012-10-03,,,,,searches/other.txt")
    small.row("searches.csv", source="other").update(cells)
    return small


def of_the_row(problems):
    return [
        problem.removeprefix("searches.csv:4: ")
        for problem in problems
        if problem.startswith("searches.csv:4: ")
    ]


IF_NOTHING = " Where the search found nothing, 'none' in the place of the file says so."


def test_an_export_without_a_record_in_the_format_of_its_row_is_told_with_what_it_looks_like(tmp_path):
    ris = b"TY  - JOUR\nTI  - Honey in harbours\nER  - \n"
    review, problems = loaded(with_export(ris, format="nbib"), tmp_path)
    assert of_the_row(problems) == [
        "file: searches/other.txt was read as nbib, as the row says, and no record was found in it. It looks like "
        "RIS (format ris)." + IF_NOTHING
    ]
    assert models.ImportBatch.objects.get(review=review, search__key="other").found == 0


def test_a_table_of_nothing_but_its_header_is_told(tmp_path):
    _, problems = loaded(with_export(b"Title,Authors,Year,DOI\n"), tmp_path)
    assert of_the_row(problems) == [
        "file: searches/other.txt was read as csv, and no record was found in it." + IF_NOTHING
    ]


def test_a_workbook_of_nothing_but_its_header_is_not_told_to_look_like_no_format(tmp_path):
    _, problems = loaded(with_export(writer_for("xlsx").write([])), tmp_path)
    assert of_the_row(problems) == [
        "file: searches/other.txt was read as xlsx, and no record was found in it." + IF_NOTHING
    ]


def test_an_empty_export_is_told(tmp_path):
    (told,) = of_the_row(loaded(with_export(b"\n"), tmp_path)[1])
    assert told.endswith("is empty; export it again. No record of it came in." + IF_NOTHING)


def test_a_mapping_whose_marks_do_not_occur_is_told(tmp_path):
    small = Mapped()
    small.exports["searches/cough.txt"] = b"Heading: Almond drops\nWriters: Rao AB\n"
    _, (told,) = loaded(small, tmp_path)
    assert told == (
        "searches.csv:6: file: searches/cough.txt was read the way searches/cough.yaml says, and no record was found "
        "in it. It looks like no format that is read." + IF_NOTHING
    )


def test_a_search_that_found_nothing_has_no_file_and_no_problem(tmp_path):
    small = SmallReview()
    small.add("searches.csv", "trove,Trove,database,,2012-10-03,,none,,,none")
    review, problems = loaded(small, tmp_path)
    assert problems == []
    assert not models.ImportBatch.objects.filter(review=review, search__key="trove").exists()
    assert b",none,,," in there_and_back(review, tmp_path)["searches.csv"]


def test_a_file_beside_none_is_read_and_that_is_told(tmp_path):
    small = with_export(b"TY  - JOUR\nTI  - Honey in harbours\nER  - \n", file="none;searches/other.txt")
    review, problems = loaded(small, tmp_path)
    assert of_the_row(problems) == [
        "file: found 'none' beside files; it stands for a search that found nothing, and then it stands alone."
    ]
    assert models.Record.objects.filter(review=review, search__key="other").count() == 1


@pytest.mark.parametrize("name", ["bibtex", "endnote-xml", "csv", "csl-json", "ris"])
def test_an_export_that_is_cut_off_is_told_and_its_records_stay(tmp_path, name):
    records = [
        Record(title=f"Honey in harbours, part {n}", authors=("Rao, A",), year=2000 + n, journal="Cough", doi=f"10.9999/{n}")
        for n in range(1, 5)
    ]  # fmt: skip
    whole = writer_for(name).write(records)
    start = whole.rindex(b"part 4")
    review, problems = loaded(with_export(whole[: start + 20]), tmp_path)
    (told,) = [problem for problem in problems if problem.startswith("searches/other.txt:")]
    assert told.endswith("Export it again if it is cut off.")
    assert models.Record.objects.filter(review=review, search__key="other").count() == 4
    assert load_folder(with_export(whole).write(tmp_path / "whole"), "whole")[1] == []


def test_a_record_that_could_not_be_read_is_said_once(tmp_path):
    small = with_export(
        b'{"studies": [{"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "A"}}},\n'
        b'{"protocolSection": {"identificationModule": {"nct'
    )
    told = [problem for problem in loaded(small, tmp_path)[1] if problem.startswith("searches/other.txt:")]
    assert len(told) == 1
    assert told[0].lower().count("could not be read") == 1


# ---------------------------------------------------------------- names of files


@pytest.mark.parametrize("source", ["other", "medline"])
def test_an_export_that_is_named_twice_is_told_and_read_twice(tmp_path, source):
    ris = b"TY  - JOUR\nTI  - Honey in harbours\nER  - \n"
    small = with_export(ris, file="searches/other.txt;searches/other.txt")
    small.exports["searches/copy.txt"] = ris
    if source == "medline":
        small.row("searches.csv", source="other")["file"] = "searches/other.txt"
        small.row("searches.csv", source="medline").update(
            file="searches/medline.ris;searches/copy.txt", sha256=""
        )
    review, problems = loaded(small, tmp_path)
    first = "searches/copy.txt (source medline, line 2)"
    if source == "other":
        first = "searches/other.txt (source other, line 4)"
    assert of_the_row(problems) == [
        (
            f"file: searches/other.txt has the same content as {first}, and its records were read twice. Name each export "
            "once."
        )
    ]
    honey = models.Record.objects.filter(review=review, title="Honey in harbours")
    assert honey.count() == 2


def test_an_export_that_stands_in_two_runs_of_the_searches_is_no_problem_of_its_name(tmp_path):
    small = UpdatedReview()
    small.exports["searches/medline-2.ris"] += small.exports["searches/medline.ris"]
    small.row("searches.csv", source="pubmed-2")["file"] = "searches/pubmed.nbib"
    assert not [problem for problem in loaded(small, tmp_path)[1] if "same content" in problem]


@pytest.mark.parametrize(
    ("hashes", "told"),
    [
        (1, ("found 1 for 2 files; one for each file, in their order, with ; between them is right. Not checked: "
            "searches/other.txt.")),
        (3, "found 3 for 2 files; one for each file, in their order, with ; between them is right."),
        (2, ""),
    ],
)  # fmt: skip
def test_files_without_a_hash_beside_one_that_has_it_are_told(tmp_path, hashes, told):
    small = with_export(b"TY  - JOUR\nTI  - Honey in harbours\nER  - \n")
    row = small.row("searches.csv", source="medline")
    row["file"] += ";searches/other.txt"
    digest = hashlib.sha256(small.exports["searches/other.txt"]).hexdigest()
    row["sha256"] = ";".join([row["sha256"], digest, digest][:hashes])
    small.tables["searches.csv"].pop()
    assert loaded(small, tmp_path)[1] == ([f"searches.csv:2: sha256: {told}"] if told else [])


def test_a_folder_in_the_place_of_a_file_is_said_to_be_one(tmp_path):
    _, problems = loaded(with_export(b"", file="searches"), tmp_path)
    assert of_the_row(problems) == [
        "file: found 'searches', which is a folder; the name of a file in it is right."
    ]


def test_a_record_of_a_source_without_records_is_told_by_its_source(tmp_path):
    small = with_export(b"<!doctype html><html><body>Log in</body></html>", source="login")
    small.add("duplicates.csv", "login:1,medline:1,merge,ra", "medline:2,login:2,merge,ra")
    problems = loaded(small, tmp_path)[1]
    assert (
        "duplicates.csv:3: record_a: names source 'login', which has no records; 1 row was left out. Mend that first."
        in problems
    )
