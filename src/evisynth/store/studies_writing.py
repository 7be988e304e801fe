"""Studies and the reports that describe them: made, changed, linked, merged, split, and all of it taken back.

Each act is one event that has the studies concerned before and after it, so that it can be undone by writing
them back. What was extracted for a study is never moved in silence: such a study is not merged away or deleted,
and such a report not unlinked.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import Max

from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.records import storable
from evisynth.store.voting import Refused

MAY_WRITE = {"owner", "reviewer"}
STATUSES = ("included", "ongoing", "awaiting")
ROLES = ("primary", "secondary")
TEXTS = ("name", "design", "registration", "note")
LONGEST = {"name": 200, "design": 500, "registration": 500, "note": 2_000}
LONGEST_KEY = 50
EVENTS = (
    "study made", "study changed", "report linked", "report unlinked", "primary report", "studies merged",
    "study split", "study removed", "studies as before",
)  # fmt: skip

Told = dict[str, Any]  # a study as the history keeps it


def make_study(
    member: models.Membership,
    name: str,
    *,
    status: str = "included",
    reports: Sequence[str] = (),
    registration: str = "",
) -> models.Study:
    """A new study with these reports, of which the first is the primary one.

    Raises Refused for an empty or taken name, an unknown status or report.
    """
    with acting(member) as act:
        _may_write(act)
        study = _new(act, name, status=status, registration=registration)
        _put(act, study, [_report(act, key) for key in reports])
        act.log("study made", after=told(act.review, [study.key]))
        return study


def change_study(member: models.Membership, key: str, seen: Told, **fields: Any) -> models.Study:
    """Change name, status, design, published, registration or note of a study that was `seen` as it was told.

    The id stays. Raises Refused for a study that somebody changed meanwhile, and for values that cannot be.
    """

    def change(act: Act, study: models.Study) -> None:
        if told(act.review, [key]).get(key) != seen:
            raise Refused(
                f"Somebody changed {study.name} meanwhile. Nothing of yours was saved; look at it again."
            )
        for field, value in _checked(act, study, fields).items():
            setattr(study, field, value)
        study.save()

    return _alter(member, "study changed", key, change)


def link(member: models.Membership, key: str, report_key: str, role: str = "") -> models.Study:
    """Say that a report describes a study. Without a role it is the primary report if there is none yet."""

    def change(act: Act, study: models.Study) -> None:
        report = _report(act, report_key)
        if study.study_reports.filter(report=report).exists():
            raise Refused(f"{report_key} is a report of {study.name} already.")
        _put(act, study, [report])
        if role:
            _set_role(study, report_key, role)

    return _alter(member, "report linked", key, change)


def unlink(member: models.Membership, key: str, report_key: str) -> models.Study:
    """Say that a report does not describe a study. Raises Refused where values were taken from it for the study."""

    def change(act: Act, study: models.Study) -> None:  # noqa: ARG001 - as the others
        _loosen(study, [report_key])

    return _alter(member, "report unlinked", key, change)


def set_primary(member: models.Membership, key: str, report_key: str) -> models.Study:
    """Make a report the primary one of its study; the one before is secondary then."""

    def change(act: Act, study: models.Study) -> None:  # noqa: ARG001 - as the others
        _set_role(study, report_key, "primary")

    return _alter(member, "primary report", key, change)


def merge(member: models.Membership, key: str, gone: str) -> models.Study:
    """Make two studies one: the reports of `gone` become secondary reports of the first, and `gone` is deleted.

    Raises Refused where anything was extracted for `gone`.
    """
    with acting(member) as act:
        _may_write(act)
        if key == gone:
            raise Refused("A study cannot be merged with itself; choose another.")
        study, other = _study(act, key), _study(act, gone)
        before = told(act.review, [key, gone])
        _refuse_if_held(other, f"merged into {study.name}")
        there = set(study.study_reports.values_list("report_id", flat=True))
        links = other.study_reports.select_related("report").order_by("position")
        _put(act, study, [row.report for row in links if row.report_id not in there])
        _complete(study, other)
        other.delete()
        act.log("studies merged", before=before, after=told(act.review, [key, gone]))
        return study


def split(member: models.Membership, key: str, report_keys: Sequence[str], name: str) -> models.Study:
    """Take reports out of a study into a new one of this name; gives the new one."""
    with acting(member) as act:
        _may_write(act)
        study = _study(act, key)
        if not report_keys:
            raise Refused("Choose the reports that are of another study.")
        if len(set(report_keys)) >= study.study_reports.count():
            raise Refused(f"{study.name} would have no report left; leave one, or change its name instead.")
        before = told(act.review, [key])
        _loosen(study, report_keys)
        new = _new(act, name, status=study.status)
        _put(act, new, [_report(act, each) for each in report_keys])
        act.log("study split", before=before, after=told(act.review, [key, new.key]))
        return new


def remove_study(member: models.Membership, key: str) -> None:
    """Delete a study for which nothing was extracted; its reports are then of no study."""
    with acting(member) as act:
        _may_write(act)
        study = _study(act, key)
        before = told(act.review, [key])
        _refuse_if_held(study, "removed")
        study.delete()
        act.log("study removed", before=before)


def undo(member: models.Membership, event: models.Event) -> None:
    """Write the studies of an event back as they were before it. This is a further event.

    Raises Refused where one of them is not as the event left it, or holds what was extracted since.
    """
    before, after = event.before or {}, event.after or {}
    if event.what not in EVENTS:
        raise Refused("This event is not about studies.")
    with acting(member) as act:
        _may_write(act)
        keys = list(dict.fromkeys([*before, *after]))
        now = told(act.review, keys)
        if now != after:
            changed = [key for key in keys if now.get(key) != after.get(key)]
            raise Refused(f"{', '.join(changed)} changed since; take back first what was done later.")
        for key in after:
            if key not in before:
                study = _study(act, key)
                _refuse_if_held(study, "removed")
                study.delete()
        for key, was in before.items():
            _restore(act, key, was)
        act.log("studies as before", before=now, after=told(act.review, keys))


def told(review: models.Review, keys: Collection[str]) -> dict[str, Told]:
    """Studies as the history keeps them, by id; those that are not there are left out."""
    studies = models.Study.objects.filter(review=review, key__in=keys)
    links = models.StudyReport.objects.filter(study__in=studies).select_related("report", "study")
    reports: dict[str, Told] = {study.key: {} for study in studies}
    for row in links.order_by("position"):
        reports[row.study.key][row.report.key] = {"role": row.role, "note": row.note}
    return {
        study.key: {
            **{name: getattr(study, name) for name in TEXTS},
            "status": study.status,
            "published": study.published,
            "reports": reports[study.key],
        }
        for study in studies
    }


def holds(study: models.Study) -> list[str]:
    """What was extracted for a study, in words: "2 arms", "14 values"; empty where nothing was."""
    rows = (
        ("arm", models.Arm),
        ("value", models.ExtractedValue),
        ("judgement", models.Assessment),
        ("letter", models.Contact),
        ("analysis that leaves it out", models.LeftOut),
    )
    numbers = [(what, model.objects.filter(study=study).count()) for what, model in rows]
    return [f"{n} {what}{'s' if n > 1 and ' ' not in what else ''}" for what, n in numbers if n]


def study_key(name: str, taken: Collection[str]) -> str:
    """An id from a study's name: longo-2008, and longo-2008-2 where that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_KEY].strip("-") or "study"
    further = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (base, *further) if key not in taken)


def _alter(
    member: models.Membership, what: str, key: str, change: Callable[[Act, models.Study], None]
) -> models.Study:
    """Do something to one study, and log it where it changed anything."""
    with acting(member) as act:
        _may_write(act)
        study = _study(act, key)
        before = told(act.review, [key])
        change(act, study)
        after = told(act.review, [key])
        if after != before:
            act.log(what, before=before, after=after)
        return study


def _may_write(act: Act) -> None:
    if act.member.left or not MAY_WRITE & set(act.member.roles):
        raise Refused("Only a reviewer or an owner of the review may change studies.")


def _study(act: Act, key: str) -> models.Study:
    study = models.Study.objects.filter(review=act.review, key=key).first()
    if study is None:
        raise Refused(f"There is no study {key!r} any more; somebody merged or removed it meanwhile.")
    return study


def _report(act: Act, key: str) -> models.Report:
    report = models.Report.objects.filter(review=act.review, key=key).first()
    if report is None:
        raise Refused(f"There is no report {key!r}; the id of a report in full text is right.")
    return report


def _new(act: Act, name: str, *, status: str, registration: str = "") -> models.Study:
    taken = set(models.Study.objects.filter(review=act.review).values_list("key", flat=True))
    study = models.Study(
        review=act.review, position=act.next_position(models.Study), key=study_key(name, taken)
    )
    given = {"name": name, "status": status, "registration": registration}
    for field, value in _checked(act, study, given).items():
        setattr(study, field, value)
    study.save()
    return study


def _checked(act: Act, study: models.Study, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are stored. Raises Refused for a value that cannot be."""
    checked = dict(fields)
    for field in set(TEXTS) & set(fields):
        text = str(storable(str(fields[field]))).strip()
        if len(text) > LONGEST[field]:
            raise Refused(f"The {field} has {len(text)} letters; {LONGEST[field]} is the most.")
        checked[field] = " ".join(text.split()) if field == "name" else text
    if "name" in checked:
        if not checked["name"]:
            raise Refused(
                "A study needs a name, such as the first author and the year of its primary report."
            )
        others = models.Study.objects.filter(review=act.review, name__iexact=checked["name"]).exclude(
            pk=study.pk
        )
        if others.exists():
            raise Refused(f"Another study has the name {checked['name']} already; add a letter to the year.")
    if "status" in checked and checked["status"] not in STATUSES:
        raise Refused(f"{checked['status']!r} is no status; {', '.join(STATUSES)} are.")
    return checked


def _put(act: Act, study: models.Study, reports: Sequence[models.Report]) -> None:
    """Link reports to a study; the first is the primary one where the study has none."""
    position = act.next_position(models.StudyReport)
    has_primary = study.study_reports.filter(role="primary").exists()
    for number, report in enumerate(dict.fromkeys(reports)):
        role = "secondary" if has_primary or number else "primary"
        models.StudyReport.objects.create(
            review=act.review, position=position + number, study=study, report=report, role=role
        )


def _set_role(study: models.Study, report_key: str, role: str) -> None:
    if role not in ROLES:
        raise Refused(f"{role!r} is no role of a report; {' and '.join(ROLES)} are.")
    row = study.study_reports.filter(report__key=report_key).first()
    if row is None:
        raise Refused(f"{report_key} is not a report of {study.name} any more.")
    if role == "primary":
        study.study_reports.filter(role="primary").exclude(pk=row.pk).update(role="secondary")
    row.role = role
    row.save(update_fields=["role"])


def _loosen(study: models.Study, report_keys: Sequence[str]) -> None:
    """Take reports out of a study. Where the primary one goes, the next is the primary one."""
    for key in report_keys:
        row = study.study_reports.filter(report__key=key).first()
        if row is None:
            raise Refused(f"{key} is not a report of {study.name} any more.")
        values = models.ExtractedValue.objects.filter(study=study, report=row.report).count()
        values += models.Assessment.objects.filter(study=study, report=row.report).count()
        if values:
            raise Refused(
                f"{values} value{'s' if values > 1 else ''} or judgements of {study.name} were taken from {key}; "
                "it stays a report of the study while they are there."
            )
        row.delete()
    first = study.study_reports.order_by("position").first()
    if first is not None and not study.study_reports.filter(role="primary").exists():
        first.role = "primary"
        first.save(update_fields=["role"])


def _complete(study: models.Study, other: models.Study) -> None:
    """Keep what the study that goes says of itself: registry numbers and notes are joined."""
    for field, between in (("registration", "; "), ("note", "\n")):
        texts = [text for text in (getattr(study, field), getattr(other, field)) if text]
        setattr(study, field, between.join(dict.fromkeys(texts)))
    study.design = study.design or other.design
    study.save()


def _refuse_if_held(study: models.Study, what: str) -> None:
    if held := holds(study):
        raise Refused(
            f"{study.name} cannot be {what}: it has {', '.join(held)}. Put the other study into this one, or remove "
            "those first."
        )


def _restore(act: Act, key: str, was: Told) -> None:
    """Write a study back as it was told."""
    study = models.Study.objects.filter(review=act.review, key=key).first()
    if study is None:
        study = models.Study(review=act.review, position=act.next_position(models.Study), key=key)
    for field, value in was.items():
        if field != "reports":
            setattr(study, field, value)
    study.save()
    there = list(study.study_reports.values_list("report__key", flat=True))
    _loosen(study, [report for report in there if report not in was["reports"]])
    last = models.StudyReport.objects.filter(review=act.review).aggregate(last=Max("position"))["last"] or 0
    for number, (report, link_told) in enumerate(was["reports"].items(), start=1):
        models.StudyReport.objects.update_or_create(
            study=study,
            report=_report(act, report),
            defaults=link_told,
            create_defaults={"review": act.review, "position": last + number, **link_told},
        )
