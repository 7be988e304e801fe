"""A row that names what is not there, or says what cannot be, is left out and told; everything else comes in."""

import pytest

from evisynth.errors import DataError, ProblemsFound
from evisynth.store import models
from evisynth.store.exchange.load import load_folder
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return SmallReview()


def loaded(small: SmallReview, tmp_path):
    review, problems = load_folder(small.write(tmp_path), "small")
    return review, [str(problem) for problem in problems]


def counts(review: models.Review) -> dict[str, int]:
    names = ("Record", "Decision", "Report", "Study", "StudyReport", "Arm", "Contact", "ExtractedValue", "Assessment",
             "DuplicateDecision", "Analysis", "Certainty", "SearchRun", "Membership", "LeftOut", "Event")  # fmt: skip
    return {name: getattr(models, name).objects.filter(review=review).count() for name in names}


WHOLE = {"Record": 8, "Decision": 22, "Report": 4, "Study": 2, "StudyReport": 2, "Arm": 4, "Contact": 1,
         "ExtractedValue": 45, "Assessment": 9, "DuplicateDecision": 1, "Analysis": 3, "Certainty": 1, "SearchRun": 2,
         "Membership": 3, "LeftOut": 0, "Event": 2}  # fmt: skip


def test_a_sound_folder_comes_in_whole(small, tmp_path):
    review, problems = loaded(small, tmp_path)
    assert problems == []
    assert counts(review) == WHOLE


# file, the row (by some of its cells), the column to change, its new cell, the message, rows that are lost
SPOILT_CELLS = [
    ("screening.csv", {"record": "medline:3"}, "record", "medline:33",
     "record: found 'medline:33'; source 'medline' has the records 1 to 5. The row was left out.",
     {"Decision": 21}),
    ("screening.csv", {"record": "medline:3"}, "person", "rx",
     "person: found 'rx', which is not among the people.", {"Decision": 21}),
    ("screening.csv", {"record": "medline:3"}, "decision", "exlude",
     "decision: found 'exlude'; one of include, exclude, maybe, withdraw is right. Did you mean 'exclude'?", {"Decision": 21}),
    ("screening.csv", {"record": "pubmed:2", "stage": "full-text"}, "reason", "not-randomized",
     "reason: found 'not-randomized', which is not among the exclusion reasons. Did you mean 'not-randomised'?",
     {"Decision": 21}),
    ("screening.csv", {"record": "medline:5", "kind": "consensus"}, "decision", "maybe",
     "decision: found 'maybe' in a consensus; include or exclude is right.", {"Decision": 21}),
    ("screening.csv", {"record": "medline:3"}, "time", "half past nine",
     "time: found 'half past nine'; a time such as 2012-11-05T09:30:00Z is right.", {}),
    ("reports.csv", {"report": "beta-report"}, "record", "medline",
     "record: found 'medline'; a record such as", None),
    ("study_reports.csv", {"report": "alpha-report"}, "study", "alfa",
     "study: found 'alfa', which is not among the studies. Did you mean 'alpha'? The row was left out.", {"StudyReport": 1}),
    ("arms.csv", {"study": "alpha", "arm": "drops"}, "study", "alhpa",
     "study: found 'alhpa', which is not among the studies. Did you mean 'alpha'?", None),
    ("extraction.csv", {"study": "alpha", "field": "n"}, "study", "alphaa",
     "study: found 'alphaa', which is not among the studies. Did you mean 'alpha'?", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "arm", "drop",
     "arm: found 'drop', which is not among the arms of alpha. Did you mean 'drops'?", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "timepoint", "week-13",
     "timepoint: found 'week-13', which is not among the timepoints of cure. Did you mean 'week-12'?",
     {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "report", "contact:c9",
     "report: found 'c9', which is not among the contacts.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "30,5",
     "value: found '30,5' with a decimal comma; '30.5' is right. The row was left out.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "\u221230",
     "value: found '\u221230' with a typographic minus; '-30' is right.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "1,030",
     "value: found '1,030', which may have separators of thousands", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "-30",
     "value: found -30; people analysed is a whole number from 0 up. The row was left out.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "30.5",
     "value: found 30.5; people analysed is a whole number from 0 up.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "percentage"}, "value", "160",
     "value: found 160; a percentage is between 0 and 100.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "1e400",
     "value: found '1e400', which is beyond all numbers", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "missing", "unclear",
     "value: found value and missing; exactly one of value, missing code and derivation is right.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "value", "",
     "value: found none of them; exactly one of value, missing code and derivation is right.", {"ExtractedValue": 44}),
    ("extraction.csv", {"field": "n"}, "field", "n" * 41,
     "field: has 41 letters; at most 40 are stored. The row was left out.", {"ExtractedValue": 44}),
    ("appraisal.csv", {"study": "alpha"}, "judgement", "hihg",
     "judgement: found 'hihg'; one of low, high, unclear is right. Did you mean 'high'?", {"Assessment": 8}),
    ("contacts.csv", {"contact": "c1"}, "date", "5.1.2013",
     "date: found '5.1.2013'; a date such as 2012-10-01 is right.", None),
    ("contacts.csv", {"contact": "c1"}, "reply_date", "2013-02-30",
     "reply_date: found '2013-02-30'; a date such as 2012-10-01 is right.", {}),
    ("searches.csv", {"source": "medline"}, "searched", "2012-13-01",
     "searched: found '2012-13-01'; a date such as 2012-10-01 is right.", None),
    ("searches.csv", {"source": "medline"}, "sha256", "0" * 64,
     "sha256: searches/medline.ris is not the file that was recorded: its sha256 is now", {}),
    ("searches.csv", {"source": "medline"}, "file", "searches/medlin.ris",
     "file: the file 'searches/medlin.ris' is not there. Did you mean 'medline.ris'?", None),
    ("searches.csv", {"source": "medline"}, "strategy", "../../etc/hostname",
     "strategy: found '../../etc/hostname', which is outside the review folder.", {}),
    ("searches.csv", {"source": "medline"}, "strategy", "/etc/hostname",
     "strategy: found '/etc/hostname', which is outside the review folder.", {}),
    ("searches.csv", {"source": "medline"}, "strategy", "s" * 300,
     "strategy: the file '" + "s" * 60 + "' cannot be read", {}),
    ("searches.csv", {"source": "medline"}, "format", "risk",
     "file: 'risk' is not a format that is read.", None),
    ("searches.csv", {"source": "medline"}, "encoding", "utf-9",
     "file: 'utf-9' is not the name of an encoding", None),
    ("duplicates.csv", {"record_a": "medline:3"}, "record_b", "medline:9",
     "record_b: found 'medline:9'; source 'medline' has the records 1 to 5.", {"DuplicateDecision": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "having", "column", "cell", "message", "lost"), SPOILT_CELLS)
def test_a_spoilt_cell_is_told_with_its_line_and_nothing_else_is_lost(
    small, tmp_path, file, having, column, cell, message, lost
):
    line = small.line(file, **having)
    small.row(file, **having)[column] = cell
    review, problems = loaded(small, tmp_path)
    assert problems[0].startswith(f"{file}:{line}: {message}"), problems
    if lost is not None:
        assert len(problems) == 1
        assert counts(review) == WHOLE | lost


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "it is a PDF document"),
        (b"PK\x03\x04xlsx", "it is a ZIP archive"),
        (b"<!doctype html><html><body>Please log in</body></html>", "it is a web page"),
        (b"", "is empty; export it again"),
        (b"\x00\x01\x02\x03" * 50, "is not text"),
        (b"Dear colleague,\nplease find attached\n", "no format of those that are read"),
    ],
)
def test_an_export_that_is_none_is_told_and_the_other_exports_come_in(small, tmp_path, content, what):
    small.exports["searches/pubmed.nbib"] = content
    small.row("searches.csv", source="pubmed")["sha256"] = ""
    review, problems = loaded(small, tmp_path)
    assert problems[0].startswith("searches.csv:3: file: searches/pubmed.nbib")
    assert what in problems[0]
    assert models.Record.objects.filter(review=review).count() == 5


def test_a_link_of_a_search_that_leads_out_of_the_folder_is_not_followed(small, tmp_path):
    (tmp_path / "secret.ris").write_bytes(small.exports["searches/medline.ris"])
    folder = small.write(tmp_path)
    (folder / "searches" / "medline.ris").unlink()
    (folder / "searches" / "medline.ris").symlink_to(tmp_path / "secret.ris")
    review, problems = load_folder(folder, "small")
    assert "searches.csv:2: file: found 'searches/medline.ris', which is outside the review folder." in map(
        str, problems
    )
    assert models.Record.objects.filter(review=review).count() == 3


def test_links_in_a_circle_are_told(small, tmp_path):
    folder = small.write(tmp_path)
    (folder / "searches" / "medline.ris").unlink()
    (folder / "searches" / "medline.ris").symlink_to("medline.ris")
    _, problems = load_folder(folder, "small")
    assert str(problems[0]).startswith("searches.csv:2: file: the file 'searches/medline.ris'")


def test_the_sha256_of_a_file_may_be_in_capitals(small, tmp_path):
    row = small.row("searches.csv", source="medline")
    row["sha256"] = row["sha256"].upper()
    assert loaded(small, tmp_path)[1] == []


def test_records_of_several_files_are_numbered_on(small, tmp_path):
    small.exports["searches/more.nbib"] = small.exports["searches/pubmed.nbib"]
    small.row("searches.csv", source="pubmed")["file"] = "searches/pubmed.nbib; searches/more.nbib"
    review, _ = loaded(small, tmp_path)
    keys = models.Record.objects.filter(review=review, search__key="pubmed").values_list("key", flat=True)
    assert list(keys) == [f"pubmed:{number}" for number in range(1, 7)]


def test_what_a_database_cannot_hold_is_left_out_of_a_record_and_kept_in_the_export(small, tmp_path):
    small.exports["searches/medline.ris"] = small.exports["searches/medline.ris"].replace(
        b"almond tree", b"almond\x00 tree"
    )
    small.row("searches.csv", source="medline")["sha256"] = ""
    review, problems = loaded(small, tmp_path)
    assert problems == []
    assert "almond tree" in models.Record.objects.get(review=review, key="medline:3").title
    assert b"\x00" in bytes(
        models.ImportBatch.objects.get(review=review, file="searches/medline.ris").content
    )


# ---------------------------------------------------------------- plans


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("protocol.yaml", "  outcome: rash\n", "  outcome: rush\n",
         "protocol.yaml:75: outcome: found 'rush', which is not among the outcomes. Did you mean 'rash'?"),
        ("protocol.yaml", "  timepoint: week-12\n", "  timepoint: week-1\n",
         "timepoint: found 'week-1', which is not among the timepoints of cure. Did you mean 'week-12'?"),
        ("protocol.yaml", "  comparison: drops-vs-syrup\n", "  comparison: drops\n",
         "comparison: found 'drops', which is not among the comparisons."),
        ("protocol.yaml", "  measure: RR\n", "  measure: rr\n", "measure: found 'rr'; one of RR, OR, RD, MD, SMD, ROM, IRR, IRD, HR, PR, PLO, PFT, ... is right. Did you mean 'RR'?"),
        ("protocol.yaml", "  below: 50\n", "  below: 50%\n", "below: found '50%'; a number with a decimal point"),
        ("protocol.yaml", "  statistic: I2\n", "  statistic: I\n", "statistic: found 'I'; one of I2, tau2, k, p_Q is right"),
        ("analyses.yaml", "- id: rash\n", "- id: rush\n", "id: found 'rush', which is not among the analyses."),
        ("analyses.yaml", "  reason: The trials counted rashes in different ways\n", "",
         "reason: is empty; an analysis that is not pooled needs its reason."),
        ("analyses.yaml", "  pool: no\n", "  pool: nope\n", "pool: found 'nope'; yes or no is right."),
        ("certainty.yaml", "analysis: cure", "analysis: cured", "analysis: found 'cured', which is not among the analyses."),
        ("certainty.yaml", "judged_by: [ra, rc]", "judged_by: [ra, rx]", "judged_by: found 'rx', which is not among the people."),
        ("certainty.yaml", "down: 1", "down: one", "imprecision.down: found 'one'; a whole number is right. The row was left out."),
        ("history.jsonl", '"who": "ra"', '"whom": "ra"', "history.jsonl:1: is not an event"),
        ("history.jsonl", '"who": "ra"', '"who": 7', "history.jsonl:1: is not an event: who is no text"),
        ("history.jsonl", '"who": "ra"', '"who": "r\\u0000a"', "history.jsonl:1: is not an event: it holds a character"),
        ("history.jsonl", '"before": null', '"before": 1e400', "history.jsonl:1: is not an event"),
        ("history.jsonl", '"before": null', '"before": NaN', "history.jsonl:1: is not an event: NaN is no number"),
        ("history.jsonl", '"who": "ra"', '"who": "rb"', "history.jsonl:1: was changed after it was written"),
        ("history.jsonl", "{", "[" * 100_000 + "{", "history.jsonl:1: is not an event"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_plan_or_the_log_is_told_and_the_rest_comes_in(
    small, tmp_path, file, old, new, message
):
    small.swap(file, old, new)
    review, problems = loaded(small, tmp_path)
    assert any(message in problem for problem in problems), problems
    assert models.Record.objects.filter(review=review).count() == 8
    assert models.ExtractedValue.objects.filter(review=review).count() == 45


def test_an_added_analysis_with_the_id_of_a_planned_one_is_left_out(small, tmp_path):
    small.texts["analyses.yaml"] += (
        "post_hoc:\n- id: cure\n  title: Again\n  comparison: drops-vs-syrup\n  outcome: cure\n"
        "  timepoint: week-12\n  reason: none\n"
    )
    review, problems = loaded(small, tmp_path)
    assert problems == [
        "analyses.yaml:6: id: cure is the id of a planned analysis already; the row was left out."
    ]
    assert models.Analysis.objects.filter(review=review, planned=False).count() == 0


def test_a_study_that_is_left_out_has_to_be_one(small, tmp_path):
    small.texts["analyses.yaml"] += (
        "- id: cure\n  leave_out:\n  - study: alfa\n    reason: none\n  - study: beta\n    reason: late\n"
    )
    review, problems = loaded(small, tmp_path)
    assert problems == [
        "analyses.yaml:7: study: found 'alfa', which is not among the studies. Did you mean 'alpha'? The row was left out."
    ]
    assert [row.study.key for row in models.LeftOut.objects.filter(review=review)] == ["beta"]


# ---------------------------------------------------------------- the whole


def test_a_review_without_a_review_file_cannot_be_started(small, tmp_path):
    del small.texts["review.yaml"]
    with pytest.raises(ProblemsFound, match=r"review\.yaml: the file is missing"):
        load_folder(small.write(tmp_path), "small")
    assert models.Review.objects.count() == 0


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ProblemsFound, match="nowhere: does not exist"):
        load_folder(tmp_path / "nowhere", "small")


def test_a_review_is_loaded_once_under_one_name(small, tmp_path):
    folder = small.write(tmp_path)
    load_folder(folder, "small")
    with pytest.raises(DataError, match="already has a review named 'small'"):
        load_folder(folder, "small")


def test_two_reviews_of_one_database_keep_apart(small, tmp_path):
    folder = small.write(tmp_path)
    first, _ = load_folder(folder, "first")
    second, problems = load_folder(folder, "second")
    assert problems == []
    assert counts(first) == counts(second) == WHOLE
