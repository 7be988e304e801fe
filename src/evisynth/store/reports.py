"""Reports in full text: sought, retrieved or not, their files, and votes on them.

A report has a row from the moment when somebody first says something about it: that it is being sought, was
retrieved or cannot be had, by a file, or by a vote. Until then the record that goes on to full text stands for
it, so that a record which is excluded again leaves nothing behind. `_touched` is the one place that makes rows.
"""

from dataclasses import dataclass
from typing import IO

from evisynth.screening.reports import file_name, report_key
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.exchange.report_files import TYPE
from evisynth.store.records import storable
from evisynth.store.report_parts import Examined, write_parts
from evisynth.store.voting import Given, Refused, item_of, vote

STAGE = "full-text"
NO_REASON = "Say why the report was not retrieved, such as 'not in any library'."
LONGEST = 2_000  # letters of a reason or note
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Added:
    """A file that was kept. `doubts` is what a person should look at; "" where there is nothing."""

    file: models.ReportFile
    doubts: str


def report_of(item: models.ScreeningItem) -> models.Report | None:
    """The report of an item of full text; of two that duplicates brought together the first counts."""
    return models.Report.objects.filter(record__group=item.group_id).order_by("position").first()


def retrieval(
    member: models.Membership,
    record_key: str,
    retrieved: bool | None,
    *,
    reason: str = "",
    note: str = "",
) -> models.Report:
    """Say that a report was retrieved, that it could not be (with the reason), or that it is being sought.

    Raises Refused: no such item of full text, no reason for one that could not be had, or one that could
    although its file is kept here.
    """
    reason, note = (_text(text) for text in (reason, note))
    if retrieved is False and not reason:
        raise Refused(NO_REASON)
    with acting(member) as act:
        report = _touched(act, record_key)
        before = told(report)
        if retrieved is not True and before is not None and report.files.exists():
            raise Refused(f"A file of {report.key} is kept here; remove it first if it is not this report.")
        report.retrieved, report.reason = retrieved, reason if retrieved is False else ""
        report.note = note
        _write(act, report, before)
        return report


def add_file(member: models.Membership, record_key: str, name: str, content: IO[bytes]) -> Added:
    """Keep a PDF of a report, which is retrieved by that. It is read piece by piece.

    Raises Refused for what is no PDF or too large, the same file again, or too many files of one report.
    """
    found = Examined(content)
    if found.refused:
        raise Refused(f"{name[:100]}: {found.refused}")
    with acting(member) as act:
        report = _touched(act, record_key)
        before = told(report)
        if before is None or not report.retrieved:
            report.retrieved, report.reason = True, ""
            _write(act, report, before)
        there = list(report.files.values_list("name", "sha256"))
        if same := [kept for kept, kept_digest in there if kept_digest == found.sha256]:
            raise Refused(f"{report.key} has this very file already, as {same[0]}.")
        if len(there) >= MOST_FILES:
            raise Refused(f"{report.key} has {len(there)} files; {MOST_FILES} are the most.")
        file = models.ReportFile.objects.create(
            review=act.review,
            position=act.next_position(models.ReportFile),
            report=report,
            name=file_name(str(storable(name)), [kept for kept, _ in there]),
            type=TYPE,
            size=found.size,
            sha256=found.sha256,
        )
        write_parts(file, content)
        act.log("file added", after=_told_file(report, file))
        return Added(file, found.doubts)


def remove_file(member: models.Membership, record_key: str, number: int) -> str:
    """Remove a file of a report; gives its name. The history keeps its name and hash, not its content."""
    with acting(member) as act:
        item = item_of(act.review, STAGE, record_key)
        files = models.ReportFile.objects.filter(
            review=act.review, report__record__group=item.group_id, pk=number
        )
        file = files.select_related("report").first()
        if file is None:
            raise Refused("This file is not there any more; somebody removed it meanwhile.")
        before = _told_file(file.report, file)
        file.delete()
        act.log("file removed", before=before)
        return file.name


def vote_in_full(
    member: models.Membership,
    record_key: str,
    decision: str,
    *,
    reason: str = "",
    note: str = "",
    seen: str | None = None,
) -> tuple[Given, bool]:
    """Vote on a report. Who votes has read it: one that was being sought is retrieved now, and then True is given.

    Raises Refused: a report that is told not to be retrieved, a record that was excluded again on title and
    abstract, and what `voting.vote` refuses.
    """
    with acting(member) as act:
        item = item_of(act.review, STAGE, record_key)
        first = models.ScreeningItem.objects.filter(stage="title-abstract", group=item.group_id).first()
        if first is None or first.state != "included":
            where = first.state if first else "not screened"
            raise Refused(
                f"{record_key} is {where} on title and abstract now; no vote in full text is needed."
            )
        report = _touched(act, record_key)
        if report.retrieved is False:
            raise Refused(
                f"{report.key} could not be retrieved ({report.reason}), so nobody votes on it. If you have it, "
                "say first that it is retrieved."
            )
        given = vote(member, STAGE, record_key, decision, reason=reason, note=note, seen=seen)
        new = report.retrieved is None
        if new:
            before = told(report)
            report.retrieved = True
            _write(act, report, before, by_vote=True)
        return given, new


def told(report: models.Report) -> dict[str, str] | None:
    """A report as the history keeps it; None for one that has no row yet."""
    if report._state.adding:
        return None
    retrieved = {None: "being sought", True: "yes", False: "no"}[report.retrieved]
    return {
        "report": report.key,
        "record": report.record.key,
        "retrieved": retrieved,
        "reason": report.reason,
        "note": report.note,
    }


def _touched(act: Act, record_key: str) -> models.Report:
    """The report of a record in full text, with a new row that is not saved yet where it has none."""
    item = item_of(act.review, STAGE, record_key)
    report = report_of(item)
    if report is not None:
        return report
    best = models.Record.objects.get(pk=item.group.best_id)
    taken = set(models.Report.objects.filter(review=act.review).values_list("key", flat=True))
    return models.Report(
        review=act.review,
        position=act.next_position(models.Report),
        key=report_key(best.fields.get("authors", ()), best.year, taken),
        record=best,
    )


def _write(act: Act, report: models.Report, before: dict[str, str] | None, *, by_vote: bool = False) -> None:
    """Save a report and log what is new about it; nothing happens where nothing is.

    An event that a vote made has the stage with it, so that it is as open as the vote is.
    """
    report.save()
    after = told(report)
    if before != after and after is not None:
        act.log("report", before=before, after=after | ({"stage": STAGE} if by_vote else {}))


def _told_file(report: models.Report, file: models.ReportFile) -> dict[str, str]:
    return {"report": report.key, "file": file.name, "sha256": file.sha256}


def _text(text: str) -> str:
    text = str(storable(text)).strip()
    if len(text) > LONGEST:
        raise Refused(f"The text has {len(text)} letters; {LONGEST} is the most.")
    return text
