"""Trials by registry number, and what does not fit the studies."""

import pytest
from typer.testing import CliRunner

from evisynth.cli.main import app
from evisynth.reporting.tables import TABLES
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db

REGISTRATION = """\
TY  - UNPB
TI  - Almond drops or syrup for cough
DB  - ClinicalTrials.gov
AN  - {number}
ER  -
"""
RANDOMISED = "TI  - Almond drops for winter cough: a randomised trial in adults\r\n"
CHILDREN = "AB  - Forty children were randomised.\r\n"


class Registered(SmallReview):
    """Alpha's report names a trial number, and a register has its registration; more numbers as a test wants."""

    def __init__(self, *registered: str, beta: str = "") -> None:
        super().__init__()
        registered = registered or ("NCT01234567",)
        medline = self.exports["searches/medline.ris"].decode()
        medline = medline.replace("thirty plain syrup.", "thirty plain syrup. Registered: NCT01234567.")
        medline = medline.replace("were randomised.", f"were randomised. {beta}".rstrip())
        self.exports["searches/medline.ris"] = medline.encode()
        self.row("searches.csv", source="medline")["sha256"] = ""
        texts = "".join(REGISTRATION.format(number=number) for number in registered)
        self.exports["searches/ctgov.ris"] = texts.encode()
        self.add("searches.csv", "ctgov,ClinicalTrials.gov,register,NLM,2012-10-03,,,,,searches/ctgov.ris")

    def screened(self, decision: str = "exclude") -> "Registered":
        """Both decide about the first registration."""
        self.add("screening.csv", *(f"title-abstract,ctgov:1,{who},vote,{decision}" for who in ("ra", "rb")))
        return self

    def linked(self, study: str = "alpha") -> "Registered":
        """The registration is a report of a study."""
        self.screened("include")
        self.add("screening.csv", *(f"full-text,ctgov:1,{who},vote,include" for who in ("ra", "rb")))
        self.add("reports.csv", "registration,ctgov:1,yes")
        self.add("study_reports.csv", f"{study},registration,secondary")
        return self


def findings_of(small, tmp_path):
    return gather(load_folder(small.write(tmp_path), "small")[0])


def test_a_trial_has_its_registration_its_report_and_the_study_of_the_report(tmp_path):
    (trial,) = findings_of(Registered().linked(), tmp_path).trials
    assert trial.numbers == ("NCT01234567",)
    assert [(of.keys, of.report, of.fate) for of in trial.registrations] == [
        (("ctgov:1",), "registration", "included")
    ]
    # The record of PubMed does not name the number; it is a copy of the one that does, and one publication.
    assert [(of.keys, of.report) for of in trial.reports] == [(("medline:1", "pubmed:1"), "alpha-report")]
    assert (trial.studies, trial.notes) == (("alpha",), ())


def test_a_registration_that_no_study_has_is_told_with_what_became_of_it(tmp_path):
    findings = findings_of(Registered().screened(), tmp_path)
    (note,) = findings.notes
    assert str(note) == (
        "study_reports.csv: NCT01234567: the registration ctgov:1 belongs to Alpha 2001 by its number, and "
        "study_reports.csv gives it to no study (excluded on title and abstract)."
    )
    assert note not in findings.problems


@pytest.mark.parametrize(
    ("decision", "fate"),
    [
        ("", "waits for a decision on title and abstract"),
        ("include", "not in reports.csv"),
        ("exclude", "excluded"),
    ],
)
def test_what_became_of_a_registration_is_said(tmp_path, decision, fate):
    small = Registered()
    if decision:
        small.screened(decision)
    assert fate in findings_of(small, tmp_path).trials[0].registrations[0].fate


def test_a_study_has_the_number_of_its_row_though_no_report_names_it(tmp_path):
    small = Registered("NCT07654321").screened()
    small.row("studies.csv", study="beta")["registration"] = "registered as NCT07654321"
    (note,) = findings_of(small, tmp_path).notes
    assert "the registration ctgov:1 belongs to Beta 2002" in note.message


def test_a_registration_of_a_study_is_a_trial_though_no_report_names_it(tmp_path):
    (trial,) = findings_of(Registered("NCT07654321").linked("beta"), tmp_path).trials
    assert (trial.numbers, trial.studies, trial.reports) == (("NCT07654321",), ("beta",), ())


def test_a_registration_that_belongs_to_no_study_is_no_trial_of_the_review(tmp_path):
    findings = findings_of(Registered("NCT07654321").screened(), tmp_path)
    assert (findings.trials, findings.notes) == ((), ())


def test_reports_of_one_trial_in_two_studies_are_told(tmp_path):
    (trial,) = findings_of(Registered(beta="NCT01234567").linked(), tmp_path).trials
    (note,) = trial.notes
    assert note.startswith(
        "registration is of Alpha 2001, alpha-report is of Alpha 2001, beta-report is of Beta 2002;"
    )
    assert trial.studies == ("alpha", "beta")


def test_a_number_in_studies_csv_that_is_another_studys_is_told(tmp_path):
    small = Registered().linked()
    small.row("studies.csv", study="beta")["registration"] = "NCT01234567"
    (note,) = findings_of(small, tmp_path).notes
    assert "the row in studies.csv is of Beta 2002" in note.message


def test_a_report_of_two_studies_fits_either_of_them(tmp_path):
    small = Registered().linked()
    small.add("study_reports.csv", "beta,alpha-report,secondary")
    assert findings_of(small, tmp_path).notes == ()


def test_numbers_are_written_as_the_records_write_them(tmp_path):
    small = Registered("NCT01234567")
    small.exports["searches/ctgov.ris"] += (
        b"TY  - UNPB\nTI  - Almond in Europe\nDB  - EU Clinical Trials Register\nAN  - EUCTR2011-001234-12-GB\nN1  - NCT01234567\nER  -\n"
    )
    (trial,) = findings_of(small.linked(), tmp_path).trials
    assert trial.numbers == ("EUCTR2011-001234-12-GB", "NCT01234567")


def test_the_table_says_what_a_person_should_look_at(tmp_path):
    table = TABLES["trials"](findings_of(Registered().screened(), tmp_path))
    (row,) = table.rows
    texts = ["".join(run.text for run in cell) for cell in row]
    assert texts[0] == "NCT01234567"
    assert texts[1].endswith("(ctgov:1: excluded on title and abstract)")
    assert texts[3] == "Alpha 2001"
    assert texts[4].startswith("The registration ctgov:1 belongs to Alpha 2001")


def test_a_review_without_numbers_has_no_trials(tmp_path):
    findings = findings_of(SmallReview(), tmp_path)
    assert findings.trials == findings.notes == ()
    assert TABLES["trials"](findings).rows == ()


def test_check_shows_what_to_look_at_apart_from_the_problems_and_ends_well(tmp_path):
    folder = Registered().screened().write(tmp_path)
    result = CliRunner().invoke(app, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "the registration ctgov:1 belongs to Alpha 2001 by its number" in result.stderr
