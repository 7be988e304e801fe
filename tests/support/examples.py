"""The example reviews for tests: carried out in the test database, copied, changed, and compared."""

import csv
import json
import re
import shutil
from pathlib import Path

from evisynth.reporting.document import Bullets, Paragraph, Picture, Table
from evisynth.reporting.manuscript import FIGURE, NUMBER_WORD
from evisynth.reporting.results import results_json

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LITERAL = re.compile(r'\{\{\s*"([^"]*)"\s*\}\}')


def copy_of(example, to):
    """A copy of an example that a test may change."""
    return Path(shutil.copytree(EXAMPLES / example, to / example))


def results(checked):
    return json.loads(results_json(checked.findings))


def differences(before, after, path=""):
    """Paths at which two trees of results differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [
            found for key in keys for found in differences(before.get(key), after.get(key), f"{path}/{key}")
        ]
    return [] if before == after else [path]


def change_extraction(folder, change):
    """Rewrite extraction.csv: `change` is given each row as a dict and may alter it; returns how many it did."""
    path = folder / "extraction.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames), list(reader)
    altered = 0
    for row in rows:
        before = dict(row)
        change(row)
        altered += row != before
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return altered


def told(checked):
    """The report as lines of text: paragraphs, items of lists, rows of tables and captions."""
    lines = []
    for block in checked.told.document.blocks:
        if isinstance(block, Paragraph):
            lines.append(_text(block.runs))
        elif isinstance(block, Bullets):
            lines += [_text(item) for item in block.items]
        elif isinstance(block, Table):
            lines += [" | ".join(_text(cell) for cell in row) for row in block.rows]
            lines += [_text(note) for note in block.notes]
        elif isinstance(block, Picture):
            lines.append(block.caption)
    return lines


def _text(runs):
    return "".join(run.text for run in runs)


def typed_numbers(text):
    """Numbers that somebody typed, in figures or words."""
    return FIGURE.findall(text) + NUMBER_WORD.findall(text)


def literals(manuscript):
    """Literals of the body of a manuscript; those of its list of references are citations."""
    return LITERAL.findall(manuscript.partition("# References")[0])
