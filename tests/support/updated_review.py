"""The small review with its searches run again: one update, and a second one that found little.

Update 1 has six records: two that were there, a new trial (gamma) twice, a further report of beta, and a record
that is excluded. Update 2 has gamma again, and a record that nobody has screened yet.
"""

import csv
import io

from support.small_review import HEADERS, SmallReview
from support.small_review_texts import MEDLINE, PUBMED

GAMMA = """\
TY  - JOUR
TI  - Almond drops or honey for cough at night: the GAMMA trial
AU  - Gamma, Greta
PY  - 2014
JO  - Journal of Invented Cough
VL  - 25
SP  - 11
EP  - 19
DO  - 10.9999/cough.2014.5
ER  -
"""
FOLLOW_UP = """\
TY  - JOUR
TI  - Five years after almond drops: what became of the children
AU  - Beta, Boris
PY  - 2014
JO  - Annals of Syrups
VL  - 19
SP  - 40
EP  - 44
ER  -
"""
OTHER = """\
TY  - JOUR
TI  - Harbour towns and the price of marzipan
AU  - Market, Mia
PY  - 2013
JO  - Port Economics
ER  -
"""
UNSCREENED = """\
TY  - JOUR
TI  - Walnut paste against hoarseness in singers
AU  - Nut, Nina
PY  - 2016
JO  - Voice and Paste
ER  -
"""
GAMMA_AGAIN = """\
PMID- 90000099
TI  - Almond drops or honey for cough at night: the GAMMA trial.
FAU - Gamma, Greta
DP  - 2014
JT  - Journal of Invented Cough
VI  - 25
PG  - 11-9
AID - 10.9999/cough.2014.5 [doi]

"""
ALPHA = MEDLINE.replace("\r\n", "\n").split("ER  -\n")[0] + "ER  -\n"
DOGS = PUBMED.split("\n\n")[2]
COLUMNS = [*HEADERS["searches.csv"].split(","), "update", "mapping"]


class UpdatedReview(SmallReview):
    """`more` has the columns of a source beyond those of the small review: update, mapping."""

    def __init__(self, updates: int = 1) -> None:
        super().__init__()
        self.more: dict[str, dict[str, str]] = {"medline-2": {"update": "1"}, "pubmed-2": {"update": "1"}}
        self.exports["searches/medline-2.ris"] = (ALPHA + GAMMA + FOLLOW_UP + OTHER).encode()
        self.exports["searches/pubmed-2.nbib"] = (GAMMA_AGAIN + DOGS).encode()
        self.add(
            "searches.csv",
            "medline-2,MEDLINE,database,Ovid,2014-10-01,2012 on,none,,no,searches/medline-2.ris",
            "pubmed-2,PubMed,database,NLM,2014-10-02,,,,,searches/pubmed-2.nbib",
        )
        for record, decision in (
            ("medline-2:2", "include"),
            ("medline-2:3", "include"),
            ("medline-2:4", "exclude"),
        ):
            self._vote("title-abstract", record, decision)
        for record in ("medline-2:2", "medline-2:3"):
            self._vote("full-text", record, "include")
        self.add("reports.csv", "gamma-report,medline-2:2,yes", "beta-follow-up,medline-2:3,yes")
        self.add("studies.csv", "gamma,Gamma 2014,included,open,yes")
        self.add("study_reports.csv", "gamma,gamma-report,primary", "beta,beta-follow-up,secondary")
        if updates == 2:
            self._second_update()

    def _second_update(self) -> None:
        self.more["medline-3"] = {"update": "2"}
        self.exports["searches/medline-3.ris"] = (GAMMA + UNSCREENED).encode()
        self.add("searches.csv", "medline-3,MEDLINE,database,Ovid,2016-10-01,,,,,searches/medline-3.ris")

    def _vote(self, stage: str, record: str, decision: str) -> None:
        self.add("screening.csv", *(f"{stage},{record},{who},vote,{decision}" for who in ("ra", "rb")))

    def files(self) -> dict[str, bytes]:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | self.more.get(row["source"], {}) for row in self.tables["searches.csv"])
        return super().files() | {"searches.csv": out.getvalue().encode()}
