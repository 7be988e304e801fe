"""The event log of a review: each event carries the hash of the one before, so that nothing can be changed unseen.

One JSON object a line: when, who, what, before, after, previous, hash.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evisynth.store.records import UNSTORABLE

START = "0" * 64  # what the first event has as the hash before it
PARTS = ("when", "who", "what", "before", "after", "previous")


def event_hash(event: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of an event's parts as canonical JSON."""
    text = json.dumps(
        {part: event.get(part) for part in PARTS}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def breaks(events: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """(number of the event from 1, what is wrong) for every place where the chain does not hold."""
    before = START
    for number, event in enumerate(events, start=1):
        if event.get("previous") != before:
            yield (
                number,
                "does not follow the event before it: one was changed, removed, added or moved here.",
            )
        if event.get("hash") != event_hash(event):
            yield number, "was changed after it was written: its hash does not fit its content."
        before = str(event.get("hash"))


EVENT = {"when": 40, "who": 80, "what": None, "previous": 64, "hash": 64}  # texts, and how long each may be


def event_in(text: str) -> dict[str, Any]:
    """The event of one line of the log. Raises ValueError that says what is wrong with it."""
    event = json.loads(text, parse_constant=_no_number)
    if not isinstance(event, dict) or set(event) != {*EVENT, "before", "after"}:
        raise ValueError(f"it has not the keys {', '.join(EVENT)}, before and after, and no others")
    for name, longest in EVENT.items():
        if not isinstance(event[name], str) or len(event[name]) > (longest or len(event[name])):
            raise ValueError(f"{name} is no text" + (f" of at most {longest} letters" if longest else ""))
    if UNSTORABLE.search(json.dumps(event, ensure_ascii=False, allow_nan=False).replace("\\u0000", "\x00")):
        raise ValueError("it holds a character that cannot be stored")
    return event


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
