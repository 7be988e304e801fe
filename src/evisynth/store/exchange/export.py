"""A review of the database as a folder of files. Export, load, export gives the same bytes."""

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from evisynth.errors import DataError, near
from evisynth.store import models
from evisynth.store.exchange.files import write_bytes
from evisynth.store.exchange.report_files import write_report_files
from evisynth.store.exchange.schema import Column, Table, guarded, written
from evisynth.store.exchange.tables import GRADE_DOWN, GRADE_UP, TABLES

# A line without control characters, breaks of Unicode, and marks of direction.
HARMLESS = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]*")


def export_review(
    review: models.Review,
    path: Path,
    *,
    leave_out: Mapping[str, frozenset[int]] = MappingProxyType({}),
    history: bool = True,
) -> None:
    """Write the review into `path`, which is made if it is not there; generated reports are not written.

    `leave_out` has rows that are not written, by the name of their model; `history` says whether events are.
    """
    path.mkdir(parents=True, exist_ok=True)
    _write_searches(review, path)
    write_report_files(review, path)
    for file in dict.fromkeys(table.file for table in TABLES):
        tables = [table for table in TABLES if table.file == file]
        hidden = leave_out.get(tables[0].model, frozenset())
        text = _csv_text(review, tables[0], hidden) if file.endswith(".csv") else _yaml_text(review, tables)
        _write(path / file, text, keep=any(table.required for table in tables))
    _write(path / "report.md", review.manuscript)
    events = models.Event.objects.filter(review=review) if history else []
    lines = [json.dumps(_event(event), ensure_ascii=False, sort_keys=True) + "\n" for event in events]
    _write(path / "history.jsonl", "".join(lines))


def _write(path: Path, text: str, *, keep: bool = False) -> None:
    """Write a file; without text there is none, and one of an earlier export goes, unless it is to be kept empty."""
    if text or keep:
        path.write_text(text, encoding="utf-8", newline="")
    else:
        path.unlink(missing_ok=True)


def _event(event: models.Event) -> dict[str, Any]:
    return {
        name: getattr(event, name) for name in ("when", "who", "what", "before", "after", "previous", "hash")
    }


def _write_searches(review: models.Review, path: Path) -> None:
    for batch in models.ImportBatch.objects.filter(review=review):
        write_bytes(path, batch.file, bytes(batch.content))
    for search in models.SearchRun.objects.filter(review=review):
        for name, content in (
            (search.strategy_file, search.strategy),
            (search.mapping_file, search.mapping),
        ):
            if name and content:  # else there was no such file
                write_bytes(path, name, bytes(content))


def _rows(review: models.Review, table: Table, **more: Any) -> list[Any]:
    model = getattr(models, table.model)
    links = [column.field for column in table.columns if column.kind == "ref" and column.name != "id"]
    rows = model.objects.filter(review=review, **dict(table.fixed), **more)
    rows = rows.select_related(*links) if links else rows
    return list(rows)


def _cell(row: Any, column: Column) -> Any:
    """A row's value as the folder writes it: a link as the other row's id, a certainty step from its domain."""
    if column.name == "report" and getattr(row, "contact", None):
        return f"contact:{row.contact.key}"
    first, _, part = column.name.partition(".")
    if isinstance(row, models.Certainty) and first in GRADE_DOWN + GRADE_UP:
        return row.steps[first][part]
    value = getattr(row, column.field)
    return (value.key if value else None) if column.kind == "ref" else value


def _csv_cell(column: Column, value: Any) -> str:
    """The text of a cell; a "no" or a sparse column's value that is the default stays empty, as people leave it."""
    usual = value == column.default if column.sparse else value is False and column.default is False
    return "" if usual else written(column, value)


def _csv_text(review: models.Review, table: Table, hidden: frozenset[int]) -> str:
    rows = [row for row in _rows(review, table) if row.pk not in hidden]
    if not rows and not table.required:
        return ""
    columns = [
        column
        for column in table.columns
        if not column.sparse or any(_csv_cell(column, _cell(row, column)) for row in rows)
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([guarded(_csv_cell(column, _cell(row, column))) for column in columns])
    return out.getvalue()


# ---------------------------------------------------------------- YAML


def _yaml_text(review: models.Review, tables: list[Table]) -> str:
    tree = CommentedMap()
    for table in tables:
        if table.single:
            _put_columns(tree, table, review)
        elif table.name == "not_as_planned":
            _put_list(tree, table.path, [_not_as_planned(row) for row in _changed(review)])
        elif not table.parent:
            nested = [child for child in tables if child.parent == table.name]
            _put_list(tree, table.path, [_mapping(table, row, nested) for row in _rows(review, table)])
    if not tree:
        return ""
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 110
    yaml.allow_unicode = True
    yaml.dump(tree, out)
    return out.getvalue()


def _put_list(tree: CommentedMap, path: str, items: list[CommentedMap]) -> None:
    if items:
        tree[path] = items


def _mapping(table: Table, row: Any, nested: list[Table]) -> CommentedMap:
    mapping = CommentedMap()
    _put_columns(mapping, table, row)
    for child in nested:
        link = "outcome" if child.name == "timepoints" else "analysis"
        children = _rows(row.review, child, **{link: row})
        _put_list(mapping, child.path, [_mapping(child, inner, []) for inner in children])
    return mapping


def _changed(review: models.Review) -> list[models.Analysis]:
    analyses = models.Analysis.objects.filter(review=review).order_by("-planned", "position")
    analyses = analyses.prefetch_related("left_out__study")
    return [
        of for of in analyses if not of.pool or of.not_pooled_reason or (of.planned and of.left_out.all())
    ]


def _not_as_planned(analysis: models.Analysis) -> CommentedMap:
    mapping = CommentedMap(id=analysis.key, pool="yes" if analysis.pool else "no")
    if analysis.not_pooled_reason:
        mapping["reason"] = _yaml_string(analysis.not_pooled_reason)
    left_out = [
        CommentedMap(study=row.study.key, reason=_yaml_string(row.reason))
        for row in analysis.left_out.all()
        if analysis.planned
    ]
    _put_list(mapping, "leave_out", left_out)
    return mapping


def _put_columns(tree: CommentedMap, table: Table, row: Any) -> None:
    for column in table.columns:
        value = "1" if column.name == "evisynth" else _cell(row, column)
        if value is None or value in ("", []) or (column.default == value and not column.required):
            continue
        node = tree
        *path, last = column.name.split(".")
        for part in path:
            node = node.setdefault(part, CommentedMap())
        node[last] = _scalar(column, value)


def _scalar(column: Column, value: Any) -> Any:
    if column.name == "evisynth" or column.kind == "whole":
        return int(value)
    if isinstance(value, list):
        return [_yaml_string(item) for item in value]
    if isinstance(value, str):
        return _yaml_string(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _yaml_string(text: str) -> Any:
    """A text so that it is read back as it is: lines in a block, strange letters and blanks in double quotes."""
    lines = text.split("\n")
    if not all(HARMLESS.fullmatch(line) for line in lines):
        return DoubleQuotedScalarString(text)
    if len(lines) == 1:
        return text
    in_block = not text.startswith(" ") and all(line == line.rstrip() for line in lines)
    return LiteralScalarString(text) if in_block else DoubleQuotedScalarString(text)


def review_named(slug: str) -> models.Review:
    """The review of that name in the open database, or a DataError that offers the nearest."""
    review = models.Review.objects.filter(slug=slug).first()
    if review is None:
        known = list(models.Review.objects.values_list("slug", flat=True))
        raise DataError(
            f"The database has no review {slug!r}.{near(slug, known)} It has: {', '.join(known) or 'none'}."
        )
    return review
