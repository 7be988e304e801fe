"""A review goes from folder to database and back without loss."""

import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.exchange.tables import TABLES
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db

HOSTILE = (
    "1e3", "007", "1_000", "0x1F", "2012-01-01", "2012-01-01 10:00", "yes", "No", "true", "~", "null", ": #", "a: b", "- a",
    "# not a comment", "'", '"', '""', "it's \"quoted\"", "a,b;c", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "'=kept",
    "''=kept", "'plain", "-0.5", "+1", "50%", "first\nsecond", "first\r\nsecond", "first\n\n  indented\nlast", "a\u2028b",
    "a\u2029b", "a\x85b", "מחקר בעברית", "\u202egnp.exe", "🌰 almond 👩‍🔬", "{{ cure.effect }}", "<script>alert(1)</script>",
    "&amp;", "*alias", "&anchor", "!!python/object:os.system", "|", ">", "%YAML 1.1", "---", "...", "? a", "[a, b]", "{a: b}",
    "\\n", "a\\", "x " * 200, "x" * 300, "\ufeffmark", "a\tb", "tab\t: x", "trailing colon:", "\u00a0", "a\u00a0", "= a", "`x`",
    "a\n b\n  c", "a \nb", "a\n\n\nb", "a" + " " * 30 + "b " * 70,
)  # fmt: skip
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\t\n\r\x85")
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(LETTERS, max_size=60)).map(str.strip)

# Free texts: what may hold anything, in CSV and in YAML.
FREE = (
    ("Review", "notice"), ("Review", "population"), ("Review", "objectives"), ("Membership", "affiliation"),
    ("ProtocolVersion", "note"), ("Amendment", "change"), ("ExclusionReason", "text"), ("Comparison", "intervention_name"),
    ("Outcome", "definition"), ("Timepoint", "name"), ("Characteristic", "label"), ("Analysis", "title"),
    ("Analysis", "not_pooled_reason"), ("Certainty", "comment"), ("SearchRun", "note"), ("DuplicateDecision", "reason"),
    ("Decision", "note"), ("Report", "note"), ("Study", "name"), ("StudyReport", "note"), ("Arm", "description"),
    ("Contact", "reply"), ("ExtractedValue", "quote"), ("Assessment", "support"),
)  # fmt: skip
NEEDED = {("Amendment", "change"), ("ExclusionReason", "text"), ("Comparison", "intervention_name"), ("Timepoint", "name"),
          ("Characteristic", "label"), ("Analysis", "title"), ("Study", "name"), ("Review", "population"), ("Analysis", "not_pooled_reason"),
          ("Review", "objectives")}  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored(review: models.Review) -> dict[str, list[dict]]:
    """Every row of a review without what the database adds: numbers of rows, and lines of the folder."""
    found = {}
    for name in sorted({table.model for table in TABLES} | {"Event", "ImportBatch", "Record"}):
        model = getattr(models, name)
        rows = model.objects.filter(pk=review.pk) if name == "Review" else model.objects.filter(review=review)
        fields = [field.attname for field in model._meta.concrete_fields if not field.is_relation]
        fields = [field for field in fields if field not in {"id", "line", "slug"}]
        links = [f"{field.name}__key" for field in model._meta.concrete_fields if field.is_relation]
        links = [
            link for link in links if link not in {"review__key", "batch__key", "group__key", "user__key"}
        ]
        found[name] = [
            {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
            for row in rows.order_by("position" if name != "Review" else "pk", "pk").values(*fields, *links)
        ]
    return found


def there_and_back(review: models.Review, folder: Path, slug: str = "again") -> tuple[models.Review, list]:
    """Export, load and export again; the two exports are the same bytes."""
    export_review(review, folder / "one")
    again, problems = load_folder(folder / "one", slug)
    export_review(again, folder / "two")
    assert contents(folder / "one") == contents(folder / "two")
    return again, problems


def test_export_load_export_gives_the_same_bytes_and_the_same_rows(tmp_path):
    review, problems = load_folder(SmallReview().write(tmp_path), "small")
    assert problems == []
    again, problems = there_and_back(review, tmp_path)
    assert problems == []
    assert stored(again) == stored(review)


def test_an_export_has_the_raw_exports_of_the_databases_untouched(tmp_path):
    small = SmallReview()
    review, _ = load_folder(small.write(tmp_path), "small")
    export_review(review, tmp_path / "out")
    exported = contents(tmp_path / "out")
    assert {name: exported[name] for name in small.exports} == small.exports


def test_tables_that_people_wrote_plainly_come_back_as_they_wrote_them(tmp_path):
    small = SmallReview()
    review, _ = load_folder(small.write(tmp_path), "small")
    export_review(review, tmp_path / "out")
    exported = contents(tmp_path / "out")
    plain = ("extraction.csv", "appraisal.csv", "reports.csv", "contacts.csv", "report.md", "history.jsonl")
    assert {name: exported[name] for name in plain} == {name: small.files()[name] for name in plain}


def test_an_export_over_an_older_one_leaves_nothing_of_the_older(tmp_path):
    review, _ = load_folder(SmallReview().write(tmp_path), "small")
    export_review(review, tmp_path / "out")
    models.Contact.objects.filter(review=review).update(reply="")
    models.ExtractedValue.objects.filter(review=review, contact__isnull=False).delete()
    models.Contact.objects.filter(review=review).delete()
    export_review(review, tmp_path / "out")
    assert not (tmp_path / "out" / "contacts.csv").exists()


def with_texts(review: models.Review, texts: dict[tuple[str, str], str]) -> None:
    for (name, field), text in texts.items():
        model = getattr(models, name)
        rows = model.objects.filter(pk=review.pk) if name == "Review" else model.objects.filter(review=review)
        rows.update(**{field: text or ("needed" if (name, field) in NEEDED else "")})
    review.refresh_from_db()


@pytest.fixture
def review(tmp_path):
    return load_folder(SmallReview().write(tmp_path), "small")[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(texts=st.fixed_dictionaries(dict.fromkeys(FREE, TEXTS)))
def test_any_text_survives_the_way_out_and_back(review, texts):
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        with_texts(review, texts)
        again, problems = there_and_back(review, Path(folder))
        assert problems == []
        assert stored(again) == stored(review)
        transaction.set_rollback(True)


@pytest.mark.parametrize("at", range(0, len(HOSTILE), len(FREE)))
def test_every_hostile_text_survives_the_way_out_and_back(review, tmp_path, at):
    for shift in (0, 11):
        texts = dict(zip(FREE, (HOSTILE * 2)[at + shift : at + shift + len(FREE)], strict=True))
        with transaction.atomic():
            with_texts(review, {place: text.strip() for place, text in texts.items()})
            again, problems = there_and_back(review, tmp_path / str(shift))
            assert problems == []
            assert stored(again) == stored(review)
            transaction.set_rollback(True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=4))
def test_lists_of_texts_survive_the_way_out_and_back_with_semicolons_in_them(review, texts):
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        models.Review.objects.filter(pk=review.pk).update(include_criteria=texts, exclude_criteria=texts)
        review.refresh_from_db()
        again, problems = there_and_back(review, Path(folder))
        assert problems == []
        assert again.include_criteria == texts
        transaction.set_rollback(True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_survives_the_way_out_and_back(review, number):
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        models.ModelRule.objects.filter(review=review).update(below=number)
        models.Analysis.objects.filter(review=review).update(assumed_value=number)
        again, problems = there_and_back(review, Path(folder))
        assert problems == []
        assert models.ModelRule.objects.get(review=again).below == number
        transaction.set_rollback(True)


def test_an_event_with_line_separators_in_its_text_is_one_event(review, tmp_path):
    from evisynth.store.history import START, event_hash

    models.Event.objects.filter(review=review).delete()
    event = {"when": "2013-01-01T00:00:00Z", "who": "ra", "what": "a\u2028b\x85c", "before": None, "after": {"note": "\u2029"},
             "previous": START}  # fmt: skip
    models.Event.objects.create(review=review, position=1, **event, hash=event_hash(event))
    again, problems = there_and_back(review, tmp_path)
    assert problems == []
    assert models.Event.objects.get(review=again).what == "a\u2028b\x85c"


def test_what_became_of_planned_and_added_analyses_comes_back(tmp_path):
    small = SmallReview()
    small.texts["analyses.yaml"] += """\
post_hoc:
- id: cure-open
  title: Cure in open trials
  comparison: drops-vs-syrup
  outcome: cure
  timepoint: week-12
  measure: OR
  method: MH
  model: random effects
  assumed_risk:
    from: given
    value: 0.25
    source: "2012-01-01"
  reason: Asked for by a reader
"""
    small.swap(
        "analyses.yaml",
        "analyses:\n",
        "analyses:\n- id: cure-open\n  leave_out:\n  - study: beta\n    reason: blinded\n",
    )
    review, problems = load_folder(small.write(tmp_path), "small")
    assert problems == []
    again, problems = there_and_back(review, tmp_path)
    assert problems == []
    assert stored(again) == stored(review)
    assert models.LeftOut.objects.get(review=again).analysis.key == "cure-open"
