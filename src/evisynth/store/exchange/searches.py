"""The searches of a review folder into the database: each source with its strategy, exports and records."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evisynth.errors import DataError
from evisynth.search.formats import ZIP, read_bytes
from evisynth.search.formats.detect import find_format
from evisynth.search.formats.encoding import decode
from evisynth.search.record import Reading, ReadProblem
from evisynth.store import models
from evisynth.store.exchange.files import bytes_of
from evisynth.store.exchange.reading import Folder, Row
from evisynth.store.records import record_row, storable

if TYPE_CHECKING:
    from evisynth.search.formats.mapped import Mapping

Reader = Callable[[bytes, str], Reading]  # raises DataError for a file that cannot be read
NO_HITS = "none"  # in the place of a file: the search found nothing, so that there is no export
IF_NO_HITS = f"Where the search found nothing, '{NO_HITS}' in the place of the file says so."


class SearchLoader:
    """Makes the sources of searches.csv. `records` has every record read, by its key."""

    def __init__(self, folder: Folder, review: models.Review) -> None:
        self.folder = folder
        self.review = review
        self.records: dict[Any, models.Record] = {}
        self._first_named: dict[tuple[int, str], str] = {}  # run and sha256 of an export -> where it stands

    def report(self, row: Row, column: str, message: str) -> None:
        self.folder.report(row.table.file, row.line, column, message)

    def load(self, row: Row, position: int, values: dict[str, Any]) -> models.SearchRun:
        """Make the source of a row and read its exports; what cannot be read is reported."""
        strategy, mapping = (self._named(row, column) for column in ("strategy", "mapping"))
        search = models.SearchRun.objects.create(
            review=self.review, position=position, line=row.line, strategy=strategy, mapping=mapping, **values
        )
        read = self._reader(row, search)
        number = 0
        files = row.values["file"]
        self._compare_hashes(row, search)
        if NO_HITS in files and len(files) > 1:
            self.report(row, "file", f"found '{NO_HITS}' beside files; it stands for a search that found nothing, "
                        "and then it stands alone.")  # fmt: skip
        for at, file in enumerate(files):
            content = None if file == NO_HITS else self._file(row, "file", file)
            if content is not None:
                number = self._import(row, self._batch(row, search, at, file, content), number, read)
        return search

    def _named(self, row: Row, column: str) -> bytes:
        """The bytes of the one file that a column names; none where it names none, or one that is not there."""
        name = row.values[column]
        return (self._file(row, column, name) or b"") if name else b""

    def _file(self, row: Row, column: str, name: str) -> bytes | None:
        """The bytes of a file of the folder, or None (and reported)."""
        return bytes_of(self.folder, row, column, name)

    def _reader(self, row: Row, search: models.SearchRun) -> Reader | None:
        """How the exports of a source are read; None (and reported) where its mapping cannot be used."""
        if not search.mapping_file:
            return lambda content, file: read_bytes(
                content, name=file, format=search.forced_format, encoding=search.forced_encoding
            )
        if search.forced_format:
            self.report(row, "format", f"found {search.forced_format!r} beside a mapping; the files were read as "
                        "the mapping says.")  # fmt: skip
        if not search.mapping:
            self.report(row, "file", f"nothing was read, since {search.mapping_file} is not there or empty.")
            return None
        try:
            mapping = mapping_in(bytes(search.mapping), search.mapping_file)
        except DataError as error:
            self.report(row, "mapping", f"{error} No record of the source came in.")
            return None
        return lambda content, file: read_bytes(
            content, name=file, encoding=search.forced_encoding, mapping=mapping
        )

    def _compare_hashes(self, row: Row, search: models.SearchRun) -> None:
        """Report where there is not one sha256 for each file."""
        files, hashes = [name for name in search.files if name != NO_HITS], len(search.sha256)
        if not hashes or hashes == len(files):
            return
        found = (
            f"found {hashes} for {len(files)} {'file' if len(files) == 1 else 'files'}; one for each file, "
        )
        unchecked = ", ".join(files[hashes:])
        self.report(row, "sha256", f"{found}in their order, with ; between them is right."
                    + (f" Not checked: {unchecked}." if unchecked else ""))  # fmt: skip

    def _compare_content(self, row: Row, search: models.SearchRun, file: str, digest: str) -> None:
        """Report an export that is there twice in one run of the searches."""
        first = self._first_named.get((search.update, digest))
        self._first_named.setdefault(
            (search.update, digest), f"{file} (source {search.key}, line {row.line})"
        )
        if first:
            self.report(row, "file", f"{file} has the same content as {first}, and its records were read twice. "
                        "Name each export once.")  # fmt: skip

    def _batch(
        self, row: Row, search: models.SearchRun, at: int, file: str, content: bytes
    ) -> models.ImportBatch:
        """An export as a row, not saved yet; one that is not the file that was recorded is reported."""
        digest = hashlib.sha256(content).hexdigest()
        if at < len(search.sha256) and search.sha256[at].lower() != digest:
            self.report(
                row, "sha256", f"{file} is not the file that was recorded: its sha256 is now {digest}."
            )
        if content.strip():
            self._compare_content(row, search, file, digest)
        return models.ImportBatch(
            review=self.review, position=at, search=search, file=file, content=content, sha256=digest
        )

    def _import(self, row: Row, batch: models.ImportBatch, number: int, read: Reader | None) -> int:
        """Read one export; its records are numbered on from `number`. Gives the last number used."""
        if read is None:
            batch.save()
            return number
        try:
            reading = read(bytes(batch.content), batch.file)
        except DataError as error:
            batch.save()
            empty = "" if bytes(batch.content).strip() else f" {IF_NO_HITS}"
            self.report(row, "file", f"{error} No record of it came in.{empty}")
            return number
        batch.format, batch.encoding, batch.found = reading.format, reading.encoding, reading.found
        batch.problems = [
            {name: storable(value) for name, value in asdict(problem).items()} for problem in reading.problems
        ]
        batch.save()
        for problem in reading.problems:
            if problem.damaged:
                self.folder.report(batch.file, problem.line, "", _damage(problem))
        if not reading.found:
            self.report(row, "file", _nothing_in(batch, reading, row.values))
        rows = [
            record_row(batch, number + place, record) for place, record in enumerate(reading.records, start=1)
        ]
        models.Record.objects.bulk_create(rows)
        self.records.update({record.key: record for record in rows})
        return number + len(rows)


def _damage(problem: ReadProblem) -> str:
    """What is said of text of an export that is lost or damaged."""
    if not problem.lost_record:
        return f"{problem.message} Export it again if it is cut off."
    said = "could not be read" in problem.message
    return problem.message if said else f"a record could not be read: {problem.message}"


def _nothing_in(batch: models.ImportBatch, reading: Reading, given: dict[str, Any]) -> str:
    """What is said of an export with content that gave no record, with what it looks like where that is known."""
    if given["mapping"]:
        how = f"the way {given['mapping']} says"
    else:
        how = f"as {reading.format}{', as the row says' if given['format'] else ''}"
    found = f"{batch.file} was read {how}, and no record was found in it."
    content = bytes(batch.content)
    looks_like = None if content.startswith(ZIP) else find_format(decode(content).text)
    if looks_like is None and not content.startswith(ZIP):
        found += " It looks like no format that is read."
    elif looks_like and looks_like.name != reading.format:
        found += f" It looks like {looks_like.called} (format {looks_like.name})."
    return f"{found} {IF_NO_HITS}"


def mapping_in(content: bytes, name: str) -> "Mapping":
    """The mapping in the bytes of a file. Raises DataError that says what is wrong with it."""
    from evisynth.search.formats.mapped import parse_mapping  # noqa: PLC0415 - few reviews need one

    try:
        return parse_mapping(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not UTF-8 (byte {error.start + 1}); save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:  # a date that is none; lists in lists without end
        raise DataError(f"{name} cannot be read as YAML: {' '.join(str(error).split())[:200]}.") from None
