"""An invented review beyond counts of people: means, rates, proportions, and effects that reports give themselves.

Three studies of drops against syrup. Pain is measured (one standard deviation only as a standard error), wheezing is
counted in person-years, death comes as hazard ratios, cure as counts. `EffectsReview().write(path)` has no problem.
"""

from support.small_review import HEADERS, SmallReview, _rows, _table

STUDIES = (("alpha", "Alpha 2001"), ("beta", "Beta 2002"), ("gamma", "Gamma 2003"))
DESIGNS = {"alpha": "parallel groups", "beta": "cluster", "gamma": "Parallel  groups"}
# study: mean, sd and n of drops, then of syrup; beta gives the standard error of its syrup group
PAIN = {
    "alpha": ((42.0, 20.0, 30), (50.5, 22.0, 31)),
    "beta": ((38.5, 18.0, 25), (41.0, None, 25)),
    "gamma": ((45.0, 25.0, 40), (57.0, 24.0, 38)),
}
BETA_SE = 4.0
CHANGES = {"alpha": ((-12.0, 15.0), (-5.0, 16.0)), "gamma": ((-9.5, 14.0), (-2.0, 13.0))}
WHEEZE = {"alpha": ((12, 40.5), (20, 39.0)), "beta": ((3, 20.0), (9, 21.5)), "gamma": ((0, 31.0), (4, 30.5))}
CURE = {"alpha": ((20, 30), (10, 31)), "beta": ((12, 25), (5, 25)), "gamma": ((30, 40), (21, 38))}
# study: hazard ratio, then its limits, or its standard error
DEATH = {
    "alpha": (0.70, (0.45, 1.09), None, None),
    "beta": (0.85, None, 0.31, None),
    "gamma": (0.60, (0.41, 0.88), None, 90),
}

OUTCOMES = """\
outcomes:
- id: cure
  name: Cured
  type: dichotomous
  direction: benefit
  timepoints: [{id: week-12, name: after 12 weeks}]
- id: pain
  name: Pain
  type: continuous
  unit: mm
  direction: harm
  timepoints: [{id: week-12, name: after 12 weeks}]
- id: wheeze
  name: Wheezing
  type: count
  unit: person-years
  direction: harm
  timepoints: [{id: week-12, name: during treatment}]
- id: death
  name: Death
  type: time to event
  direction: harm
  timepoints: [{id: week-12, name: during follow-up}]
"""


def analysis(key: str, outcome: str, measure: str, *more: str) -> str:
    """A planned analysis; `more` are further lines such as "test: HK"."""
    lines = [f"- id: {key}", f"title: {key}", "comparison: drops-vs-syrup", f"outcome: {outcome}",
             "timepoint: week-12", f"measure: {measure}", *more]  # fmt: skip
    return "\n  ".join(lines) + "\n"


RANDOM = ("model: random effects", "tau2: REML")
PLANNED = (
    analysis("pain-md", "pain", "MD", *RANDOM, "test: HK", "prediction: HTS", "subgroup_by: design"),
    analysis("pain-smd", "pain", "SMD", *RANDOM, "profile: metafor",
             "re_express: {sd: 22, unit: mm, source: A register of cough}"),
    analysis("pain-rom", "pain", "ROM", *RANDOM, "profile: meta"),
    analysis("wheeze-irr", "wheeze", "IRR", "method: MH", "model: by-i2", "tau2: DL", "profile: revman5"),
    analysis("wheeze-ird", "wheeze", "IRD", "method: IV", "model: common effect", "tau2: DL", "profile: metafor"),
    analysis("death-hr", "death", "HR", "model: common effect", "tau2: DL",
             "assumed_risk: {from: given, value: 0.2, source: A register of deaths}"),
    analysis("cure-peto", "cure", "OR", "method: Peto", "model: common effect", "tau2: DL", "profile: revman5"),
    analysis("cure-plo", "cure", "PLO", *RANDOM, "group: comparator"),
    analysis("cure-pft", "cure", "PFT", "model: common effect", "tau2: DL"),
    analysis("pain-low-risk", "pain", "MD", "model: common effect", "tau2: DL", "leave_out_judged: [unclear, high]"),
)  # fmt: skip

MANUSCRIPT = """\
# Results

Pain: {{ pain-md.effect }}; prediction interval {{ pain-md.prediction }} {{ pain-md.unit }}. With syrup
{{ pain-md.comparator-mean }}. {{ pain-smd.re-expressed }}

Wheezing: {{ wheeze-irr.effect }}, {{ wheeze-irr.comparator-rate }} against {{ wheeze-irr.rate }}
({{ wheeze-irr.drops.person-time }} of person-time with drops). Death: {{ death-hr.effect }}, {{ death-hr.study.alpha }}.

Subgroups by design: {{ pain-md.subgroup.parallel-groups }}; {{ pain-md.subgroup-test }}. {{ pain-md.methods }}

{{ figure forest pain-md }}

{{ figure forest death-hr }}

{{ table summary-of-findings }}

{{ table counts }}

{{ list studies-of death-hr }}
"""

HEADER = HEADERS["extraction.csv"].replace(",arm,", ",arm,comparison,measure,").split(",")


class EffectsReview(SmallReview):
    """The review in memory; `give` and `plan` add to it."""

    def __init__(self, studies=STUDIES, planned=PLANNED) -> None:
        super().__init__()
        before, _, rest = self.texts["protocol.yaml"].partition("outcomes:\n")
        after = rest[rest.index("characteristics:") : rest.index("analyses:")]
        risk = rest[rest.index("risk_of_bias:") :]
        self.texts["protocol.yaml"] = f"{before}{OUTCOMES}{after}analyses:\n{''.join(planned)}{risk}"
        self.texts |= {"analyses.yaml": "", "certainty.yaml": "", "report.md": MANUSCRIPT}
        self.tables["studies.csv"] = _rows(
            "studies.csv", *(f"{key},{name},included,,yes" for key, name in studies)
        )
        self.tables["study_reports.csv"] = _rows("study_reports.csv", *(
            f"{key},{'alpha' if key == 'alpha' else 'beta'}-report,primary" for key, _ in studies))  # fmt: skip
        self.tables["arms.csv"] = _rows("arms.csv", *(
            f"{key},{arm},{name},{arm}" for key, _ in studies
            for arm, name in (("drops", "almond drops"), ("syrup", "plain syrup"))))  # fmt: skip
        self.tables["contacts.csv"] = []
        self.tables["extraction.csv"] = []
        if studies is STUDIES:
            self._usual()
        else:
            self.tables["appraisal.csv"] = []

    def _usual(self) -> None:
        gamma = [row | {"study": "gamma"} for row in self.tables["appraisal.csv"] if row["study"] == "alpha"]
        self.tables["appraisal.csv"] += gamma
        for study, _ in STUDIES:
            self.give(study, "", "", design=DESIGNS[study], blinding="open")
            for at, arm in enumerate(("drops", "syrup")):
                mean, sd, n = PAIN[study][at]
                self.give(study, "pain", arm, mean=mean, n=n, sd="=sd = se x sqrt(n)" if sd is None else sd)
                if sd is None:
                    self.give(study, "pain", arm, se=BETA_SE)
                if study in CHANGES:
                    change, spread = CHANGES[study][at]
                    self.give(study, "pain", arm, change_mean=change, change_sd=spread)
                events, time = WHEEZE[study][at]
                self.give(study, "wheeze", arm, event_count=events, person_time=time)
                cured, people = CURE[study][at]
                self.give(study, "cure", arm, patients_with_event=cured, n=people)
            estimate, limits, se, level = DEATH[study]
            low, high = limits or (None, None)
            given = {"estimate": estimate, "ci_low": low, "ci_high": high, "se": se, "ci_level": level}
            self.give(study, "death", "drops-vs-syrup:HR", **given)

    def give(self, study: str, outcome: str, where: str, **fields) -> None:
        """Values that two people extract alike; `where` is an arm, or comparison:measure. "=" starts a formula, "?" a code."""
        arm, comparison, measure = (where, "", "") if ":" not in where else ("", *where.split(":"))
        for field, value in fields.items():
            if value is None:
                continue
            text = str(value)
            column = {"=": "derivation", "?": "missing"}.get(text[:1], "value")
            for person in ("ra", "rb"):
                self.tables["extraction.csv"].append(dict.fromkeys(HEADER, "") | {
                    "study": study, "outcome": outcome, "timepoint": "week-12" if outcome else "", "arm": arm,
                    "comparison": comparison, "measure": measure, "field": field, "person": person,
                    "kind": "extraction", column: text.lstrip("=?"), "report": "alpha-report", "locator": "table 2",
                })  # fmt: skip

    def take_back(self, **having: str) -> None:
        """Leave out the rows of extraction.csv with these cells."""
        rows = self.tables["extraction.csv"]
        self.tables["extraction.csv"] = [row for row in rows if not having.items() <= row.items()]

    def files(self) -> dict[str, bytes]:
        extraction = self.tables["extraction.csv"]
        self.tables["extraction.csv"] = []
        found = super().files()
        self.tables["extraction.csv"] = extraction
        return found | {"extraction.csv": _table(HEADER, extraction).encode()}
