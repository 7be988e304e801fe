"""What is the same for all files that wait: typed once, taken by each file that says nothing else.

It is kept in the plan of each file (`for_all`), beside the names of what the file says for itself (`own`); the values
that stand in the plan are those that count for the file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict

from evisynth.store import models
from evisynth.web.search.forms import LONGEST_STRATEGY, ForAllForm

PREFIX = "all"
NAMES = tuple(ForAllForm.base_fields)
USUAL = dict.fromkeys(NAMES, "") | {"kind": "database", "update": "0"}


def kept(uploads: Iterable[models.Upload]) -> dict[str, str]:
    """What was typed for all files and kept with those that wait."""
    plans = (upload.plan.get("for_all") for upload in uploads)
    return USUAL | next((plan for plan in plans if plan), {})


def typed(data: MultiValueDict[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What a page sent for all files; what was kept `before` where the page had no such fields."""
    names = {name: f"{PREFIX}-{name}" for name in NAMES}
    return {
        name: str(data[field])[:LONGEST_STRATEGY] if field in data else before[name]
        for name, field in names.items()
    }


def own_of(
    plan: Mapping[str, Any], said: Mapping[str, str], for_all: Mapping[str, str], named: Iterable[str] = ()
) -> list[str]:
    """The names of what a file says for itself, by what its fields `said` in a page and what is the same for all now.

    A field takes what is for all while it has that value, or still the value that was for all when the page was
    made. One that was emptied says for itself that there is nothing. `named` are those that the page itself says
    are the file's own, since only its script sees a field filled and emptied again.
    """
    before, own = USUAL | plan.get("for_all", {}), {*plan.get("own", ())}
    return [
        name
        for name in NAMES
        if said[name] != for_all[name] and (name in named or name in own or said[name] != before[name])
    ]
