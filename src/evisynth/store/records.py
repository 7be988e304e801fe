"""Records as rows and as the plain values that the search stage works on."""

import re
from dataclasses import fields as fields_of
from typing import Any

from evisynth.search.record import Record as PlainRecord
from evisynth.store import models

_LISTS = ("authors", "registry_ids", "issn", "keywords", "other_titles", "other_abstracts", "links")
_FIELDS = tuple(each.name for each in fields_of(PlainRecord))
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def plain_record(row: models.Record) -> PlainRecord:
    """A record row as the value that the search stage works on."""
    fields: dict[str, Any] = dict(row.fields)
    for name in _LISTS:
        fields[name] = tuple(fields[name])
    return PlainRecord(title=row.title, year=row.year, **fields)


def record_row(batch: models.ImportBatch, number: int, record: PlainRecord) -> models.Record:
    """A record of an export as a row, not saved yet; `number` is its place among those of its source."""
    fields = {name: storable(getattr(record, name)) for name in _FIELDS}
    return models.Record(
        review=batch.review,
        position=number,
        line=record.line,
        key=f"{batch.search.key}:{number}",
        search=batch.search,
        batch=batch,
        title=fields.pop("title"),
        year=fields.pop("year"),
        fields=fields,
    )


def storable(value: Any) -> Any:
    """Text without NUL and halves of letters, which a database cannot hold; the export itself keeps them."""
    if isinstance(value, tuple):
        return [storable(item) for item in value]
    return UNSTORABLE.sub("", value) if isinstance(value, str) else value
