"""Which key does what while screening: presets, and the keys and words that a person chose."""

from dataclasses import dataclass, field
from typing import Any

from evisynth.store import models

ACTIONS = {
    "include": "Include",
    "exclude": "Exclude",
    "maybe": "Maybe",
    "undo": "Undo my last vote",
    "next": "Next, without a vote",
    "back": "Back to the record before",
    "postpone": "Put off until the others are done",
    "note": "Write a note",
    "label": "Add a label",
    "search": "Search and filter",
    "help": "Show the keys",
}
COMMON = {"back": "b", "postpone": "p", "label": "l", "search": "/", "help": "?"}
PRESETS: dict[str, dict[str, str]] = {
    "Evisynth": {
        "include": "i",
        "exclude": "e",
        "maybe": "m",
        "undo": "z",
        "next": "n",
        "note": "t",
        **COMMON,
    },
    "Rayyan": {"include": "i", "exclude": "e", "maybe": "u", "undo": "z", "next": "n", "note": "t", **COMMON},
    "ASReview": {
        "include": "r",
        "exclude": "i",
        "maybe": "m",
        "undo": "u",
        "next": "s",
        "note": "n",
        **COMMON,
    },
}
NAMED_KEYS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Backspace", "Delete")
PARTS = ("authors", "journal")  # of a record, that a person may hide


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person screens."""

    preset: str = "Evisynth"
    keys: dict[str, str] = field(default_factory=lambda: dict(PRESETS["Evisynth"]))
    include_words: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def actions(self) -> dict[str, str]:
        """Key -> action, for the script of the page."""
        return {key: action for action, key in self.keys.items() if key}

    @property
    def told(self) -> list[tuple[str, str]]:
        """(key, what it does) for people."""
        return [(self.keys[action], text) for action, text in ACTIONS.items() if self.keys.get(action)]


def ways_of(user: models.User) -> Ways:
    """What the person chose; the preset where they chose nothing."""
    kept: dict[str, Any] = user.preferences.get("screening") or {}
    preset = kept.get("preset")
    preset = preset if preset in PRESETS else "Evisynth"
    own = {action: str(key) for action, key in (kept.get("keys") or {}).items() if action in ACTIONS}
    return Ways(
        preset=preset,
        keys=PRESETS[preset] | own,
        include_words=tuple(map(str, kept.get("include_words") or ())),
        exclude_words=tuple(map(str, kept.get("exclude_words") or ())),
        hidden=tuple(part for part in PARTS if part in (kept.get("hidden") or ())),
    )


def keep(user: models.User, **changed: Any) -> None:
    """Keep some of what the person chose."""
    user.preferences["screening"] = {**(user.preferences.get("screening") or {}), **changed}
    user.save(update_fields=["preferences"])
