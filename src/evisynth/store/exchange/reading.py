"""The files of a review folder as rows of plain values, and every problem on the way.

A row that is sound comes in whatever is wrong beside it. Nothing here knows the database.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from evisynth.errors import Problem, near
from evisynth.store.exchange.decoding import decoded, free_text
from evisynth.store.exchange.schema import Column, Table, Unfit, parsed, unguarded, unset
from evisynth.store.exchange.tables import TABLES

FREE_FILES = ("report.md", "history.jsonl")


@dataclass(slots=True)
class Row:
    table: Table
    line: int
    values: dict[str, Any]
    parent: "Row | None" = None


@dataclass(slots=True)
class Folder:
    """What a review folder holds: rows by table name, in the order of the files, and the free texts."""

    path: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unsound: dict[str, list[Row]] = field(
        default_factory=dict
    )  # left out; read on only to report all that is wrong

    def report(self, file: str, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(file, line, column, message))


def read_folder(path: Path) -> Folder:
    """Read every known file of the folder. Raises nothing for bad content: look at `problems`."""
    folder = Folder(path, rows={table.name: [] for table in TABLES})
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        folder.report(str(path.name), 0, "", f"{what}. `evisynth new {path.name}` starts a review folder.")
        return folder
    if not any(path.iterdir()):
        folder.report(
            ".", 0, "", "the folder is empty. `evisynth new DIR` writes a commented starting folder."
        )
        return folder
    for file in dict.fromkeys(table.file for table in TABLES):
        tables = [table for table in TABLES if table.file == file]
        if not (path / file).exists():
            if any(table.required for table in tables):
                folder.report(file, 0, "", "the file is missing; a review needs it.")
        elif file.endswith(".csv"):
            _read_csv(folder, tables[0])
        else:
            _read_yaml(folder, file, tables)
    for file in FREE_FILES:
        folder.texts[file] = free_text(path, file, folder.report) if (path / file).exists() else ""
    _report_unknown_files(folder)
    _drop_repeated(folder)
    return folder


def _report_unknown_files(folder: Folder) -> None:
    known = {table.file for table in TABLES} | set(FREE_FILES)
    named = {
        name
        for row in folder.rows["searches"]
        for name in (row.values["strategy"], row.values["mapping"], *row.values["file"])
    }
    for entry in sorted(folder.path.iterdir()):
        if entry.suffix in {".csv", ".yaml", ".yml"} and entry.name not in known | named:
            folder.report(
                entry.name,
                0,
                "",
                f"is not a file of a review folder; it was not read.{near(entry.name, known)}",
            )


# ---------------------------------------------------------------- CSV


def _read_csv(folder: Folder, table: Table) -> None:
    before = len(folder.problems)
    text = decoded(folder.path, table.file, folder.report)
    rows = _csv_rows(folder, table, text, _delimiter(folder, table, text))
    header = [name.strip() for name in next(rows, (0, []))[1]]
    if not header:
        if len(folder.problems) == before:
            names = ", ".join(column.name for column in table.columns)
            folder.report(table.file, 1, "", f"has no header; {names} are its columns.")
    elif _header_is_sound(folder, table, header):
        for line, cells in rows:
            _read_csv_row(folder, table, header, line, cells)


def _delimiter(folder: Folder, table: Table, text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        if first.count(sign) > first.count(","):
            folder.report(
                table.file, 1, "", f"has {called} between its columns; it was read so. Save it with commas."
            )
            return sign
    return ","


def _csv_rows(folder: Folder, table: Table, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row. A row with broken quotes is reported, and reading goes on with the next line."""
    lines = list(io.StringIO(text, newline=""))
    start = 0
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
        offset, line = start, start
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line + 1, cells
                line = offset + reader.line_num
            start = len(lines)
        except csv.Error as error:
            folder.report(
                table.file,
                line + 1,
                "",
                f"is not well-formed CSV ({error}). The row was left out; check its quotes.",
            )
            start = line + 1


def _header_is_sound(folder: Folder, table: Table, header: list[str]) -> bool:
    known = [column.name for column in table.columns]
    for name in filter(None, header):
        if name not in known:
            folder.report(
                table.file, 1, name, f"is not a column of this table; it was not read.{near(name, known)}"
            )
    for name in {name for name in header if name and header.count(name) > 1}:
        folder.report(table.file, 1, name, "stands in the header more than once; the last one was read.")
    missing = [column.name for column in table.columns if column.required and column.name not in header]
    for name in missing:
        folder.report(
            table.file, 1, name, f"the column is missing; no row can be used without it.{near(name, header)}"
        )
    return not missing


def _read_csv_row(folder: Folder, table: Table, header: list[str], line: int, cells: list[str]) -> None:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        folder.report(
            table.file, line, "", f"has {len(cells)} cells, the header {len(header)}; a comma inside a text needs quotes. "
            "The row was not read.",
        )  # fmt: skip
        return
    given = dict(zip(header, map(unguarded, cells), strict=False))
    if given.pop("", "").strip():
        folder.report(table.file, line, "", "has text in a column without a name; it was not read.")
    values = _values(folder, table, lambda column: (given.get(column.name, ""), line))
    if values is not None:
        folder.rows[table.name].append(Row(table, line, values))


def _values(folder: Folder, table: Table, look: Any) -> dict[str, Any] | None:
    """All columns parsed, or None where one that is needed does not fit. Each misfit is reported.

    A mapping that a file has once is kept with a blank in the place of the misfit: the review goes on without it.
    """
    values: dict[str, Any] = {}
    sound = True
    for column in table.columns:
        given, line = look(column)
        try:
            values[column.name] = _reference(given) if column.kind == "ref" else parsed(column, given)
            if column.kind == "ref" and column.required and not values[column.name]:
                raise Unfit("is empty; it is needed.")
        except Unfit as misfit:
            leaves_out = _needed(column) and not table.single
            folder.report(
                table.file,
                line,
                column.name,
                f"{misfit} The row was left out." if leaves_out else str(misfit),
            )
            values[column.name] = unset(column)
            sound = sound and not _needed(column)
    if sound or table.single:
        return values
    folder.unsound.setdefault(table.name, []).append(Row(table, look(table.columns[0])[1], values))
    return None


def _needed(column: Column) -> bool:
    """A row with a misfit here is left out: the cell is required, or a wrong reading would change a result."""
    return not column.soft and (
        column.required or column.kind in {"ref", "word", "number", "whole", "yes/no"}
    )


def _reference(given: Any) -> str:
    if isinstance(given, (list, dict)):
        raise Unfit("found a list or mapping where one id is expected.")
    return "" if given is None else str(given).strip()


# ---------------------------------------------------------------- YAML


def _read_yaml(folder: Folder, file: str, tables: list[Table]) -> None:
    tree = _yaml_tree(folder, file)
    if tree is None:
        return
    top = [table for table in tables if not table.parent]
    known: set[str] = set()
    for table in top:
        if table.single:
            values = _values(folder, table, lambda column: _look(tree, column.name))
            known |= {column.name for column in table.columns}
            if values is not None:
                folder.rows[table.name].append(Row(table, 1, values))
        else:
            known.add(table.path)
            _read_yaml_list(folder, table, tree, None, tables)
    _report_unknown_keys(folder, file, tree, known)


class _AsTyped(RoundTripConstructor):
    """Scalars stay as people typed them: 1e3, 007, 2012-10-01 and yes are texts; what a key wants decides."""


for _tag in ("bool", "int", "float", "timestamp"):
    _AsTyped.add_constructor(f"tag:yaml.org,2002:{_tag}", RoundTripConstructor.construct_yaml_str)


def _loaded(folder: Folder, file: str, text: str) -> Any:
    try:
        return _yaml(allow_duplicate_keys=False).load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        folder.report(
            file, line, "", f"{str(error.problem).partition(' with value')[0]}; the first one was read."
        )
        return _yaml(allow_duplicate_keys=True).load(text)


def _yaml(*, allow_duplicate_keys: bool) -> YAML:
    yaml = YAML(typ="rt")
    yaml.Constructor = _AsTyped
    yaml.allow_duplicate_keys = allow_duplicate_keys
    return yaml


def _yaml_tree(folder: Folder, file: str) -> CommentedMap | None:
    text = decoded(folder.path, file, folder.report)
    try:
        tree = _loaded(folder, file, text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        folder.report(file, line, "", f"is not well-formed YAML: {error.problem or error.context}.")
        return None
    except RecursionError:
        folder.report(file, 0, "", "has lists or mappings inside each other too deep to be read.")
        return None
    except (YAMLError, ValueError) as error:
        folder.report(file, 0, "", f"cannot be read as YAML: {' '.join(str(error).split())[:200]}.")
        return None
    if tree is None:
        tree = CommentedMap()
    if not isinstance(tree, CommentedMap):
        folder.report(file, 1, "", "has no keys; a mapping such as `title: ...` is right.")
        return None
    return tree


def _look(tree: CommentedMap, name: str) -> tuple[Any, int]:
    """The value at a dotted name and its line."""
    node: Any = tree
    line = (tree.lc.line or 0) + 1
    for part in name.split("."):
        if not isinstance(node, CommentedMap) or part not in node:
            return None, line
        line = _line_of(node, part, line)
        node = node[part]
    return node, line


def _line_of(tree: CommentedMap | CommentedSeq, key: Any, otherwise: int) -> int:
    """The line of a key or item; that of what is around it where the reader does not know it, as after `<<`."""
    place = (tree.lc.data or {}).get(key)
    return int(place[0]) + 1 if place else otherwise


def _shown(value: Any) -> str:
    """A value for a message; never what is inside a list or mapping, which may be without end."""
    return "a list or mapping" if isinstance(value, (list, dict)) else repr(str(value)[:60])


def _read_yaml_list(
    folder: Folder, table: Table, tree: CommentedMap, parent: Row | None, tables: list[Table]
) -> None:
    items, list_line = _look(tree, table.path)
    if items is None:
        return
    if not isinstance(items, CommentedSeq):
        folder.report(table.file, list_line, table.path, "is not a list; each item starts with a hyphen.")
        return
    children = [child for child in tables if child.parent == table.name]
    known = {column.name for column in table.columns} | {child.path for child in children}
    for position, item in enumerate(items):
        line = _line_of(items, position, list_line)
        if not isinstance(item, CommentedMap):
            folder.report(
                table.file,
                line,
                table.path,
                f"found {_shown(item)}; a mapping such as `id: ...` is right.",
            )
            continue
        _report_unknown_keys(folder, table.file, item, known)
        values = _values(folder, table, lambda column, item=item: _look(item, column.name))
        if values is None:
            continue
        row = Row(table, line, values, parent)
        folder.rows[table.name].append(row)
        for child in children:
            _read_yaml_list(folder, child, item, row, tables)


def _report_unknown_keys(
    folder: Folder, file: str, tree: CommentedMap, known: set[str], within: str = ""
) -> None:
    prefixes = {name.split(".")[0] for name in known}
    for key in tree:
        name = str(key)
        line = _line_of(tree, key, (tree.lc.line or 0) + 1)
        inner = {
            rest
            for first, _, rest in (known_name.partition(".") for known_name in known)
            if first == name and rest
        }
        if name not in prefixes:
            folder.report(
                file, line, within + name, f"is not a known key; it was not read.{near(name, prefixes)}"
            )
        elif inner and isinstance(tree[key], CommentedMap):
            _report_unknown_keys(folder, file, tree[key], inner, f"{within}{name}.")
        elif inner and tree[key] is not None:
            folder.report(
                file,
                line,
                within + name,
                f"found {_shown(tree[key])}; the keys {', '.join(sorted(inner))} are right.",
            )


# ---------------------------------------------------------------- both


def _drop_repeated(folder: Folder) -> None:
    """A key may occur once: the first row stays, every later one is reported and left out."""
    for name, rows in folder.rows.items():
        seen: dict[tuple[Any, ...], Row] = {}
        kept = []
        for row in rows:
            key = tuple(row.values[column] for column in row.table.key)
            key = (id(row.parent), *key) if row.parent else key
            if row.table.key and key in seen:
                shown = ", ".join(str(row.values[column]) for column in row.table.key)
                folder.report(
                    row.table.file, row.line, " + ".join(row.table.key),
                    f"{shown} stands already in line {seen[key].line}; this row was left out.",
                )  # fmt: skip
                continue
            seen[key] = row
            kept.append(row)
        folder.rows[name] = kept
