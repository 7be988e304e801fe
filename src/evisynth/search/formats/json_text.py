"""What the readers of JSON share: decoding one element of a long list, and what stands around the list."""

import json
import re
from typing import NamedTuple

MOST_WHOLE = 20  # damaged elements; after them each is cut at the next before it is decoded, which is linear
# What may stand around a list of records: brackets, commas, and names with a plain value ("totalCount": 7).
_NAMED = r'"[^"\n]{0,80}"\s{0,9}:\s{0,9}(?:"[^"\n]{0,2000}"|[\d.eE+-]{1,40}|true|false|null|(?=[\[{]))'
BEFORE = re.compile(rf"\s+|[\[{{,]|{_NAMED}")
AFTER = re.compile(rf"\s+|[\]}},]|{_NAMED}")
_DECODER = json.JSONDecoder()


class Decoded(NamedTuple):
    """One element: its value, where it ends in the text, and what is wrong with it ("" for nothing)."""

    value: object
    end: int
    complaint: str


def decode_at(text: str, position: int, limit: int, line: int, *, whole: bool) -> Decoded:
    """Decode the element that starts at this position, on this line of the text.

    With `whole` it may reach beyond `limit`, where the next one is thought to start. Without, the text is cut
    there, which keeps the search for the broken line short. A damaged element ends at the limit.
    """
    try:
        if whole:
            return Decoded(*_DECODER.raw_decode(text, position), "")
        value, length = _DECODER.raw_decode(text[position:limit])
        return Decoded(value, position + length, "")
    except json.JSONDecodeError as error:
        broken = error.lineno if whole else line + error.lineno - 1
        return Decoded(None, limit, f"Line {broken}: the JSON is broken: {error.msg}.")
    except RecursionError:
        return Decoded(None, limit, f"Line {line}: the JSON is nested too deeply.")
    except ValueError as error:  # a number of thousands of digits
        return Decoded(None, limit, f"Line {line}: the JSON is broken: {error}.")


def before_list(text: str) -> str:
    """What of the text before a list is not part of its frame; "" where it all is."""
    return _beside(text, BEFORE)


def after_list(text: str) -> str:
    """As `before_list`, of the text after a list."""
    return _beside(text, AFTER)


def _beside(text: str, frame: re.Pattern[str]) -> str:
    place = 0
    while found := frame.match(text, place):
        place = found.end()
    return text[place:].strip(" \t\n[],")


def first_string(pattern: re.Pattern[str], text: str) -> str:
    """The JSON string that the pattern finds as its first group in damaged JSON; "" for none."""
    found = pattern.search(text)
    try:
        return str(json.loads(found[1])) if found else ""
    except ValueError:
        return ""
