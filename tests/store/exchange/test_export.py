"""What an export writes, and where it never writes."""

import pytest

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.exchange.export import export_review, review_named
from evisynth.store.exchange.load import load_folder
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(tmp_path):
    return load_folder(SmallReview().write(tmp_path), "small")[0]


@pytest.mark.parametrize("name", ["../evil.ris", "/tmp/evisynth-evil.ris", "a/../../evil.ris"])
def test_no_name_in_the_database_leads_an_export_out_of_its_folder(review, tmp_path, name):
    before = set(tmp_path.rglob("*"))
    models.ImportBatch.objects.filter(review=review).update(file=name)
    with pytest.raises(DataError, match="outside the review folder"):
        export_review(review, tmp_path / "deep" / "out")
    assert not set(tmp_path.rglob("*evil*"))
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {
        path for path in before if path.is_file()
    }


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evisynth-evil.txt"])
def test_a_strategy_that_was_outside_the_folder_is_written_nowhere(tmp_path, name):
    small = SmallReview()
    small.row("searches.csv", source="medline")["strategy"] = name
    review, problems = load_folder(small.write(tmp_path), "small")
    assert "outside the review folder" in str(problems[0])
    export_review(review, tmp_path / "out")
    assert not list(tmp_path.rglob("*evil*"))


def test_a_search_file_with_the_name_of_a_table_does_not_take_its_place(tmp_path):
    small = SmallReview()
    small.row("searches.csv", source="medline")["strategy"] = "studies.csv"
    review, _ = load_folder(small.write(tmp_path), "small")
    models.Study.objects.filter(review=review, key="beta").update(name="Beta 2003")
    export_review(review, tmp_path / "out")
    assert "Beta 2003" in (tmp_path / "out" / "studies.csv").read_text()


def test_texts_that_a_spreadsheet_would_run_are_written_with_an_apostrophe(review, tmp_path):
    models.Study.objects.filter(review=review, key="beta").update(name="=cmd|' /C calc'!A0", note="-0.5")
    export_review(review, tmp_path / "out")
    lines = (tmp_path / "out" / "studies.csv").read_text().splitlines()
    assert lines[2] == "beta,'=cmd|' /C calc'!A0,included,double-blind,no,,-0.5"


def test_tables_without_rows_are_not_written_but_those_that_a_review_needs_are(review, tmp_path):
    models.Contact.objects.filter(review=review)
    models.ExtractedValue.objects.filter(review=review).delete()
    models.Decision.objects.filter(review=review).delete()
    export_review(review, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"extraction.csv", "screening.csv"}.isdisjoint(names)
    assert {"review.yaml", "protocol.yaml", "searches.csv"} <= names


def test_a_review_is_found_by_its_name_or_the_nearest_is_offered(review):
    assert review_named("small") == review
    with pytest.raises(DataError, match=r"no review 'smal'\. Did you mean 'small'\?"):
        review_named("smal")
