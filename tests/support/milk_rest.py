"""What the four people of the story do not do in a browser, done by the same functions in a process of its own.

python milk_rest.py DATABASE REVIEW screening|conflicts|reports|reading|studies
"""

import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/milk-oit"
LOT = 100  # records on which one votes at once
Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (EXAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def decisions(stage: str, kind: str) -> list[Row]:
    """The example's decisions in the order in which they were taken."""
    rows = [row for row in table("screening.csv") if (row["stage"], row["kind"]) == (stage, kind)]
    return sorted(rows, key=lambda row: row["time"])


def reason_texts() -> dict[str, str]:
    """The example's reasons for exclusion by their ids, in order."""
    from ruamel.yaml import YAML

    protocol = YAML(typ="safe").load((EXAMPLE / "protocol.yaml").read_text(encoding="utf-8"))
    return {row["id"]: row["text"] for row in protocol["exclusion_reasons"]}


class Rest:
    """The people and reasons of the review in the database, and what they have done already.

    The example's rows name one record of a publication; the application names the fullest one, `best`.
    """

    def __init__(self, slug: str) -> None:
        from evisynth.store import models

        self.models = models
        self.review = models.Review.objects.get(slug=slug)
        self.people = {row.key: row for row in models.Membership.objects.filter(review=self.review)}
        records = models.Record.objects.filter(review=self.review)
        self.best = dict(records.values_list("key", "group__best__key"))
        keys = {row.text: row.key for row in models.ExclusionReason.objects.filter(review=self.review)}
        self.reasons = {key: keys[text] for key, text in reason_texts().items()} | {"": ""}

    def missing(self, stage: str) -> Iterator[Row]:
        """The votes at a stage of those who have not voted on the record yet."""
        given = self.models.Decision.objects.filter(review=self.review, stage=stage, kind="vote", active=True)
        there = set(given.values_list("person__key", "record__key"))
        rows = [row | {"record": self.best[row["record"]]} for row in decisions(stage, "vote")]
        return (row for row in rows if (row["person"], row["record"]) not in there)

    def screening(self) -> None:
        """Exclusions in lots, as people tick them in the list; all else, and what is changed later, one by one."""
        from evisynth.store.voting import vote
        from evisynth.store.voting_many import vote_many

        rows = list(self.missing("title-abstract"))
        times = Counter((row["person"], row["record"]) for row in rows)
        lots: dict[str, list[str]] = {}
        for row in rows:
            if row["decision"] == "exclude" and times[row["person"], row["record"]] == 1:
                lots.setdefault(row["person"], []).append(row["record"])
            else:
                vote(self.people[row["person"]], row["stage"], row["record"], row["decision"])
        for person, records in lots.items():
            for start in range(0, len(records), LOT):
                vote_many(self.people[person], records[start : start + LOT], "exclude")

    def conflicts(self) -> None:
        """Settle at both stages what is in conflict."""
        from evisynth.store.settling import last_decision, settle_seen

        for stage in ("title-abstract", "full-text"):
            to_settle = {self.best[row["record"]]: row for row in decisions(stage, "consensus")}
            items = self.models.ScreeningItem.objects.filter(
                review=self.review, stage=stage, state="conflict"
            )
            for item in items.select_related("group__best"):
                row = to_settle[item.group.best.key]
                settle_seen(
                    self.people[row["person"]], stage, row["record"], row["decision"], seen=last_decision(item),
                    reason=self.reasons[row["reason"]], note=row["note"],
                )  # fmt: skip

    def reports(self) -> None:
        from evisynth.store.reports import retrieval

        there = self.models.Report.objects.filter(review=self.review, retrieved__isnull=False)
        done = set(there.values_list("record__key", flat=True))
        for row in table("reports.csv"):
            if self.best[row["record"]] not in done:
                retrieval(self.people["rb"], row["record"], row["retrieved"] == "yes", reason=row["reason"])

    def reading(self) -> None:
        from evisynth.store.reports import vote_in_full

        for row in self.missing("full-text"):
            reason = self.reasons[row["reason"]]
            vote_in_full(self.people[row["person"]], row["record"], row["decision"], reason=reason)

    def studies(self) -> None:
        """Make the studies that are missing, with the reports that are in no study yet."""
        from evisynth.store.studies_writing import link, make_study

        record_of = {row["report"]: self.best[row["record"]] for row in table("reports.csv")}
        report_of = dict(
            self.models.Report.objects.filter(review=self.review).values_list("record__key", "key")
        )
        names = {row["study"]: row for row in table("studies.csv")}
        known = dict(self.models.Study.objects.filter(review=self.review).values_list("name", "key"))
        linked = set(
            self.models.StudyReport.objects.filter(review=self.review).values_list("report__key", flat=True)
        )
        for key, rows in groupby(table("study_reports.csv"), key=lambda row: row["study"]):
            reports = [report_of[record_of[row["report"]]] for row in rows]
            new = [report for report in reports if report not in linked]
            if names[key]["name"] in known:
                for report in new:
                    link(self.people["rb"], known[names[key]["name"]], report)
            else:
                make_study(
                    self.people["rb"], names[key]["name"], status=names[key]["status"], reports=new,
                    registration=names[key]["registration"],
                )  # fmt: skip


def main() -> None:
    database, slug, *steps = sys.argv[1:]
    os.environ["EVISYNTH_DATABASE"], os.environ["DJANGO_SETTINGS_MODULE"] = database, "evisynth.web.settings"
    import django

    django.setup()
    rest = Rest(slug)
    for step in steps:
        getattr(rest, step)()


if __name__ == "__main__":
    main()
