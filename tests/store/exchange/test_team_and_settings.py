"""What people set in the pages is in the folder, and comes back from it; a folder without it stays as it is."""

import pytest

from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def review(tmp_path):
    review, problems = load_folder(SmallReview().write(tmp_path))
    assert not problems
    return review


def there_and_back(review, tmp_path):
    """The review loaded again from its export, whose own export must have the same bytes."""
    export_review(review, tmp_path / "first")
    again, problems = load_folder(tmp_path / "first", "again")
    assert not problems
    export_review(again, tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    return again


def test_a_folder_says_nothing_of_settings_that_are_as_usual(review, tmp_path):
    export_review(review, tmp_path / "first")
    text = (tmp_path / "first/review.yaml").read_text()
    for word in ("blinding", "seed", "highlight", "left", "labels", "portions"):
        assert word not in text
    assert not (tmp_path / "first/labels.csv").exists()
    assert not (tmp_path / "first/notes.csv").exists()


def test_settings_come_back(review, tmp_path):
    changed = {
        "blinding": "until own vote", "seed": 0, "highlight_include": ["randomi*", "placebo; or sugar", "yes"],
        "highlight_exclude": ["#mouse", "in vitro"],
    }  # fmt: skip
    models.Review.objects.filter(pk=review.pk).update(**changed)
    review.refresh_from_db()
    again = there_and_back(review, tmp_path)
    assert {name: getattr(again, name) for name in changed} == changed


def test_who_left_comes_back_as_one_who_left(review, tmp_path):
    models.Membership.objects.filter(review=review, key="rb").update(left=True)
    again = there_and_back(review, tmp_path)
    assert list(models.Membership.objects.filter(review=again, left=True).values_list("key", flat=True)) == [
        "rb"
    ]


def test_labels_portions_and_notes_come_back(review, tmp_path):
    ra, rb = (models.Membership.objects.get(review=review, key=key) for key in ("ra", "rb"))
    record = models.Record.objects.get(review=review, key="medline:2")
    label = models.Label.objects.create(
        review=review, position=1, key="ask", name='=ask "the" team', colour="amber"
    )
    models.Label.objects.create(review=review, position=2, key="never-used", name="<b>later</b>")
    models.RecordLabel.objects.create(
        review=review, position=1, label=label, stage="title-abstract", record=record, person=ra,
        time="2012-11-05T09:30:00Z",
    )  # fmt: skip
    models.Note.objects.create(
        review=review, position=1, stage="full-text", record=record, person=rb, text="two\nlines, \U0001f330"
    )
    for position, (person, start, end) in enumerate(((ra, 0, 200 / 3), (rb, 100 / 3, 100)), start=1):
        models.Portion.objects.create(
            review=review, position=position, stage="title-abstract", person=person, start=start, end=end
        )
    again = there_and_back(review, tmp_path)
    labels = models.Label.objects.filter(review=again)
    assert [(row.key, row.name, row.colour) for row in labels] == [
        ("ask", '=ask "the" team', "amber"),
        ("never-used", "<b>later</b>", ""),
    ]
    put = models.RecordLabel.objects.get(review=again)
    assert (put.label.key, put.record.key, put.person.key, put.time) == (
        "ask", "medline:2", "ra", "2012-11-05T09:30:00Z",
    )  # fmt: skip
    assert models.Note.objects.get(review=again).text == "two\nlines, \U0001f330"
    portions = models.Portion.objects.filter(review=again)
    assert [(row.person.key, row.start, row.end) for row in portions] == [
        ("ra", 0, 200 / 3),
        ("rb", 100 / 3, 100),
    ]


def test_a_portion_that_cannot_be_is_told(tmp_path):
    small = SmallReview()
    small.texts["review.yaml"] += (
        "portions:\n- stage: title-abstract\n  person: ra\n  start: 50\n  end: 1e300\n"
    )
    review, problems = load_folder(small.write(tmp_path))
    assert [str(problem) for problem in problems] == [
        "review.yaml:26: start: found 50 to 1e+300 percent; 0 <= start < end <= 100 is right. The row was left out."
    ]
    assert not models.Portion.objects.filter(review=review).exists()


def test_a_vote_that_was_taken_back_comes_back_as_such(review, tmp_path):
    rb = models.Membership.objects.get(review=review, key="rb")
    first = models.Decision.objects.filter(review=review, person=rb).first()
    models.Decision.objects.create(
        review=review, position=1000, stage=first.stage, record=first.record, person=rb, kind="vote",
        decision="withdraw", changes=True,
    )  # fmt: skip
    again = there_and_back(review, tmp_path)
    last = models.Decision.objects.filter(review=again).last()
    assert (last.decision, last.changes, last.record.key) == ("withdraw", True, first.record.key)
