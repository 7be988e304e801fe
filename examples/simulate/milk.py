"""The milk example: its plan, what was extracted from its trials, and the judgements.

Arm sizes and full-serving counts are those of the trial reports. What is simulated says so in its note.
"""

from datetime import datetime

from collection import Plan
from extraction import Item, Judgement
from known import MILK_FURTHER, MILK_PENDING, MILK_PRIMARY
from screening import Disagreements

REASONS = (
    "not-randomised", "not-cow-milk-allergy", "not-oral-immunotherapy", "no-eligible-control", "no-outcome-of-interest",
    "review-or-editorial", "duplicate-publication",
)  # fmt: skip
# unique: the records of the published review; read: with 21 reports of its studies they make 157 full texts.
PLAN = Plan(
    food="milk", seed="milk-oit 2012-10-01", last=(2012, 8), unique=2111, primary=MILK_PRIMARY, further=MILK_FURTHER, pending=MILK_PENDING,
    read={
        "not-randomised": 62, "not-cow-milk-allergy": 17, "not-oral-immunotherapy": 18, "no-eligible-control": 9,
        "no-outcome-of-interest": 6, "review-or-editorial": 21,
    },
    lost=5, lost_reasons=("not-randomised", "review-or-editorial"),
)  # fmt: skip
DISAGREEMENTS = Disagreements(
    missed=36,
    kept=38,
    maybe=13,
    changes=7,
    missed_in_full=2,
    kept_in_full=3,
    reasons=8,
    start=datetime(2012, 10, 8, 9, 0, 0),
)

SPLIT = "Count as in the trial report; over the trials the counts add up to the published totals."
PARTIAL = (
    "Which trial contributes how many is not in the published abstract: this is the split that agrees with the trial reports and gives "
    "the published pooled result, not the review's own table."
)
SIMULATED = "Simulated split: the published review gives the total only."
CONTROL = "The published review gives no count for the control arms."
DESIGN = "From the published description of the trial; the two extractions are simulated."
PROVENANCE = (
    "Provenance: arm sizes and full-serving counts come from the trial report and add up to the published totals of the review. The split "
    "of the partial-serving outcome over the trials agrees with the trial reports and with the published pooled result, but is not the "
    "review's own table. The splits of reactions and of epinephrine are simulated. Extraction by two people, disagreements and consensus "
    "are simulated. Pages were not recorded and nothing is quoted."
)

# study: (n, full, partial, any reaction, epinephrine patients, epinephrine occasions) of MOIT; (n, full, partial) of control
TABLE = {
    "longo-2008": ((30, 11, 15, 30, 4, 5), (30, 0, 0)),
    "martorell-2011": ((30, 27, 1, 24, 1, 1), (30, 7, 0)),
    "pajno-2010": ((15, 10, 1, 13, 1, 1), (15, 0, 0)),
    "salmivesi-2012": ((18, 14, 2, 18, 0, 0), (8, 0, 0)),
    "skripak-2008": ((13, 4, 8, 12, 4, 4), (7, 0, 0)),
}
# study: (randomised, withdrawn) of MOIT and of control
RANDOMISED = {
    "longo-2008": (("30", "3"), ("30", "0")),
    "martorell-2011": (("30", "unclear"), ("30", "unclear")),
    "pajno-2010": (("15", "unclear"), ("15", "unclear")),
    "salmivesi-2012": (("18", "2"), ("10", "2")),
    "skripak-2008": (("13", "1"), ("7", "0")),
}
CHARACTERISTICS = {
    "longo-2008": {
        "design": "randomised, parallel groups", "setting": "Italy", "participants": "children with very severe milk allergy",
        "age": "5 years or older", "intervention": "rush phase, then rising doses at home; goal 150 mL", "control": "avoidance diet",
        "duration": "1 year", "blinding": "open",
    },
    "martorell-2011": {
        "design": "randomised, parallel groups, multicentre", "setting": "Spain", "participants": "children with IgE-mediated milk allergy",
        "age": "24 to 36 months", "intervention": "rising doses; goal 200 mL", "control": "avoidance diet", "duration": "1 year",
        "blinding": "open",
    },
    "pajno-2010": {
        "design": "randomised, parallel groups", "setting": "Italy", "participants": "children with IgE-mediated milk allergy",
        "age": "unclear", "intervention": "weekly up-dosing; goal 200 mL", "control": "placebo (soy milk)", "duration": "18 weeks",
        "blinding": "single-blind",
    },
    "salmivesi-2012": {
        "design": "randomised, parallel groups", "setting": "Finland", "participants": "schoolchildren with milk allergy",
        "age": "6 to 14 years", "intervention": "rising doses; goal 200 mL", "control": "placebo", "duration": "23 weeks",
        "blinding": "double-blind",
    },
    "skripak-2008": {
        "design": "randomised 2:1, parallel groups", "setting": "United States", "participants": "children with IgE-mediated milk allergy",
        "age": "6 to 21 years", "intervention": "rising doses to 500 mg milk protein a day, then maintenance", "control": "placebo",
        "duration": "23 weeks", "blinding": "double-blind",
    },
}  # fmt: skip
# (study, outcome, arm, field) -> what ra and rb extracted, and why the consensus is what it is
DIFFER = {
    ("longo-2008", "partial-serving", "moit", "patients_with_event"): (
        "16", "15", "The report counts 5 to 150 mL, the outcome 10 to 184 mL: of the 16, 15 agree with the published pooled result.",
    ),
    ("salmivesi-2012", "", "control", "randomised"): ("10", "8", "Ten were randomised to placebo; eight completed and are analysed."),
    ("skripak-2008", "", "moit", "withdrawn"): ("1", "0", "One child of the active arm left during escalation."),
    ("pajno-2010", "", "", "duration"): ("18 weeks", "4 months", "As the report states it."),
    ("salmivesi-2012", "", "", "age"): ("6 to 14 years", "school age", "The range says more."),
    ("skripak-2008", "epinephrine", "moit", "patients_with_event"): ("4", "3", "Recounted (simulated)."),
}  # fmt: skip


def _item(study: str, field: str, value: str, note: str, at: tuple[str, str, str] = ("", "", "")) -> Item:
    """An item `at` an outcome, arm and time point."""
    outcome, arm, timepoint = at
    ra, rb, why = DIFFER.get((study, outcome, arm, field), ("", "", ""))
    return Item(study, field, value, note, outcome, timepoint, arm, ra, rb, why)


def items() -> list[Item]:
    """Everything that is extracted, study by study."""
    made: list[Item] = []
    for study, (moit, control) in TABLE.items():
        made += [_item(study, field, value, DESIGN) for field, value in CHARACTERISTICS[study].items()]
        made.append(_item(study, "funding", "unclear", "Not recorded in this example."))
        made.append(_item(study, "notes", PROVENANCE, ""))
        for arm, (randomised, withdrawn) in zip(("moit", "control"), RANDOMISED[study], strict=True):
            made.append(_item(study, "randomised", randomised, "As in the trial report.", ("", arm, "")))
            made.append(
                _item(study, "withdrawn", withdrawn, "As in the trial report where known.", ("", arm, ""))
            )
        made += _outcomes(study, moit, control)
    return made


def _outcomes(study: str, moit: tuple[int, ...], control: tuple[int, ...]) -> list[Item]:
    made: list[Item] = []
    end = "end-of-treatment"
    for arm, counts in (("moit", moit), ("control", control)):
        made.append(_item(study, "n", str(counts[0]), SPLIT, ("full-serving", arm, end)))
        made.append(_item(study, "patients_with_event", str(counts[1]), SPLIT, ("full-serving", arm, end)))
        made.append(_item(study, "n", str(counts[0]), SPLIT, ("partial-serving", arm, end)))
        made.append(
            _item(study, "patients_with_event", str(counts[2]), PARTIAL, ("partial-serving", arm, end))
        )
    for outcome, place in (("any-reaction", 3), ("epinephrine", 4)):
        made.append(_item(study, "n", str(moit[0]), SPLIT, (outcome, "moit", end)))
        made.append(_item(study, "patients_with_event", str(moit[place]), SIMULATED, (outcome, "moit", end)))
        if outcome == "epinephrine":
            made.append(_item(study, "event_count", str(moit[5]), SIMULATED, (outcome, "moit", end)))
        made.append(_item(study, "n", str(control[0]), SPLIT, (outcome, "control", end)))
        made.append(_item(study, "patients_with_event", "not reported", CONTROL, (outcome, "control", end)))
    for arm in ("moit", "control"):
        note = "Nobody was assessed after a period off immunotherapy."
        made.append(
            _item(study, "patients_with_event", "not measured", note, ("sustained", arm, "off-treatment"))
        )
    return made


NO_METHOD = "Described as randomised; the method is not recorded here."
# domain: study -> (judgement, support, ra, rb)
BIAS = {
    "sequence-generation": dict.fromkeys(TABLE, ("unclear", NO_METHOD, "", ""))
    | {"skripak-2008": ("unclear", "Randomised 2:1; the method is not recorded here.", "low", "unclear")},
    "allocation-concealment": dict.fromkeys(TABLE, ("unclear", "Described as randomised; concealment is not recorded here.", "", ""))
    | {"martorell-2011": ("unclear", "Randomised in several centres; concealment is not recorded here.", "unclear", "high")},
    "blinding-participants": {
        "longo-2008": ("high", "Open trial with an avoidance diet as control.", "", ""),
        "martorell-2011": ("high", "Open trial with an avoidance diet as control.", "", ""),
        "pajno-2010": ("unclear", "Single-blind, soy milk as placebo.", "high", "unclear"),
        "salmivesi-2012": ("low", "Double-blind, placebo-controlled.", "", ""),
        "skripak-2008": ("low", "Double-blind, placebo-controlled.", "", ""),
    },
    "blinding-assessment": {
        "longo-2008": ("unclear", "Open trial, in which the food challenge itself was double-blind.", "unclear", "high"),
        "martorell-2011": ("high", "Open trial.", "", ""),
        "pajno-2010": ("unclear", "Single-blind; who was blinded is not recorded here.", "", ""),
        "salmivesi-2012": ("low", "Double-blind, placebo-controlled.", "", ""),
        "skripak-2008": ("low", "Double-blind, placebo-controlled.", "", ""),
    },
    "incomplete-data": {
        "longo-2008": ("low", "All 30 children of each arm are accounted for; 3 could not complete the protocol.", "", ""),
        "martorell-2011": ("unclear", "Withdrawals are not recorded here.", "", ""),
        "pajno-2010": ("unclear", "Withdrawals are not recorded here.", "", ""),
        "salmivesi-2012": ("high", "2 of 10 children of the placebo arm withdrew and are not analysed.", "unclear", "high"),
        "skripak-2008": ("low", "1 of 13 children of the active arm withdrew, none of 7 on placebo.", "", ""),
    },
    "selective-reporting": dict.fromkeys(TABLE, ("unclear", "No protocol was compared with the report.", "", "")),
    "other-bias": dict.fromkeys(TABLE, ("unclear", "A small trial; nothing further is recorded here.", "", "")),
}  # fmt: skip


def judgements() -> list[Judgement]:
    return [
        Judgement(study, domain, judgement, support, ra, rb)
        for study in TABLE
        for domain, studies in BIAS.items()
        for judgement, support, ra, rb in [studies[study]]
    ]


# study | design | published | registration | note
STUDIES = """
longo-2008|Longo 2008|included|randomised, open|yes||
martorell-2011|Martorell 2011|included|randomised, open, multicentre|yes||
pajno-2010|Pajno 2010|included|randomised, single-blind|yes||
salmivesi-2012|Salmivesi 2012|included|randomised, double-blind|yes|NCT01361347|The report was online at the date of the search; it was printed as Acta Paediatr 2013;102(2):172-176.
skripak-2008|Skripak 2008|included|randomised, double-blind|yes||
sim-ongoing-drops|Simulated ongoing trial of milk drops|ongoing|randomised, open|no||Invented.
sim-ongoing-yoghurt|Simulated ongoing trial of fermented milk|ongoing|randomised, placebo-controlled|no||Invented.
sim-ongoing-powder|Simulated ongoing trial of milk powder|ongoing|randomised, placebo-controlled|no||Invented.
sim-awaiting-capsules|Simulated trial of encapsulated milk protein|awaiting|randomised, placebo-controlled|yes||Invented. No data by group.
sim-awaiting-rural|Simulated trial in four clinics|awaiting|randomised, open|yes||Invented. No denominators.
"""
ARMS = tuple(
    (study, arm, name, arm, "")
    for study, values in CHARACTERISTICS.items()
    for arm, name in (("moit", "milk oral immunotherapy"), ("control", values["control"]))
)
# contact | study | date | person | asked of | question
CONTACTS = """
c1|longo-2008|2012-12-10|ra|corresponding author of the trial report|How many of the children who took a limited amount tolerated 10 mL or more? (Simulated log; no reply is invented.)
c2|martorell-2011|2012-12-10|ra|corresponding author of the trial report|How many children withdrew from each arm, and when? (Simulated log; no reply is invented.)
c3|pajno-2010|2012-12-11|rb|corresponding author of the trial report|How was the sequence generated, and were those who assessed the challenge blinded? (Simulated log; no reply is invented.)
c4|salmivesi-2012|2012-12-11|rb|corresponding author of the trial report|What became of the two children who left the placebo arm? (Simulated log; no reply is invented.)
c5|skripak-2008|2012-12-12|ra|corresponding author of the trial report|How many patients had any reaction, in each arm? (Simulated log; no reply is invented.)
c6|sim-awaiting-capsules|2012-12-12|rb|the invented authors of the abstract|Results by group. (Simulated.)
"""
EXTRACTION_START = datetime(2012, 12, 17, 9, 0, 0)
APPRAISAL_START = datetime(2013, 1, 7, 9, 0, 0)
