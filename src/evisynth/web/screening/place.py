"""Where a person is while screening. The page carries it, so that no request has to count or to remember."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from evisynth.store.screening_lists import Filters
from evisynth.web.screening.forms import FilterForm

TRAIL = 30  # records that one can go back over


@dataclass(frozen=True, slots=True)
class Place:
    """Order and filters; the records seen so far; and how many are done and left, as far as the page knows."""

    order: str = "random"
    filters: Filters = field(default_factory=Filters)
    trail: tuple[str, ...] = ()
    done: int = 0
    left: int = 0

    @property
    def fields(self) -> list[tuple[str, Any]]:
        """What a form has to carry."""
        return [*self._asked, ("trail", " ".join(self.trail)), ("done", self.done), ("left", self.left)]

    @property
    def query(self) -> str:
        """Order and filters as a part of an address."""
        return urlencode(self._asked)

    @property
    def _asked(self) -> list[tuple[str, Any]]:
        asked = {
            "order": self.order if self.order != "random" else "",
            "q": self.filters.words,
            "year_from": self.filters.year_from,
            "year_to": self.filters.year_to,
            "source": self.filters.source,
            "label": self.filters.label,
        }
        return [(name, value) for name, value in asked.items() if value not in ("", None)]

    @property
    def all(self) -> int:
        return self.done + self.left

    def seen(self, key: str) -> "Place":
        """After a record."""
        rest = tuple(each for each in self.trail if each != key)
        return replace(self, trail=(*rest, key)[-TRAIL:])

    def without(self, key: str) -> "Place":
        """Back at a record."""
        at = self.trail.index(key) if key in self.trail else len(self.trail)
        return replace(self, trail=self.trail[:at])

    def counted(self, change: int) -> "Place":
        """After one vote more, or one less."""
        return replace(self, done=max(0, self.done + change), left=max(0, self.left - change))


def place_of(asked: QueryDict) -> Place:
    any_asked = any(asked.get(name) for name in FilterForm.base_fields)
    order, filters = FilterForm(asked).chosen() if any_asked else ("random", Filters())
    trail = tuple(dict.fromkeys(asked.get("trail", "").split()))[-TRAIL:]
    return Place(order, filters, trail, _number(asked.get("done")), _number(asked.get("left")))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
