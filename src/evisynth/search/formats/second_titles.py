"""Records whose first line is missing: they look like the record before them going on, with a second title.

Where a file lost the line that starts a record (a copy by hand, two files put together), two records would be
read as one. A record has one title, so a second one after a blank line shows where the next record begins.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from evisynth.search.formats.tagged import Notes

MESSAGE = "This record lacks the line that starts a record; it was taken to start after a blank line."
TWO_TITLES = "This record has two titles and no blank line between them; it may be two records in one."
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")


def spans(notes: Notes, places: list[int], title: re.Pattern[str]) -> Iterator[tuple[int, int, bool]]:
    """The spans (start, end) of the records that start at these places, and of those hidden in them.

    The last value says whether the span was found by its title: it has no line that starts a record.
    """
    for place, following in pairwise([*places, len(notes.text)]):
        cuts = [place, *_hidden(notes, place, following, title), following]
        for number, (start, end) in enumerate(pairwise(cuts)):
            yield start, end, number > 0


def _hidden(notes: Notes, place: int, following: int, title: re.Pattern[str]) -> list[int]:
    """Where records begin in text[place:following] that have a title and no starting line."""
    titles = [found.start() for found in title.finditer(notes.text, place, following)]
    cuts: list[int] = []
    for before, at in pairwise(titles):
        blanks = [found.end() for found in _BLANK_LINE.finditer(notes.text, before, at + 1)]
        if blanks:
            cuts.append(blanks[-1])
        else:
            notes.add(notes.line_at(at), notes.text[at : at + 200], TWO_TITLES)
    return cuts
