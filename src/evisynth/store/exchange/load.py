"""A review folder into the database: rows become rows, references become links, problems are reported."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models as django_models
from django.db import transaction

from evisynth.errors import DataError, Problem, ProblemsFound, near
from evisynth.extraction.fields import value_problems
from evisynth.screening.portions import WHOLE
from evisynth.store import models
from evisynth.store.exchange.reading import Folder, Row, read_folder
from evisynth.store.exchange.report_files import load_report_files
from evisynth.store.exchange.schema import Unfit, number_in
from evisynth.store.exchange.searches import SearchLoader
from evisynth.store.exchange.tables import GRADE_DOWN, GRADE_UP, TABLES
from evisynth.store.history import breaks, event_in

Index = dict[str, dict[Any, django_models.Model]]


class Loader:
    """Loads one folder. `index` has every row made so far, by table and id: what a reference may name."""

    def __init__(self, folder: Folder, *, keep_report_files: bool = True) -> None:
        self.folder = folder
        self.keep_report_files = keep_report_files
        self.index: Index = {name: {} for name in [*(table.name for table in TABLES), "records"]}
        self.made: dict[int, django_models.Model] = {}  # by id of the parsed row, for nested lists
        self.review = models.Review()
        self.records_of: Counter[str] = Counter()  # source -> its records
        self.unloaded: dict[tuple[str, str, str], list[int]] = {}

    def report(self, row: Row, column: str, message: str) -> None:
        self.folder.report(row.table.file, row.line, column, message)

    def load(self, slug: str) -> models.Review:
        review = self.folder.rows["review"]
        protocol = self.folder.rows["protocol"]
        if not review:
            raise ProblemsFound(self.folder.problems)
        values = _fields(review[0]) | (_fields(protocol[0]) if protocol else {})
        values.pop("evisynth")
        values["date"] = values["date"] or self._latest_date()
        values["title"] = values["title"] or self.folder.path.resolve().name
        self.review = models.Review.objects.create(
            slug=slug, manuscript=self.folder.texts["report.md"], **values
        )
        for table in TABLES:
            if table.single:
                continue
            if table.name == "searches":
                self._searches()
            elif table.name == "report_files":
                load_report_files(self.folder, self._linked, self.review, keep=self.keep_report_files)
            else:
                self._table(table.name)
        self._history()
        self._report_unloaded()
        return self.review

    def _latest_date(self) -> date:
        """What dates a review whose own date is missing or wrong (which is reported): its latest search or plan.

        Raises ProblemsFound where no date is given anywhere.
        """
        rows = [*self.folder.rows["searches"], *self.folder.rows["versions"]]
        dates: list[date | None] = [row.values.get("searched") or row.values.get("date") for row in rows]
        if not any(dates):
            raise ProblemsFound(self.folder.problems)
        return max(day for day in dates if day)

    def _table(self, name: str) -> None:
        special: dict[str, Callable[[Row, dict[str, Any]], bool]] = {
            "extraction": self._typed_value,
            "screening": self._settled_one_way,
            "duplicates": self._two_records,
            "portions": self._within_the_whole,
            "post_hoc": self._not_planned,
            "certainty": _grade_steps,
            "timepoints": self._nested("outcome"),
            "left_out": self._nested("analysis"),
            "left_out_post_hoc": self._nested("analysis"),
        }
        for row in self.folder.unsound.get(name, ()):
            self._linked(row)  # only to report: the row is left out
        ready = []
        for position, row in enumerate(self.folder.rows[name], start=1):
            values = self._linked(row)
            if values is None or (name in special and not special[name](row, values)):
                continue
            if name == "not_as_planned":
                self._apply(row, values)
                continue
            model = getattr(models, row.table.model)
            if self._too_long(row, model, values):
                continue
            made = model(
                review=self.review, position=position, line=row.line, **values, **dict(row.table.fixed)
            )
            ready.append(made)
            self.made[id(row)] = made
            self._remember(name, row, made)
        if ready:
            type(ready[0])._default_manager.bulk_create(ready)

    def _remember(self, name: str, row: Row, made: django_models.Model) -> None:
        own = row.values[row.table.columns[0].name]
        if name == "timepoints":
            self.index[name][made.outcome.key, own] = made  # type: ignore[attr-defined]
        elif name == "arms":
            self.index[name][own, row.values["arm"]] = made
        elif name == "post_hoc":
            self.index["analyses"][own] = made
        else:
            self.index[name][own] = made

    def _linked(self, row: Row) -> dict[str, Any] | None:
        """The row's model fields, references resolved; None (and reported) where one names nothing."""
        values = _fields(row)
        sound = True
        for column in row.table.columns:
            for name in values[column.field] if column.kind == "texts" and column.to else ():
                if name not in self.index[column.to]:
                    self.report(row, column.name, f"found {name!r}, which is not among the {column.to}."
                                f"{near(name, self.index[column.to])}")  # fmt: skip
            if column.kind != "ref" or not values[column.field]:
                continue
            key = values[column.field]
            if column.name == "report" and key.startswith("contact:"):
                values["contact"] = self._found(row, column.name, "contacts", key.removeprefix("contact:"))
                values["report"] = None
                sound = sound and values["contact"] is not None
                continue
            if column.within and values[row.table.column(column.within).field] is None:
                continue  # what it lies within is not known, and that is reported
            found = self._found(
                row, column.name, column.to, key, row.values.get(column.within) if column.within else None
            )
            sound = sound and found is not None
            values[column.field] = found
        if not sound:
            return None
        for column in row.table.columns:
            if column.kind == "ref" and values[column.field] == "":
                values[column.field] = None
        return values

    def _found(self, row: Row, column: str, table: str, key: str, within: str | None = None) -> Any:
        known = self.index[table]
        found = known.get((within, key) if within is not None else key)
        if found is not None:
            return found
        source, _, number = key.rpartition(":")
        there = self.records_of[source] if table == "records" else 0
        if not known or (table == "records" and not there and number.isdecimal()):
            lost = f"{table.replace('_', ' ')}, of which nothing was loaded"
            if source in self.index["searches"]:
                lost = f"source {source!r}, which has no records"
            elif known:
                lost = f"source {source!r}, of which nothing was loaded"
            self.unloaded.setdefault((row.table.file, column, lost), []).append(row.line)
        elif table == "records":
            self.report(
                row,
                column,
                f"found {key!r}; source {source!r} has the records 1 to {there}. The row was left out."
                if there
                else f"found {key!r}; a record such as '{next(iter(known))}' is right. The row was left out.",
            )
        else:
            names = [name[1] for name in known if name[0] == within] if within is not None else list(known)
            where = f" of {within}" if within else ""
            what = table.replace("_", " ")
            self.report(
                row,
                column,
                f"found {key!r}, which is not among the {what}{where}.{near(key, names)} The row was left out.",
            )
        return None

    def _report_unloaded(self) -> None:
        """One line for all rows of a file that name what did not load, so that the cause is not drowned."""
        for (file, column, lost), lines in self.unloaded.items():
            rows = "1 row was" if len(lines) == 1 else f"{len(lines)} rows were"
            self.folder.report(
                file,
                lines[0],
                column,
                f"names {lost}; {rows} left out. Mend that first.",
            )

    def _too_long(self, row: Row, model: type[django_models.Model], values: dict[str, Any]) -> bool:
        """Whether a text is longer than its place in the database (reported)."""
        longest = {
            field.attname: field.max_length for field in model._meta.concrete_fields if field.max_length
        }
        for column in row.table.columns:
            value, most = values.get(column.field), longest.get(column.field)
            if most is not None and isinstance(value, str) and len(value) > most:
                self.report(
                    row,
                    column.name,
                    f"has {len(value)} letters; at most {most} are stored. The row was left out.",
                )
                return True
        return False

    def _settled_one_way(self, row: Row, values: dict[str, Any]) -> bool:
        settles: bool = values["kind"] == "vote" or values["decision"] != "maybe"
        if not settles:
            self.report(
                row,
                "decision",
                "found 'maybe' in a consensus; include or exclude is right. The row was left out.",
            )
        return settles

    def _two_records(self, row: Row, values: dict[str, Any]) -> bool:
        differ: bool = values["record_a"] is not values["record_b"]
        if not differ:
            self.report(row, "record_b", "is the same record as record_a; the row was left out.")
        return differ

    def _within_the_whole(self, row: Row, values: dict[str, Any]) -> bool:
        within: bool = 0 <= values["start"] < values["end"] <= WHOLE
        if not within:
            self.report(row, "start", f"found {values['start']:g} to {values['end']:g} percent; 0 <= start < end <= 100 is "
                        "right. The row was left out.")  # fmt: skip
        return within

    def _not_planned(self, row: Row, values: dict[str, Any]) -> bool:
        planned = values["key"] in self.index["analyses"]
        if planned:
            self.report(
                row, "id", f"{values['key']} is the id of a planned analysis already; the row was left out."
            )
        return not planned

    def _nested(self, field: str) -> Callable[[Row, dict[str, Any]], bool]:
        def attach(row: Row, values: dict[str, Any]) -> bool:
            parent = self.made.get(id(row.parent))
            if parent is not None:
                values[field] = parent
            return parent is not None

        return attach

    def _apply(self, row: Row, values: dict[str, Any]) -> None:
        """What became of a planned analysis goes onto its own row."""
        analysis: models.Analysis = values["id"]
        analysis.pool = values["pool"]
        analysis.not_pooled_reason = values["not_pooled_reason"]
        if not analysis.pool and not analysis.not_pooled_reason:
            self.report(row, "reason", "is empty; an analysis that is not pooled needs its reason.")
        analysis.save()
        self.made[id(row)] = analysis

    def _typed_value(self, row: Row, values: dict[str, Any]) -> bool:
        given = [name for name in ("value", "missing", "derivation") if values[name]]
        if len(given) != 1:
            found = "none of them" if not given else " and ".join(given)
            self.report(row, "value", f"found {found}; exactly one of value, missing code and derivation is right. "
                        "The row was left out.")  # fmt: skip
            return False
        is_number = bool(values["outcome"]) or bool(values["arm"])
        if values["value"] and is_number:
            try:
                values["number"] = number_in(values["value"])
            except Unfit as misfit:
                self.report(row, "value", f"{misfit} The row was left out.")
                return False
            if impossible := value_problems(values["field"], values["number"]):
                self.report(row, "value", f"{impossible[0]} The row was left out.")
                return False
        return True

    def _searches(self) -> None:
        loader = SearchLoader(self.folder, self.review)
        for position, row in enumerate(self.folder.rows["searches"], start=1):
            values = _fields(row)
            if not self._too_long(row, models.SearchRun, values):
                search = loader.load(row, position, values)
                self.index["searches"][search.key] = search
        self.index["records"].update(loader.records)
        self.records_of.update(key.rpartition(":")[0] for key in loader.records)

    def _history(self) -> None:
        """The event log as it is; a line that is no event and every break of the chain are reported."""
        events: list[dict[str, Any]] = []
        rows: list[models.Event] = []
        lines = self.folder.texts["history.jsonl"].split("\n")  # alone: U+2028 may stand inside a text
        for line, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                events.append(event_in(text))
            except (ValueError, RecursionError) as error:
                self.folder.report("history.jsonl", line, "", f"is not an event: {error}.")
                continue
            rows.append(models.Event(review=self.review, position=line, line=line, **events[-1]))
        models.Event.objects.bulk_create(rows)
        for number, message in breaks(events):
            self.folder.report("history.jsonl", number, "", message)


def _fields(row: Row) -> dict[str, Any]:
    return {column.field: row.values[column.name] for column in row.table.columns}


def _grade_steps(_: Row, values: dict[str, Any]) -> bool:
    values["steps"] = {
        domain: {step: values.pop(f"{domain}_{step}"), "reason": values.pop(f"{domain}_reason")}
        for domains, step in ((GRADE_DOWN, "down"), (GRADE_UP, "up"))
        for domain in domains
    }
    return True


def load_folder(
    path: Path, slug: str = "", *, keep_report_files: bool = True
) -> tuple[models.Review, list[Problem]]:
    """Load a review folder into the open database, all or nothing of what is sound.

    With `keep_report_files` false the full texts are checked and not kept: they may be larger than the memory.
    Gives the review and every problem found on the way.
    Raises ProblemsFound where review.yaml is too broken to start a review from, and
    DataError where the database already has a review of that name.
    """
    folder = read_folder(path)
    slug = slug or path.resolve().name
    if models.Review.objects.filter(slug=slug).exists():
        raise DataError(
            f"The database already has a review named {slug!r}. Export and delete it, or load it under another name with --name."
        )
    with transaction.atomic():
        review = Loader(folder, keep_report_files=keep_report_files).load(slug)
    return review, folder.problems
