"""What a cell or key of the review folder may hold: one Column each, used to read, to check and to write."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from evisynth.errors import near
from evisynth.reporting.documents.csv import FORMULA_STARTS
from evisynth.reporting.documents.csv import NUMBER as NUMBER_OF_A_SPREADSHEET

ID = re.compile(r"[a-z0-9][a-z0-9-]*")
LONGEST_ID = 60
MOST_SHOWN = 12  # of the choices that a message names
NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Control characters, and halves of letters outside the basic plane: nothing can store or show them.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A CSV column or a YAML key (a dotted name is a key inside a mapping).

    kind: text, id, word (one of `choices`), words, texts (a list), date, time, number, whole, yes/no,
    ref (the id of a row of table `to`; `within` names the column that says which parent) or steps.
    """

    name: str
    kind: str = "text"
    attr: str = ""  # the model's field; the name with "_" when empty
    required: bool = False
    choices: tuple[str, ...] = ()
    to: str = ""
    within: str = ""
    default: Any = None
    soft: bool = False  # needed, but a row stays without it
    between: tuple[int, int] | None = None  # the least and the greatest whole number that is right
    sparse: bool = (
        False  # left out of an export where no row has anything in it; its default is written as nothing
    )
    about: str = ""  # what it is for, in a few words, where the name alone does not say it

    @property
    def field(self) -> str:
        return self.attr or self.name.replace("-", "_").replace(".", "_")


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of row: a CSV file, or a list (or the single mapping, `single`) at `path` of a YAML file.

    `key` are the columns that together may occur once. `parent` is the table in whose rows this list is nested.
    """

    name: str
    file: str
    model: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    path: str = ""
    parent: str = ""
    single: bool = False
    required: bool = False  # the file must be there
    fixed: tuple[tuple[str, Any], ...] = ()  # model fields that every row of this table has

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


class Unfit(ValueError):  # it is a message, raised and caught inside this package
    """A cell's text is not what its column wants; the message says what was found and what would be right."""


def parsed(column: Column, given: Any) -> Any:
    """The value of a cell or key, or Unfit."""
    if column.kind in {"texts", "words"}:
        return _list(column, given)
    if isinstance(given, (list, dict)):
        raise Unfit(
            f"found a {'list' if isinstance(given, list) else 'mapping'} where one value is expected."
        )
    text = _text(given)
    if not text:
        if column.required:
            raise Unfit("is empty; it is needed.")
        return unset(column)
    return _PARSERS.get(column.kind, _parse_text)(column, text)


def _text(given: Any) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, (date, datetime)):
        return given.isoformat()
    if not isinstance(given, (str, int, float)):
        raise Unfit("found a value that is neither text nor a number; write it as plain text.")
    text = str(given).strip()
    if found := CONTROL.search(text):
        raise Unfit(f"holds the control character U+{ord(found[0]):04X}; remove it.")
    return text


def unset(column: Column) -> Any:
    """What a column holds where nothing is given, or nothing that can be used."""
    if column.default is not None:
        return column.default
    if column.kind in {"texts", "words"}:
        return []
    return None if column.kind in {"date", "number", "whole", "ref", "yes/no"} else ""


def _parse_text(_: Column, text: str) -> str:
    return text


def _parse_id(_: Column, text: str) -> str:
    if not ID.fullmatch(text):
        raise Unfit(f"found {text!r}; an id has small letters, digits and hyphens, such as 'longo-2008'.")
    if len(text) > LONGEST_ID:
        raise Unfit(f"has {len(text)} letters; an id has at most {LONGEST_ID}.")
    return text


def _parse_word(column: Column, text: str) -> str:
    if text not in column.choices:
        shown = column.choices if len(column.choices) <= MOST_SHOWN else (*column.choices[:MOST_SHOWN], "...")
        same = [choice for choice in column.choices if choice.casefold() == text.casefold()]
        hint = f" Did you mean {same[0]!r}?" if same else near(text, column.choices)
        raise Unfit(f"found {text!r}; one of {', '.join(shown)} is right.{hint}")
    return text


def _parse_date(_: Column, text: str) -> date:
    try:
        # fromisoformat alone also takes 20121001 and 2012-W40-1
        return date.fromisoformat(text if DATE.fullmatch(text) else "")
    except ValueError:
        raise Unfit(f"found {text!r}; a date such as 2012-10-01 is right.") from None


def _parse_time(_: Column, text: str) -> str:
    try:
        datetime.fromisoformat(text if DATE.match(text) else "")
    except ValueError:
        raise Unfit(f"found {text!r}; a time such as 2012-11-05T09:30:00Z is right.") from None
    return text


def number_in(text: str) -> float:
    """The number that a text is, or Unfit: decimal point, no thousands separators, no unit."""
    if NUMBER.fullmatch(text):
        if math.isinf(float(text)):
            raise Unfit(f"found {text!r}, which is beyond all numbers that can be computed with.")
        return float(text)
    if re.fullmatch(r"[-\u2212]?\d{1,3}([,.'’\s]\d{3})+([.,]\d+)?", text):
        raise Unfit(
            f"found {text!r}, which may have separators of thousands; digits and a decimal point alone are right."
        )
    if re.fullmatch(r"-?\d+,\d+", text):
        raise Unfit(f"found {text!r} with a decimal comma; {text.replace(',', '.')!r} is right.")
    if text.startswith("\u2212"):
        raise Unfit(f"found {text!r} with a typographic minus; {text.replace(chr(0x2212), '-')!r} is right.")
    raise Unfit(f"found {text!r}; a number with a decimal point and nothing else is right, such as 12.5.")


def _parse_number(_: Column, text: str) -> float:
    return number_in(text)


def _parse_whole(column: Column, text: str) -> int:
    if column.choices and text not in column.choices:
        raise Unfit(f"found {text!r}; {' or '.join(column.choices)} is right.")
    limits = f" from {column.between[0]} to {column.between[1]}" if column.between else ""
    wrong = Unfit(f"found {text!r}; a whole number{limits} is right.")
    try:
        number = number_in(text)
    except Unfit:
        raise wrong from None
    least, most = column.between or (number, number)
    if number != int(number) or not least <= number <= most:
        raise wrong
    return int(number)


def _parse_yes_no(_: Column, text: str) -> bool:
    if text not in {"yes", "no", "true", "false"}:
        raise Unfit(f"found {text!r}; yes or no is right.")
    return text in {"yes", "true"}


_PARSERS = {
    "text": _parse_text,
    "id": _parse_id,
    "word": _parse_word,
    "date": _parse_date,
    "time": _parse_time,
    "number": _parse_number,
    "whole": _parse_whole,
    "yes/no": _parse_yes_no,
}


def _list(column: Column, given: Any) -> list[str]:
    items = given if isinstance(given, list) else [part for part in _text(given).split(";") if part.strip()]
    if any(isinstance(item, (list, dict)) for item in items):
        raise Unfit("has a list or mapping among its items; a text with a colon needs quotes around it.")
    texts = [text for item in items if (text := _text(item))]
    if column.required and not texts:
        raise Unfit("is empty; at least one is needed.")
    for text in texts if column.kind == "words" else ():
        _parse_word(column, text)
    return texts


def guarded(text: str) -> str:
    """A cell that a spreadsheet would run as a formula, with an apostrophe before it; other texts as they are."""
    is_formula = text.lstrip("'").startswith(FORMULA_STARTS) and not NUMBER_OF_A_SPREADSHEET.fullmatch(text)
    return f"'{text}" if is_formula else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) else text


def written(column: Column, value: Any) -> str:
    """A value as the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return ";".join(value)
    if column.kind in {"number", "whole"}:
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)
