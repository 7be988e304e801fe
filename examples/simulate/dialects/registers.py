"""Registers of trials: ClinicalTrials.gov as JSON and as CSV, and the WHO's ICTRP as XML."""

import csv
import io
import json
from collections.abc import Sequence
from xml.sax.saxutils import escape

from copies import Copy

COLUMNS = (
    "NCT Number", "Study Title", "Study URL", "Study Status", "Brief Summary", "Study Results", "Conditions", "Interventions",
    "Primary Outcome Measures", "Sponsor", "Age", "Phases", "Study Type", "Study Design", "Start Date", "Completion Date",
)  # fmt: skip


def _status(copy: Copy) -> str:
    return "COMPLETED" if copy.publication.fate not in ("ongoing",) and copy.year < 2010 else "RECRUITING"


def ctgov_json(copies: Sequence[Copy], condition: str) -> bytes:
    """A list of studies in the second version of the register's layout."""
    studies = [
        {
            "protocolSection": {
                "identificationModule": {
                    "nctId": copy.publication.registry,
                    "orgStudyIdInfo": {"id": f"SIM-{copy.accession}"},
                    "organization": {"fullName": f"{copy.publication.affiliation} (simulated)", "class": "OTHER"},
                    "briefTitle": copy.title,
                    "officialTitle": f"{copy.title} (simulated registration)",
                },
                "statusModule": {
                    "overallStatus": _status(copy),
                    "startDateStruct": {"date": f"{copy.year}-{copy.publication.month:02d}"},
                    "studyFirstSubmitDate": f"{copy.year}-{copy.publication.month:02d}-10",
                },
                "sponsorCollaboratorsModule": {"leadSponsor": {"name": copy.publication.affiliation, "class": "OTHER"}},
                "descriptionModule": {"briefSummary": copy.abstract},
                "conditionsModule": {"conditions": [condition], "keywords": list(copy.publication.keywords)},
                "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]},
            },
            "derivedSection": {},
            "hasResults": False,
        }
        for copy in copies
    ]
    return (json.dumps(studies, indent=1, ensure_ascii=False) + "\n").encode()


def ctgov_table(copies: Sequence[Copy], condition: str) -> bytes:
    """CSV as the register's download gives it; lists joined by "|"."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for copy in copies:
        publication = copy.publication
        start = f"{copy.year}-{publication.month:02d}"
        writer.writerow((
            publication.registry, copy.title, f"https://clinicaltrials.gov/study/{publication.registry}", _status(copy), copy.abstract,
            "NO", f"{condition}|Food Hypersensitivity", "BIOLOGICAL: oral immunotherapy|OTHER: placebo", "Threshold dose, one year",
            f"{publication.affiliation} (simulated)", "CHILD", "PHASE2", "INTERVENTIONAL", "Allocation: RANDOMIZED", start, "",
        ))  # fmt: skip
    return out.getvalue().encode()


def ictrp(copies: Sequence[Copy]) -> bytes:
    """XML with a line end and blanks in each value, br as text, and the identifier of another register."""
    parts = ["<?xml version='1.0' encoding='UTF-8' ?>\n<Trials_downloaded_from_ICTRP>\n"]
    for number, copy in enumerate(copies, start=1):
        publication = copy.publication
        date = f"{copy.year}{publication.month:02d}10"
        values = (
            ("Internal_Number", str(number)), ("TrialID", publication.registry), ("Public_title", escape(copy.title)),
            ("Scientific_title", escape(copy.title)), ("Primary_sponsor", f"{escape(publication.affiliation)} (simulated)"),
            ("Date_registration3", date), ("Source_Register", "ClinicalTrials.gov"),
            ("web_address", f"https://clinicaltrials.gov/study/{publication.registry}"), ("Recruitment_Status", _status(copy).title()),
            ("Study_type", "Interventional"), ("Intervention", f"oral immunotherapy&lt;br&gt;{escape(copy.abstract)}"),
        )  # fmt: skip
        shown = "".join(f"    <{name}>{value}\n    </{name}>\n" for name, value in values)
        parts.append(f"  <Trial>\n{shown}  </Trial>\n")
    parts.append("</Trials_downloaded_from_ICTRP>\n")
    return "".join(parts).encode()
