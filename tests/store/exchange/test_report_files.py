"""Reports that are being sought, and the full texts kept with a review, in the folder."""

import hashlib

import pytest

from evisynth.reporting.derivations import all_derivations
from evisynth.reporting.results import results_json
from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.report_parts import pieces
from evisynth.store.review_folder import carry_out
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\nalmond\n%%EOF\n"
HASH = hashlib.sha256(PDF).hexdigest()


def with_files(folder, *rows: str, header: str = "report,file,sha256", **files: bytes):
    (folder / "report_files.csv").write_text("\n".join([header, *rows]) + "\n")
    for name, content in files.items():
        path = folder / "reports/alpha-report" / f"{name}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def loaded(folder, slug="small"):
    review, problems = load_folder(folder, slug)
    return review, [str(problem) for problem in problems]


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_full_texts_go_out_and_come_back_as_the_same_bytes(tmp_path):
    rows = (f"alpha-report,one.pdf,{HASH}", f"alpha-report,supplement.pdf,{HASH}")
    folder = with_files(SmallReview().write(tmp_path), *rows, one=PDF, supplement=PDF)
    review, problems = loaded(folder)
    assert problems == []
    assert [(file.name, b"".join(pieces(file))) for file in models.ReportFile.objects.filter(review=review)] == [
        ("one.pdf", PDF), ("supplement.pdf", PDF),
    ]  # fmt: skip
    export_review(review, tmp_path / "one")
    again, problems = loaded(tmp_path / "one", "again")
    export_review(again, tmp_path / "two")
    assert problems == []
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert (tmp_path / "two/reports/alpha-report/one.pdf").read_bytes() == PDF
    assert (tmp_path / "two/report_files.csv").read_bytes() == (folder / "report_files.csv").read_bytes()


def test_a_review_without_files_has_no_table_of_them(tmp_path):
    review, _ = loaded(SmallReview().write(tmp_path))
    export_review(review, tmp_path / "out")
    assert not (tmp_path / "out/report_files.csv").exists()
    assert not (tmp_path / "out/reports").exists()


@pytest.mark.parametrize(
    ("row", "content", "told"),
    [
        ("alpha-report,one.pdf,", b"<html>", "report_files.csv:2: file: one.pdf: The file is no PDF"),
        ("alpha-report,two.pdf,", PDF, "the file 'reports/alpha-report/two.pdf' is not there. Did you mean 'one.pdf'?"),
        ("alpha-report,../../review.yaml,", PDF, "file: found '../../review.yaml'; the name of a PDF"),
        ("alpha-report,one.txt,", PDF, "such as 'one.txt.pdf'. The row was left out."),
        ("alpha-report,one.pdf," + "0" * 64, PDF, f"one.pdf is not the file that was recorded: its sha256 is now {HASH}."),
        ("gamma-report,one.pdf,", PDF, "report: found 'gamma-report', which is not among the reports."),
        ("alpha-report,,", PDF, "file: is empty; it is needed."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_line(tmp_path, row, content, told):
    folder = with_files(SmallReview().write(tmp_path), row, one=content)
    _, problems = loaded(folder)
    assert len(problems) == 1
    assert told in problems[0]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    folder = with_files(SmallReview().write(tmp_path), "alpha-report,one.pdf,")
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (folder / "reports/alpha-report").mkdir(parents=True)
    (folder / "reports/alpha-report/one.pdf").symlink_to(tmp_path / "secret.pdf")
    review, problems = loaded(folder)
    assert "which is outside the review folder" in problems[0]
    assert not models.ReportFile.objects.filter(review=review).exists()


def test_checking_a_folder_looks_at_its_full_texts_and_says_what_is_wrong(tmp_path):
    folder = with_files(SmallReview().write(tmp_path), f"alpha-report,one.pdf,{HASH}", one=PDF)
    assert carry_out(folder).problems == ()
    (folder / "reports/alpha-report/one.pdf").write_bytes(b"GIF89a")
    assert [problem.file for problem in carry_out(folder).problems] == ["report_files.csv"]


def test_a_report_being_sought_has_an_empty_cell_and_comes_back_so(tmp_path):
    small = SmallReview()
    small.row("reports.csv", report="marzipan-letter").update(retrieved="", reason="")
    review, problems = loaded(small.write(tmp_path))
    assert problems == []
    assert models.Report.objects.get(review=review, key="marzipan-letter").retrieved is None
    export_review(review, tmp_path / "out")
    assert "marzipan-letter,medline:4,,," in (tmp_path / "out/reports.csv").read_text().splitlines()


def test_a_report_being_sought_is_an_open_end_and_nowhere_called_not_retrieved(tmp_path):
    small = SmallReview()
    small.row("reports.csv", report="marzipan-letter").update(retrieved="", reason="")
    checked = carry_out(small.write(tmp_path))
    flow = checked.findings.flow
    assert (flow.sought, flow.being_sought, flow.not_retrieved, flow.assessed) == (4, 1, 0, 3)
    assert flow.problems() == ()
    assert flow.open_ends() == ("1 report is still being sought",)
    derivations = all_derivations(checked.findings)
    assert derivations["report/marzipan-letter"].how == "Being sought. Records: medline:4."
    assert derivations["flow/being-sought"].value == "1"
    assert derivations["flow/not-retrieved"].inputs == ()


def test_a_decision_about_a_report_being_sought_is_told(tmp_path):
    small = SmallReview()
    small.row("reports.csv", report="night-report").update(retrieved="")
    told = [str(problem) for problem in carry_out(small.write(tmp_path)).problems]
    assert (
        "reports.csv:5: retrieved: is empty, but pubmed:2 was decided in full text. The decisions do not count."
        in told
    )


def test_the_results_of_a_finished_review_do_not_speak_of_it(tmp_path):
    assert "being_sought" not in results_json(carry_out(SmallReview().write(tmp_path)).findings)
