"""The peanut example: its plan, what was extracted from its trial, and the judgements."""

from datetime import datetime

from collection import Plan
from extraction import Item, Judgement
from known import PEANUT_FURTHER, PEANUT_PENDING, PEANUT_PRIMARY
from screening import Disagreements

REASONS = (
    "not-controlled-trial",
    "not-peanut-allergy",
    "not-oral-immunotherapy",
    "no-eligible-control",
    "review-or-editorial",
)
# The published review does not say how many records it screened; these numbers are free.
PLAN = Plan(
    food="peanut", seed="peanut-oit 2012-01-15", last=(2011, 12), unique=583, primary=PEANUT_PRIMARY, further=PEANUT_FURTHER,
    pending=PEANUT_PENDING,
    read={"not-controlled-trial": 14, "not-peanut-allergy": 4, "not-oral-immunotherapy": 5, "no-eligible-control": 2, "review-or-editorial": 8},
    lost=1, lost_reasons=("review-or-editorial",),
)  # fmt: skip
DISAGREEMENTS = Disagreements(
    missed=9,
    kept=10,
    maybe=4,
    changes=3,
    missed_in_full=1,
    kept_in_full=1,
    reasons=2,
    start=datetime(2012, 1, 23, 9, 0, 0),
)

STUDY = "varshney-2011"
PROVENANCE = (
    "Provenance: the numbers are those of the published review's abstract and of the trial report's abstract. Extraction by two people and "
    "the log of contacts are simulated. Pages were not recorded and nothing is quoted."
)
DESIGN = "From the published description of the trial; the two extractions are simulated."
COUNT = "As in the trial report."
CHARACTERISTICS = {
    "design": "randomised 2:1, parallel groups, multicentre", "setting": "United States",
    "participants": "children with peanut allergy; moderate to severe asthma and severe anaphylaxis excluded", "age": "1 to 16 years",
    "intervention": "peanut flour in rising doses, then maintenance", "control": "placebo (oat flour)", "duration": "about one year",
    "blinding": "double-blind",
}  # fmt: skip


def items() -> list[Item]:
    """Everything that is extracted."""
    year = "about-one-year"
    made = [
        Item(STUDY, field, value, DESIGN, rb="peanut flour" if field == "intervention" else "", why="The fuller wording." if field == "intervention" else "")
        for field, value in CHARACTERISTICS.items()
    ]  # fmt: skip
    made += [
        Item(STUDY, "funding", "unclear", "Not recorded in this example."),
        Item(STUDY, "notes", PROVENANCE, ""),
        Item(STUDY, "randomised", "19", COUNT, arm="oit"),
        Item(STUDY, "randomised", "9", COUNT, arm="placebo"),
        Item(STUDY, "withdrawn", "3", "Withdrew early with allergic side effects.", arm="oit"),
        Item(STUDY, "withdrawn", "0", COUNT, arm="placebo"),
        Item(STUDY, "n", "19", "All who were randomised.", "challenge-5000", year, "oit"),
        Item(
            STUDY, "patients_with_event", "= patients = randomised - withdrawn", "All who remained took the maximum cumulative dose of 5000 mg.",
            "challenge-5000", year, "oit",
        ),
        Item(STUDY, "n", "9", COUNT, "challenge-5000", year, "placebo"),
        Item(STUDY, "patients_with_event", "0", "The highest dose in this arm was 1900 mg.", "challenge-5000", year, "placebo"),
        Item(
            STUDY, "n", "16", "Those who took the challenge.", "tolerated-dose", year, "oit",
            ra="19", rb="16", why="Three had withdrawn before the challenge.",
        ),
        Item(STUDY, "median", "5000", "In mg of peanut; all took the maximum.", "tolerated-dose", year, "oit"),
        Item(STUDY, "n", "9", COUNT, "tolerated-dose", year, "placebo"),
        Item(STUDY, "median", "280", "In mg of peanut.", "tolerated-dose", year, "placebo"),
        Item(STUDY, "min", "0", "In mg of peanut.", "tolerated-dose", year, "placebo"),
        Item(STUDY, "max", "1900", "In mg of peanut.", "tolerated-dose", year, "placebo"),
    ]  # fmt: skip
    note = "No data beyond the challenge at the end of the study."
    made += [
        Item(STUDY, "patients_with_event", "not measured", note, "longer-term", "longer-term", arm)
        for arm in ("oit", "placebo")
    ]
    return made


BIAS = (
    ("sequence-generation", "Randomised 2:1; the published review judges the trial to be at low risk."),
    (
        "allocation-concealment",
        "Randomised and placebo-controlled; the published review judges the trial to be at low risk.",
    ),
    ("blinding-participants", "Double-blind, oat flour as placebo."),
    ("blinding-assessment", "Double-blind, placebo-controlled food challenge."),
    (
        "incomplete-data",
        "3 of 19 withdrew early with allergic side effects, none of 9 on placebo; all are accounted for.",
    ),
    (
        "selective-reporting",
        "The outcomes of the abstract are reported; the published review judges the trial to be at low risk.",
    ),
    ("other-bias", "Nothing recorded; the published review judges the trial to be at low risk."),
)


def judgements() -> list[Judgement]:
    return [
        Judgement(STUDY, domain, "low", support, ra="unclear" if domain == "incomplete-data" else "", rb="low" if domain == "incomplete-data" else "")
        for domain, support in BIAS
    ]  # fmt: skip


STUDIES = """
varshney-2011|Varshney 2011|included|randomised, double-blind|yes||
sim-ongoing-nutmeg|Simulated ongoing trial in primary schools|ongoing|randomised, open|no||Invented.
sim-ongoing-spread|Simulated ongoing trial of peanut spread|ongoing|randomised, placebo-controlled|no||Invented.
"""
ARMS = (
    (STUDY, "oit", "peanut flour oral immunotherapy", "oit", ""),
    (STUDY, "placebo", "oat flour placebo", "placebo", ""),
)
CONTACTS = """
c1|varshney-2011|2012-03-12|ra|corresponding author of the trial report|Are results after the end of treatment available? (Simulated log; no reply is invented.)
c2|varshney-2011|2012-03-12|rb|corresponding author of the trial report|How were the sequence generated and the allocation concealed? (Simulated log; no reply is invented.)
"""
EXTRACTION_START = datetime(2012, 3, 19, 9, 0, 0)
APPRAISAL_START = datetime(2012, 4, 2, 9, 0, 0)
