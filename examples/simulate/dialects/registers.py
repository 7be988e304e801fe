"""Registers of trials: ClinicalTrials.gov as JSON and as CSV, and the WHO's ICTRP as CSV."""

import csv
import io
import json
from collections.abc import Sequence

from copies import Copy

COLUMNS = (
    "NCT Number", "Study Title", "Study URL", "Study Status", "Brief Summary", "Study Results", "Conditions", "Interventions",
    "Primary Outcome Measures", "Sponsor", "Age", "Phases", "Study Type", "Study Design", "Start Date", "Completion Date",
)  # fmt: skip


def _status(copy: Copy) -> str:
    return "COMPLETED" if copy.publication.fate != "ongoing" and copy.year < 2010 else "RECRUITING"


def ctgov_json(copies: Sequence[Copy], condition: str) -> bytes:
    """A list of studies in the second version of the register's layout."""
    studies = [
        {
            "protocolSection": {
                "identificationModule": {
                    "nctId": copy.publication.registry,
                    "orgStudyIdInfo": {"id": f"SIM-{copy.accession}"},
                    "organization": {
                        "fullName": f"{copy.publication.affiliation} (simulated)",
                        "class": "OTHER",
                    },
                    "briefTitle": copy.title,
                    "officialTitle": f"{copy.title} (simulated registration)",
                },
                "statusModule": {
                    "overallStatus": _status(copy),
                    "startDateStruct": {"date": f"{copy.year}-{copy.publication.month:02d}"},
                    "studyFirstSubmitDate": f"{copy.year}-{copy.publication.month:02d}-10",
                },
                "sponsorCollaboratorsModule": {
                    "leadSponsor": {"name": copy.publication.affiliation, "class": "OTHER"}
                },
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


ICTRP_COLUMNS = (
    "TrialID", "Last Refreshed on", "Public title", "Scientific title", "Acronym", "Primary sponsor", "Date registration",
    "Date registration3", "Source Register", "web address", "Recruitment Status", "Study type", "Intervention", "results yes no",
)  # fmt: skip


def ictrp(copies: Sequence[Copy]) -> bytes:
    """CSV of the WHO platform: values that end in a line end and blanks, <br> as text, two titles and two dates."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ICTRP_COLUMNS)
    for copy in copies:
        publication = copy.publication
        values = (
            publication.registry, "16 January 2012", copy.title, copy.title, "", f"{publication.affiliation} (simulated)",
            f"10/{publication.month:02d}/{copy.year}", f"{copy.year}{publication.month:02d}10", "ISRCTN",
            f"http://isrctn.example.org/{publication.registry}", _status(copy).title(), "Interventional",
            f"oral immunotherapy<br>{copy.abstract}", "",
        )  # fmt: skip
        writer.writerow(
            [
                f"{value}\n    " if value and place in (2, 3, 12) else value
                for place, value in enumerate(values)
            ]
        )
    return out.getvalue().encode()
