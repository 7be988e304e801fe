"""Searches in the folder: a source of an update, and one whose exports need a mapping file."""

import pytest

from evisynth.reporting.derivations import all_derivations
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
