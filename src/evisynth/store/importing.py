"""Files into records, in the background: read, compared with what is there, then brought in all at once.

Reading, finding duplicates and writing go on beside people's work; see `staging`. At the end one short transaction
moves the new rows into the review, if nobody has changed its records or decided about duplicates meanwhile. Else
they are compared again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, F, Max

from evisynth.cluster import without_garbage_search
from evisynth.errors import DataError
from evisynth.search.duplicates import DuplicateGroup, Grouping
from evisynth.search.record import Reading
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.duplicates import decisions_of, grouping_of, standing
from evisynth.store.exchange.searches import NO_HITS
from evisynth.store.group_items import rename_items, stand_anew, waiting_item
from evisynth.store.group_rows import (
    Changes,
    Place,
    band_rows,
    delete_rows,
    differing_rows,
    link,
    matched_rows,
    row_values,
    write_rows,
)
from evisynth.store.import_asking import Refused, Way
from evisynth.store.jobs import Progress
from evisynth.store.records import plain_record, record_row, storable
from evisynth.store.sources import new_source, source_of
from evisynth.store.staging import clear_leftovers, empty_groups, in_portions, staging
from evisynth.store.uploads import file_name, readings

ATTEMPTS = 4  # to compare while others change the review; the last one lets nobody else write meanwhile


@dataclass(slots=True)
class Source:
    """A source that files go into: its row in the review (None: a new one) and the row that stands for it meanwhile."""

    search: models.SearchRun
    real: models.SearchRun | None
    last: int  # the number of its last record
    files: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Compared:
    """What is to be written of the groups: those of new records alone, and the changes of those that are there.

    places : every record of before, and a new one once it is written.
    seen : what of the review this was made from.
    changes, differ : what becomes of the rows of groups of before, known once the new records are written.
    """

    groups: list[DuplicateGroup]
    kept: list[DuplicateGroup]  # each has a record of before
    places: dict[str, Place]
    grouping: Grouping
    seen: tuple[Any, ...]
    changes: Changes = field(default_factory=lambda: Changes([]))
    differ: dict[int, dict[str, Any]] = field(default_factory=dict)


def import_files(job: models.Job, progress: Progress) -> dict[str, Any]:
    """The job that imports files. All of them come in, or none."""
    running = models.Job.objects.filter(state="running").exclude(pk=job.pk)
    clear_leftovers(running.values_list("pk", flat=True))
    review = models.Review.objects.filter(pk=job.review_id or 0, removed=None).first()
    members = models.Membership.objects.filter(review=job.review_id or 0, left=False)
    member = members.filter(user=job.asked_by).first() if job.asked_by else None
    if review is None or member is None:
        raise Refused(
            "The person who asked for this import is no longer in the review; nothing was imported."
        )
    with without_garbage_search(), staging(job) as hidden:
        return Import(job, progress, review, member, hidden).run()


class Import:
    """One import on its way."""

    def __init__(
        self,
        job: models.Job,
        progress: Progress,
        review: models.Review,
        member: models.Membership,
        hidden: models.Review,
    ) -> None:
        self.job, self.progress = job, progress
        self.review, self.member, self.hidden = review, member, hidden
        self.sources: dict[str, Source] = {}
        self.rows: dict[str, models.Record] = {}  # record -> its row, with a number once it is written
        self.records: dict[str, Any] = {}  # record -> what it says
        self.told: list[dict[str, Any]] = []  # of each file, for the history and the result

    def run(self) -> dict[str, Any]:
        files = self.job.arguments["files"]
        for number, (upload, key) in enumerate(files, start=1):
            self.read(upload, key, f"Reading file {number} of {len(files)}")
        for attempt in range(1, ATTEMPTS):
            compared = self.compared()
            self.stage(compared)
            with acting(self.member) as act:
                if seen_of(self.review) == compared.seen:
                    return self.move(act, compared)
            empty_groups(self.hidden)
            self.still_right()
            self.progress(f"The review was changed meanwhile; comparing again ({attempt})")
        with acting(self.member) as act:
            compared = self.compared()
            self.stage(compared)
            return self.move(act, compared)

    # ------------------------------------------------------------ reading

    def read(self, number: int, key: str, step: str) -> None:
        """Read one file into records of the hidden review."""
        upload = models.Upload.objects.filter(pk=number, review=self.review).first()
        if upload is None:
            raise Refused("A file is not there any more; it was discarded. Nothing was imported.")
        source = self.sources.get(key) or self._source(key, upload)
        batch = self._batch(source, upload)
        size, problems = upload.preview.get("read", 0), list[dict[str, Any]]()
        count = 0
        for reading in self._readings(upload):
            batch.format, batch.found = batch.format or reading.format, batch.found + reading.found
            batch.encoding = reading.encoding if batch.encoding in {"", "utf-8"} else batch.encoding
            problems += [
                {name: storable(value) for name, value in asdict(p).items()} for p in reading.problems
            ]
            for record in reading.records:
                source.last += 1
                row = record_row(batch, source.last, record)
                self.rows[row.key], self.records[row.key] = row, plain_record(row)
            count += len(reading.records)
            self.progress(step, count, size)
        if not count:
            raise Refused(f"{upload.name} gave no record. Nothing was imported.")
        batch.problems = problems
        batch.save(update_fields=["format", "encoding", "found", "problems"])
        lost = sum(problem["lost_record"] for problem in problems)
        self.told.append(
            {"file": batch.file, "name": upload.name, "source": key, "sha256": batch.sha256, "format": batch.format,
             "encoding": batch.encoding, "records": count, "lost": lost, "problems": len(problems)}
        )  # fmt: skip

    def _readings(self, upload: models.Upload) -> Iterator[Reading]:
        try:
            yield from readings(upload)
        except DataError as error:
            raise Refused(f"{error} Nothing was imported.") from error

    def _source(self, key: str, upload: models.Upload) -> Source:
        """The source of this id, and a row for it in the hidden review."""
        given = self.job.arguments["new"].get(key)
        way = Way.of_upload(upload)
        if given is not None:
            search, real, last = new_source(self.review, key, given), None, 0
        else:
            real = source_of(self.review, key)
            search = models.SearchRun(key=key, name=real.name, kind=real.kind, update=real.update)
            search.files = [name for name in real.files if name != NO_HITS]
            search.sha256 = list(real.sha256)
            last = models.Record.objects.filter(search=real).aggregate(last=Max("position"))["last"] or 0
        search.review, search.position = self.hidden, len(self.sources) + 1
        search.forced_format, search.forced_encoding = way.format, way.encoding
        if way.mapping:
            search.mapping_file, search.mapping = f"searches/{key}/mapping.yaml", way.mapping.encode()
        search.save()
        self.sources[key] = source = Source(search, real, last)
        return source

    def _batch(self, source: Source, upload: models.Upload) -> models.ImportBatch:
        search = source.search
        taken = {name.casefold() for name in search.files}
        stem, dot, ending = f"searches/{search.key}/{file_name(upload.name)}".rpartition(".")
        names = (f"{stem}{f'-{n}' if n > 1 else ''}{dot}{ending}" for n in range(1, len(taken) + 2))
        file = next(name for name in names if name.casefold() not in taken)
        if len(search.sha256) == len(search.files):
            search.sha256 = [*search.sha256, upload.sha256]
        search.files = [*search.files, file]
        return models.ImportBatch.objects.create(
            review=self.hidden, position=len(search.files) - 1, search=search, file=file, content=upload.content,
            sha256=upload.sha256,
        )  # fmt: skip

    def still_right(self) -> None:
        """Raises Refused where the sources are not as they were, so that records would get wrong numbers."""
        for key, source in self.sources.items():
            there = models.SearchRun.objects.filter(review=self.review, key=key).first()
            before = source.real and source.real.files
            if (there and there.files) != before:
                raise Refused(f"The source {key} was changed while its files were read. Nothing was imported; do it "
                              "again.")  # fmt: skip

    # ------------------------------------------------------------ comparing and writing aside

    def compared(self) -> Compared:
        """The groups of all records, those of the review and the new ones."""
        self.progress("Looking for duplicates")
        seen = seen_of(self.review)
        rows = models.Record.objects.filter(review=self.review).order_by("search__position", "position")
        run = dict(models.SearchRun.objects.filter(review=self.review).values_list("pk", "update"))
        records, rounds, places = {}, {}, {}
        for row in rows.iterator(chunk_size=5000):
            records[row.key], rounds[row.key] = plain_record(row), run[row.search_id]
            places[row.key] = Place(row.pk, row.group_id)
        for key, record in self.records.items():
            records[key] = record
            rounds[key] = self.sources[key.rpartition(":")[0]].search.update
        corrections, _ = standing(decisions_of(self.review))
        grouping, _ = grouping_of(records, rounds, corrections, [])
        fresh = [group for group in grouping.groups if places.keys().isdisjoint(group.members)]
        kept = [group for group in grouping.groups if not places.keys().isdisjoint(group.members)]
        return Compared(fresh, kept, places, grouping, seen)

    def stage(self, compared: Compared) -> None:
        """Write what is new into the hidden review: records, groups, items, and the doubtful pairs."""
        groups, kept, places = compared.groups, compared.kept, compared.places
        joining = [name for group in kept for name in group.members if name in self.rows]
        total, done = len(self.rows), 0

        def told(number: int) -> None:
            nonlocal done
            done += number
            self.progress("Writing records and their groups", done, total)

        in_portions(joining, lambda some: self._write_records(some, places), lambda some: told(len(some)))
        in_portions(
            list(enumerate(groups, start=1)),
            lambda some: self._write_groups(some, places),
            lambda some: told(sum(len(group.members) for _, group in some)),
        )
        compared.changes = matched_rows(
            kept, {name: places[name] for group in kept for name in group.members}
        )
        of_row = {row: group for row, group in zip(compared.changes.row_of, kept, strict=True) if row}
        compared.differ, compared.changes.other_best = differing_rows(of_row, places)
        pairs = band_rows(self.hidden, compared.grouping.review_band, places)
        in_portions(pairs, models.DoubtfulPair.objects.bulk_create)

    def _write_records(self, names: Sequence[str], places: dict[str, Place]) -> None:
        """Write these records where they are not written yet, and keep their numbers."""
        rows = [self.rows[name] for name in names]
        models.Record.objects.bulk_create([row for row in rows if row.pk is None])
        places.update((row.key, Place(row.pk, None)) for row in rows)

    def _write_groups(self, groups: Sequence[tuple[int, DuplicateGroup]], places: dict[str, Place]) -> None:
        """Write groups (with their positions) of new records alone: the records, the groups and an item for each."""
        self._write_records([name for _, group in groups for name in group.members], places)
        rows = models.DuplicateGroup.objects.bulk_create(
            models.DuplicateGroup(review=self.hidden, position=at, **row_values(group, places))
            for at, group in groups
        )
        pairs = list(zip(rows, (group for _, group in groups), strict=True))
        link([(row.pk, places[name].row) for row, group in pairs for name in group.members])
        items = []
        for row, group in pairs:
            row.best = self.rows[group.best]
            items.append(waiting_item(self.review, "title-abstract", row))
            items[-1].review = self.hidden
        models.ScreeningItem.objects.bulk_create(items)

    # ------------------------------------------------------------ bringing in

    def move(self, act: Act, compared: Compared) -> dict[str, Any]:
        """Everything into the review, and the job done, within the transaction that is open."""
        self.progress("Bringing the records in")
        review = act.review
        if review.removed:
            raise Refused("The review was removed meanwhile; nothing was imported.")
        for source in self.sources.values():
            self._move_source(act, source)
        last = (
            models.DuplicateGroup.objects.filter(review=review).aggregate(last=Max("position"))["last"] or 0
        )
        groups = models.DuplicateGroup.objects.filter(review=self.hidden)
        groups.update(review=review, position=F("position") + last)
        models.ScreeningItem.objects.filter(review=self.hidden).update(review=review)
        models.DoubtfulPair.objects.filter(review=review).delete()
        models.DoubtfulPair.objects.filter(review=self.hidden).update(review=review)
        self._apply(review, compared)
        models.Upload.objects.filter(pk__in=[upload for upload, _ in self.job.arguments["files"]]).delete()
        hidden = models.Review.objects.filter(pk=self.hidden.pk)
        hidden._raw_delete(hidden.db)
        result = self._result(compared)
        act.log(
            "records imported",
            after={"files": self.told, **{k: v for k, v in result.items() if k != "files"}},
        )
        self.progress.finish(result)
        return result

    def _move_source(self, act: Act, source: Source) -> None:
        search, real = source.search, source.real
        batches = models.ImportBatch.objects.filter(search=search)
        records = models.Record.objects.filter(search=search)
        if real is None:
            search.review, search.position = act.review, act.next_position(models.SearchRun)
            search.save()
            batches.update(review=act.review)
            records.update(review=act.review)
            return
        for name in ("files", "sha256", "forced_format", "forced_encoding", "mapping_file", "mapping"):
            setattr(real, name, getattr(search, name))
        real.save(
            update_fields=["files", "sha256", "forced_format", "forced_encoding", "mapping_file", "mapping"]
        )
        batches.update(review=act.review, search=real)
        records.update(review=act.review, search=real)
        search.delete()

    def _apply(self, review: models.Review, compared: Compared) -> None:
        """The changes of groups that were there."""
        changes, places = compared.changes, compared.places
        last = (
            models.DuplicateGroup.objects.filter(review=review).aggregate(last=Max("position"))["last"] or 0
        )
        split = [group for row, group in zip(changes.row_of, compared.kept, strict=True) if row is None]
        made = models.DuplicateGroup.objects.bulk_create(
            models.DuplicateGroup(review=review, position=last + at, **row_values(group, places))
            for at, group in enumerate(split, start=1)
        )
        write_rows(compared.differ)
        joins = [*zip([row.pk for row in made], split, strict=True)]
        joins += [(row, group) for row, group in zip(changes.row_of, compared.kept, strict=True) if row]
        link(
            [
                (row, places[name].row)
                for row, group in joins
                for name in group.members
                if places[name].group != row
            ]
        )
        delete_rows(changes.gone)
        stand_anew(review, changes.altered | {row.pk for row in made})
        rename_items(review, changes.other_best - changes.altered)

    def _result(self, compared: Compared) -> dict[str, Any]:
        new = sum(len(group.members) for group in compared.groups)
        return {
            "files": self.told,
            "records": len(self.records),
            "publications": len(compared.groups),
            "there_before": len(self.records) - new,
            "duplicates": new - len(compared.groups),
            "to_check": len(compared.grouping.review_band),
        }


def seen_of(review: models.Review) -> tuple[Any, ...]:
    """What groups are made from, in short: it is another where records, sources or decisions about duplicates are."""
    counts = [
        tuple(model._default_manager.filter(review=review).aggregate(n=Count("pk"), last=Max("pk")).values())
        for model in (models.Record, models.DuplicateDecision, models.DuplicateGroup)
    ]
    sources = (
        models.SearchRun.objects.filter(review=review).order_by("pk").values_list("pk", "update", "files")
    )
    return (*counts, [(pk, update, tuple(files)) for pk, update, files in sources])
