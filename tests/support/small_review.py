"""A small, complete review folder of invented texts, with easy ways to spoil one thing in it.

Eight records of two sources, three people, four reports, two studies; one pooled outcome, one told study by
study, one without data. `SmallReview().write(path)` has no problem at all.
"""

import csv
import hashlib
import io
import json
from pathlib import Path

from evisynth.store.history import START, event_hash
from evisynth.synthesis.analysis import Recipe, input_hash
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.model_rule import ModelRule
from support.small_review_texts import ANALYSES, MANUSCRIPT, MEDLINE, PROTOCOL, PUBMED, REVIEW, STRATEGY

# (events, n) of drops and syrup: beta's drops are computed, 60% of 20.
CURE = TwoByTwo.from_rows([("Alpha 2001", 20, 30, 10, 30), ("Beta 2002", 12, 20, 5, 20)])
RECIPE = Recipe(
    measure="RR", method="MH", model="by-i2", tau2_method="DL", profile="revman5",
    rules=(ModelRule("by-i2", "I2", 50.0, "common effect", "random effects"),),
)  # fmt: skip


def certainty(analysis_hash: str) -> str:
    return f"""\
certainty:
- analysis: cure
  start: high
  imprecision:
    down: 1
    reason: Few people
  judged_by: [ra, rc]
  judged_on: 2013-04-01
  analysis_hash: {analysis_hash}
  comment: Judged together
"""


def history(*what: str) -> str:
    """An event log with one event for each thing done."""
    lines, previous = [], START
    for number, done in enumerate(what, start=1):
        event = {"when": f"2012-06-{number:02}T09:00:00Z", "who": "ra", "what": done, "before": None,
                 "after": {"number": number}, "previous": previous}  # fmt: skip
        previous = event_hash(event)
        lines.append(json.dumps(event | {"hash": previous}, ensure_ascii=False, sort_keys=True) + "\n")
    return "".join(lines)


Rows = list[dict[str, str]]

SCREENED = (  # record, decision of ra, of rb, of rc where they differ
    ("medline:1", "include", "include", ""),
    ("medline:2", "include", "maybe", ""),
    ("medline:3", "exclude", "exclude", ""),
    ("medline:4", "include", "include", ""),
    ("medline:5", "include", "exclude", "exclude"),
    ("pubmed:2", "include", "include", ""),
    ("pubmed:3", "exclude", "exclude", ""),
)
READ = (  # record, decisions, reason
    ("medline:1", "include", "include", "", ""),
    ("medline:2", "include", "exclude", "include", "no-outcome"),
    ("pubmed:2", "exclude", "exclude", "", "not-randomised"),
)
EXTRACTED = (  # study, outcome, arm, field, value of ra, of rb, of rc where they differ, report
    ("alpha", "", "", "design", "parallel groups", "parallel groups", "", "alpha-report"),
    ("alpha", "", "", "blinding", "open", "open", "", "alpha-report"),
    ("alpha", "", "drops", "randomised", "32", "32", "", "alpha-report"),
    ("alpha", "", "syrup", "randomised", "31", "31", "", "alpha-report"),
    ("alpha", "cure", "drops", "n", "30", "30", "", "alpha-report"),
    ("alpha", "cure", "drops", "patients_with_event", "20", "20", "", "alpha-report"),
    ("alpha", "cure", "syrup", "n", "30", "30", "", "alpha-report"),
    ("alpha", "cure", "syrup", "patients_with_event", "10", "11", "10", "alpha-report"),
    ("alpha", "rash", "drops", "n", "30", "30", "", "alpha-report"),
    ("alpha", "rash", "drops", "patients_with_event", "3", "3", "", "alpha-report"),
    ("alpha", "rash", "syrup", "n", "30", "30", "", "alpha-report"),
    ("alpha", "rash", "syrup", "patients_with_event", "0", "0", "", "alpha-report"),
    ("beta", "", "", "design", "parallel groups", "parallel groups", "", "beta-report"),
    ("beta", "", "", "blinding", "Double-blind", "Double-blind", "", "beta-report"),
    ("beta", "", "drops", "randomised", "20", "20", "", "beta-report"),
    ("beta", "", "syrup", "randomised", "20", "20", "", "beta-report"),
    ("beta", "cure", "drops", "n", "20", "20", "", "beta-report"),
    ("beta", "cure", "drops", "percentage", "60", "60.0", "", "beta-report"),
    ("beta", "cure", "drops", "patients_with_event", "=patients = n x percentage", "=patients = n x percentage", "",
     "beta-report"),
    ("beta", "cure", "syrup", "n", "20", "20", "", "contact:c1"),
    ("beta", "cure", "syrup", "patients_with_event", "5", "5", "", "contact:c1"),
    ("beta", "rash", "drops", "patients_with_event", "?not reported", "?not reported", "", "beta-report"),
)  # fmt: skip

HEADERS = {
    "searches.csv": "source,name,kind,platform,searched,coverage,limits,strategy,peer_reviewed,file,format,encoding,"
    "sha256,note",
    "duplicates.csv": "record_a,record_b,decision,person,time,reason",
    "screening.csv": "stage,record,person,kind,decision,reason,time,changes,note",
    "reports.csv": "report,record,retrieved,reason,note",
    "studies.csv": "study,name,status,design,published,registration,note",
    "study_reports.csv": "study,report,role,note",
    "arms.csv": "study,arm,name,side,description",
    "contacts.csv": "contact,study,date,person,asked_of,question,reply_date,reply",
    "extraction.csv": "study,outcome,timepoint,arm,field,person,kind,value,missing,derivation,report,locator,quote,"
    "time,note",
    "appraisal.csv": "tool,study,outcome,domain,person,kind,judgement,support,report,locator,time",
}


class SmallReview:
    """The review in memory. `tables` are rows of CSV, `texts` other files, `exports` the raw search files."""

    def __init__(self) -> None:
        self.exports = {"searches/medline.ris": MEDLINE.encode(), "searches/pubmed.nbib": PUBMED.encode()}
        self.texts = {
            "review.yaml": REVIEW,
            "protocol.yaml": PROTOCOL,
            "analyses.yaml": ANALYSES,
            "certainty.yaml": certainty(input_hash(RECIPE, CURE)),
            "report.md": MANUSCRIPT,
            "history.jsonl": history("review made", "searches loaded"),
        }
        self.tables: dict[str, Rows] = {
            "searches.csv": self._searches(),
            "duplicates.csv": _rows("duplicates.csv", "medline:3,medline:4,keep apart,ra,2012-10-02,two topics"),
            "screening.csv": _votes("title-abstract", [(*row, "") for row in SCREENED]) + _votes("full-text", READ),
            "reports.csv": _rows(
                "reports.csv", "alpha-report,medline:1,yes", "beta-report,medline:2,yes",
                "marzipan-letter,medline:4,no,not in any library", "night-report,pubmed:2,yes"),
            "studies.csv": _rows("studies.csv", "alpha,Alpha 2001,included,open,yes",
                                 "beta,Beta 2002,included,double-blind,no"),
            "study_reports.csv": _rows("study_reports.csv", "alpha,alpha-report,primary", "beta,beta-report,primary"),
            "arms.csv": _rows("arms.csv", *(f"{study},{arm},{name},{arm}" for study in ("alpha", "beta")
                                            for arm, name in (("drops", "almond drops"), ("syrup", "plain syrup")))),
            "contacts.csv": _rows(
                "contacts.csv", "c1,beta,2013-01-05,ra,Dr Beta,How many took syrup?,2013-02-01,Twenty; five were cured"),
            "extraction.csv": _extracted(),
            "appraisal.csv": _judged(),
        }  # fmt: skip

    def _searches(self) -> Rows:
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.exports.items()}
        self.exports["searches/medline.txt"] = STRATEGY
        return _rows(
            "searches.csv",
            "medline,MEDLINE,database,Ovid,2012-10-01,1946 on,none,searches/medline.txt,no,searches/medline.ris,,,"
            + digests["searches/medline.ris"],
            "pubmed,PubMed,database,NLM,2012-10-02,,,,,searches/pubmed.nbib,,,"
            + digests["searches/pubmed.nbib"],
        )

    def row(self, file: str, **having: str) -> dict[str, str]:
        """The first row of a table with these cells; change it in place."""
        return next(row for row in self.tables[file] if having.items() <= row.items())

    def add(self, file: str, *lines: str) -> None:
        """Further rows, as lines of plain CSV."""
        self.tables[file] += _rows(file, *lines)

    def line(self, file: str, **having: str) -> int:
        """On which line of the file such a row stands."""
        return self.tables[file].index(self.row(file, **having)) + 2

    def swap(self, file: str, old: str, new: str) -> None:
        """Change one place of a text file."""
        assert self.texts[file].count(old) >= 1, f"{file} has no {old!r}"
        self.texts[file] = self.texts[file].replace(old, new, 1)

    def files(self) -> dict[str, bytes]:
        tables = {
            file: _table(HEADERS[file].split(","), rows).encode()
            for file, rows in self.tables.items()
            if rows
        }
        return tables | {file: text.encode() for file, text in self.texts.items()} | self.exports

    def write(self, path: Path) -> Path:
        """Write the folder at `path` (a new `review` inside it when it is there already)."""
        folder = path / "small-review"
        for name, content in self.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder


def _rows(file: str, *lines: str) -> Rows:
    header = HEADERS[file].split(",")
    return [
        dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))
        for cells in csv.reader(lines)
    ]


def _table(header: list[str], rows: Rows) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in rows)
    return out.getvalue()


def _votes(stage: str, items: list[tuple[str, ...]] | tuple[tuple[str, ...], ...]) -> Rows:
    lines = []
    for at, (record, first, second, settled, reason) in enumerate(items):
        for person, decision in (("ra", first), ("rb", second)):
            why = reason if decision == "exclude" else ""
            lines.append(f"{stage},{record},{person},vote,{decision},{why},2012-11-05T09:{at:02}:00Z,no")
        if settled:
            lines.append(f"{stage},{record},rc,consensus,{settled},,2012-11-06T09:00:00Z,no,talked it over")
    return _rows("screening.csv", *lines)


def _extracted() -> Rows:
    lines = []
    for study, outcome, arm, field, *values, report in EXTRACTED:
        for person, value in zip(("ra", "rb", "rc"), values, strict=True):
            if value:
                cells = {"=": f",,{value[1:]}", "?": f",{value[1:]},"}.get(value[0], f"{value},,")
                kind = "consensus" if person == "rc" else "extraction"
                timepoint = "week-12" if outcome else ""
                lines.append(f"{study},{outcome},{timepoint},{arm},{field},{person},{kind},{cells},{report},table 2,"
                             "as printed,2012-12-01T10:00:00Z")  # fmt: skip
    return _rows("extraction.csv", *lines)


def _judged() -> Rows:
    lines = []
    for study in ("alpha", "beta"):
        for domain in ("sequence-generation", "allocation-concealment"):
            differ = (study, domain) == ("beta", "allocation-concealment")
            for person, judgement in (("ra", "low"), ("rb", "unclear" if differ else "low")):
                lines.append(
                    f"rob1,{study},,{domain},{person},judgement,{judgement},by a list,{study}-report,p. 2"
                )
            if differ:
                lines.append(f"rob1,{study},,{domain},rc,consensus,unclear,not described,{study}-report,p. 2")
    return _rows("appraisal.csv", *lines)
