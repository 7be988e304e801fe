"""The starting folder of a review: every file there is, with comments where a file can have them."""

import csv
import io
from datetime import date
from pathlib import Path

from evisynth.errors import DataError
from evisynth.store.exchange.schema import Column
from evisynth.store.exchange.tables import TABLES

REVIEW = """\
# What the review is about and who does it. Every key is explained in README.md of this folder.
evisynth: 1            # version of this folder's format
title: Title of the review
date: {today}       # the date of the report; nothing else in a report is dated by the clock
question:
  population: Who
  intervention: What is done
  comparator: Compared with what
  outcomes: What is looked at
people:                # everybody who decides anything; the id is what tables name
- id: aa
  name: First Reviewer
  roles: [owner, reviewer]        # owner, reviewer, adjudicator, statistician, reader
- id: bb
  name: Second Reviewer
  roles: [reviewer]
- id: cc
  name: Third Person
  roles: [adjudicator]
settings:
  votes_title_abstract: 2         # how many people decide about each record, independently
  votes_full_text: 2
  extractors: 2                   # how many people extract each value
  assessors: 2                    # how many people judge risk of bias
  consensus_by: third person      # or: either
  maybe_counts_as: include        # or: exclude
"""

PROTOCOL = """\
# The plan, written before the data are seen. What became of it goes into analyses.yaml.
versions:
- id: v1
  date: {today}
objectives: To find out whether the intervention is better than the comparator.
eligibility:
  include:
  - Randomised controlled trials
  exclude: []
exclusion_reasons:     # in this order: at full text the first that applies is the reason
- id: not-randomised
  text: Not a randomised controlled trial
- id: other-population
  text: Other population
comparisons:
- id: main
  intervention: {{id: treatment, name: the intervention, short: Treatment}}
  comparator: {{id: control, name: the comparator, short: Control}}
outcomes:
- id: recovery
  name: Recovery
  definition: What counts as an event
  type: dichotomous    # dichotomous, continuous, count, time to event
  direction: benefit   # is an event good (benefit) or bad (harm) for the patient?
  importance: critical # critical, important, limited
  timepoints:
  - id: end-of-treatment
    name: end of treatment
characteristics:       # the form for the characteristics of included studies
- id: design
  label: Design
- id: participants
  label: Participants
model_rules:           # which model, decided before the data are seen
- id: common-when-i2-below-50
  statistic: I2        # I2, tau2, k, p_Q of the common-effect fit
  below: 50
  then: common effect
  otherwise: random effects
analyses:
- id: recovery
  title: Recovery at the end of treatment
  comparison: main
  outcome: recovery
  timepoint: end-of-treatment
  measure: RR          # RR, OR, RD, MD, SMD, IRR, HR ...; leave it out for outcomes told study by study
  method: MH           # Mantel-Haenszel
  model: common-when-i2-below-50
  tau2: DL             # DL, REML, PM ...
  profile: revman5     # whose arithmetic for zero cells: revman5 or metafor
  assumed_risk:
    from: pooled comparator       # or: median comparator, or: given (with value and source)
  favours: [Control, Treatment]   # what an effect to the left and to the right of 1 favours
risk_of_bias:
  tool: rob1
  key_domains: [sequence-generation, allocation-concealment]
amendments: []         # date, section, change, reason
"""

ANALYSES = """\
# What became of the plan. Leave empty what was done as planned.
# analyses:
# - id: recovery       # a planned analysis
#   pool: no
#   reason: Why the outcome is told study by study
#   leave_out:
#   - study: smith-2001
#     reason: Why this study does not take part
# post_hoc:            # analyses nobody planned: the keys of a planned one, and a reason
"""

CERTAINTY = """\
# GRADE, one entry an analysis. `evisynth check` prints the analysis_hash to bind the judgement to.
# certainty:
# - analysis: recovery
#   start: high
#   risk_of_bias: {down: 1, reason: Why}
#   judged_by: [aa, bb]
#   judged_on: 2020-01-31
#   analysis_hash: (what `evisynth check` prints)
#   comment: What it means in plain words
"""

REPORT = """\
## Results

We found {{ flow.records }} records, screened {{ flow.screened }} and read {{ flow.assessed }} in full text;
{{ flow.included-studies }} studies are included.

{{ figure prisma }}

{{ table searches }}

{{ table results }}

## To look at

{{ table review-band }}

{{ table trials }}
"""

KINDS = {
    "id": "a short id", "date": "a date such as 2020-01-31", "time": "a time such as 2020-01-31T09:30:00Z",
    "number": "a number", "whole": "a whole number", "yes/no": "yes or no", "text": "text",
}  # fmt: skip
MANY_IN_A_CELL, MANY_IN_A_LIST = "one or more, with ; between them", "a list such as [one, another]"


def write_starting_folder(folder: Path) -> None:
    """Write the files. Raises DataError where the folder already has something in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder} is already there and not empty; a review starts in a new folder.")
    (folder / "searches" / "strategies").mkdir(parents=True)
    today = date.today().isoformat()
    files = {
        "review.yaml": REVIEW.format(today=today),
        "protocol.yaml": PROTOCOL.format(today=today),
        "analyses.yaml": ANALYSES,
        "certainty.yaml": CERTAINTY,
        "report.md": REPORT,
        "README.md": _columns_explained(),
    }
    files |= {table.file: _header(table.columns) for table in TABLES if table.file.endswith(".csv")}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _header(columns: tuple[Column, ...]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow([column.name for column in columns])
    return out.getvalue()


def _columns_explained() -> str:
    """Each table of the folder with its columns, from the same declarations that read and check them."""
    lines = [
        "# This review folder", "",
        "`evisynth check .` lists every problem, `evisynth build .` writes the report into `report/`.",
        "Search exports go into `searches/`, untouched; strategies into `searches/strategies/`. A record is named by its",
        "source and its place there: `medline:1`.", "",
    ]  # fmt: skip
    explained: dict[str, list[str]] = {}  # lists that stand in two places alike are explained once
    for table in TABLES:
        heading = f"## {table.file}" + (f", {table.path}" if table.path else "")
        in_a_list = not table.file.endswith(".csv")
        explained.setdefault(
            heading,
            [f"- `{column.name}`: {_explained(column, in_a_list=in_a_list)}" for column in table.columns],
        )
    for heading, columns in explained.items():
        lines += [heading, "", *columns, ""]
    return "\n".join(lines)


def _explained(column: Column, *, in_a_list: bool) -> str:
    """What a column may hold and what it is for."""
    many = MANY_IN_A_LIST if in_a_list else MANY_IN_A_CELL
    text = KINDS.get(column.kind, "")
    if column.kind == "texts":
        text = many
    if column.between:
        text += f" from {column.between[0]} to {column.between[1]}"
    if column.choices:
        text = ", ".join(column.choices)
    if column.kind == "words":
        text = f"{many}, of {text}"
    if column.kind == "ref":
        text = f"id of one of the {column.to.replace('_', ' ')}" + (
            f" of the {column.within}" if column.within else ""
        )
    text += "; needed" if column.required else ""
    return f"{column.about} ({text})" if column.about else text
