"""A review with many records and people and no decision, made without reading an export."""

from django.utils import timezone

from evisynth.store import models
from evisynth.store.screening_items import rebuild

WORDS = (
    "milk", "allergy", "oral", "immunotherapy", "children", "randomised", "placebo", "dose", "trial", "cohort", "serum",
    "tolerance", "egg", "peanut", "asthma", "skin", "test", "adverse", "events", "quality", "life", "follow-up",
)  # fmt: skip
TEXT = (
    "BACKGROUND: {0} {1} is common in {2}. METHODS: We {3} {4} people to {5} or {6}, and followed them for a year. "
    "RESULTS: {7} of {8} reached {9}; {10} {11} were seen in both groups, and none was serious. Further {12} and {13} "
    "were measured at the start and at the end by people who did not know the {14}. CONCLUSIONS: {15} {16} works."
)


def made_review(records: int, people: int, slug: str = "made", *, accounts: bool = False) -> models.Review:
    """The review; its people are p1, p2 ..., all reviewers, its records made:1, made:2 ..., each a group of its own."""
    review = models.Review.objects.create(
        slug=slug, title="A made review", date=timezone.now().date(), consensus_by="either",
        highlight_include=["randomi*", "placebo"], highlight_exclude=["cohort"],
        include_criteria=["Randomised trials"], exclude_criteria=["Trials in animals"],
    )  # fmt: skip
    search = models.SearchRun.objects.create(
        review=review, position=1, key="made", name="MEDLINE", kind="database"
    )
    batch = models.ImportBatch.objects.create(
        review=review, position=1, search=search, file="made.ris", content=b"", sha256=""
    )
    models.Record.objects.bulk_create(
        (_record(review, search, batch, number) for number in range(1, records + 1)), batch_size=2_000
    )
    rows = list(models.Record.objects.filter(review=review).defer("fields").order_by("position"))
    groups = models.DuplicateGroup.objects.bulk_create(
        (models.DuplicateGroup(review=review, position=row.position, best=row) for row in rows),
        batch_size=2_000,
    )
    for row, group in zip(rows, groups, strict=True):
        row.group = group
    models.Record.objects.bulk_update(rows, ["group"], batch_size=500)
    for number in range(1, people + 1):
        user = None
        if accounts:
            user = models.User.objects.create_user(f"{slug}-p{number}@example.org", name=f"Person {number}")
        models.Membership.objects.create(
            review=review,
            position=number,
            key=f"p{number}",
            name=f"Person {number}",
            roles=["reviewer"],
            user=user,
        )
    rebuild(review)
    return review


def _record(
    review: models.Review, search: models.SearchRun, batch: models.ImportBatch, number: int
) -> models.Record:
    words = [WORDS[(number * (place + 3) + place) % len(WORDS)] for place in range(17)]
    fields = {
        "authors": [f"Author, A{number % 97}", f"Writer, W{number % 89}"], "journal": "Journal of Made Records",
        "journal_abbreviation": "", "volume": str(number % 60), "issue": "", "pages": "1-9",
        "abstract": TEXT.format(*words) * 2, "doi": f"10.9999/made.{number}", "pmid": "", "pmcid": "",
        "registry_ids": [], "accession": str(number), "database": "", "type": "JOUR", "language": "English", "issn": [],
        "keywords": words[:4], "other_titles": [], "other_abstracts": [], "links": [], "number": number, "line": number,
        "raw": "",
    }  # fmt: skip
    return models.Record(
        review=review, position=number, key=f"made:{number}", search=search, batch=batch, line=number,
        title=f"{words[0]} and {words[1]} in {words[2]}: study {number}", year=1980 + number % 46, fields=fields,
    )  # fmt: skip


def member(review: models.Review, key: str) -> models.Membership:
    return models.Membership.objects.select_related("review").get(review=review, key=key)
