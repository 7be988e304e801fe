"""The cast of the tests of pages: people with a part each in one small review, and a stranger from another.

Each is a Django test client that is signed in; `.user` is the account and `.member` the part in the review.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.db.models import F
from django.test import Client
from django.utils import timezone

from evisynth.store import models
from evisynth.store.exchange.load import load_folder
from evisynth.store.invitations import add_member, invite
from evisynth.store.screening_items import ready, rebuild
from support.small_review import SmallReview

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"


class Person(Client):
    """A signed-in person. `raises`: whether what a view raises fails the test, rather than being a 500."""

    def __init__(self, member: models.Membership, *, raises: bool = True, csrf: bool = False) -> None:
        super().__init__(raise_request_exception=raises, enforce_csrf_checks=csrf)
        assert member.user is not None
        self.member = member
        self.user = member.user
        self.force_login(member.user)

    def again(self, *, csrf: bool = False) -> "Person":
        """The same person in another browser."""
        return Person(models.Membership.objects.get(pk=self.member.pk), csrf=csrf)


def load(folder: Path, slug: str = "", change: Callable[[SmallReview], None] | None = None) -> models.Review:
    """The small review in the database, ready for pages; `change` may alter the folder before."""
    small = SmallReview()
    if change is not None:
        change(small)
    review, problems = load_folder(small.write(folder), slug)
    assert change or not problems, problems
    ready(review)
    return review


def unscreened(small: SmallReview) -> None:
    """For `load`: nobody has decided about anything yet, and what follows from decisions is not there."""
    for file in ("screening", "reports", "studies", "study_reports", "arms", "contacts", "extraction",
                 "appraisal"):  # fmt: skip
        small.tables[f"{file}.csv"] = []
    small.texts["certainty.yaml"] = small.texts["analyses.yaml"] = ""
    small.texts["report.md"] = ""


def account(name: str) -> models.User:
    """An account of this name that cannot sign in with a password."""
    return models.User.objects.create_user(f"{name.split(maxsplit=1)[0].lower()}@example.org", name=name)


def plays(review: models.Review, key: str, name: str) -> Person:
    """The person of the folder with this id, now with an account."""
    member = models.Membership.objects.get(review=review, key=key)
    member.user = account(name)
    member.save(update_fields=["user"])
    return Person(member)


def joins(review: models.Review, name: str, *roles: str) -> Person:
    """Somebody who has joined the team with these roles."""
    return Person(add_member(review, account(name), list(roles)))


def another_review(folder: Path) -> models.Review:
    """A second review of which no id is one of the first's."""
    review = load(folder, "another-review")
    keyed = [models.Membership, models.ProtocolVersion, models.ExclusionReason, models.Comparison, models.Outcome,
             models.Timepoint, models.Characteristic, models.ModelRule, models.SearchRun, models.Record, models.Report,
             models.Study, models.Arm, models.Contact, models.Analysis, models.Label]  # fmt: skip
    for model in keyed:
        for row in model.objects.filter(review=review):  # type: ignore[attr-defined]
            model.objects.filter(pk=row.pk).update(key=f"other-{row.key}")  # type: ignore[attr-defined]
    models.Event.objects.filter(review=review).update(position=F("position") + 1000)
    rebuild(review)
    return review


def furnish(owner: models.Membership) -> None:
    """Give the review one row of each kind that a folder need not bring: a label, a note, a file, a job and so on."""
    review = owner.review
    record = models.Record.objects.filter(review=review).earliest("pk")
    report = models.Report.objects.filter(review=review).earliest("pk")
    label = models.Label.objects.create(
        review=review, position=1, key=f"{owner.key}-label", name="ask the team"
    )
    about = {"review": review, "position": 1, "stage": "title-abstract", "record": record, "person": owner}
    models.RecordLabel.objects.create(label=label, **about)
    models.Note.objects.create(text="To talk about", **about)
    file = models.ReportFile.objects.create(
        review=review, position=1, report=report, name="report.pdf", type="application/pdf", size=len(PDF),
        sha256=hashlib.sha256(PDF).hexdigest(),
    )  # fmt: skip
    models.ReportFilePart.objects.create(file=file, start=0, content=PDF)
    models.Portion.objects.create(
        review=review, position=1, stage="title-abstract", person=owner, start=0, end=100
    )
    models.Upload.objects.create(
        review=review, by=owner.user, name="more.ris", content=b"TY  - JOUR\nTI  - More\nER  - \n", sha256="0" * 64
    )  # fmt: skip
    models.Job.objects.create(
        review=review, kind="none", asked_by=owner.user, state="done", finished=timezone.now()
    )
    invite(owner, ["reader"], name="Somebody New")
