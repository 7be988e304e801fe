"""Author lists as they stand in one cell of a table, divided into names."""

import re

from evisynth.search.normalise import author_name, one_line

SCOPUS_ID = re.compile(r"\s*\(\d+\)")
NO_AUTHOR = re.compile(
    r"\[?no author (?:name|id)?s? ?available\]?|\[?anonymous\]?|\.{3}|…|et al\.?", re.IGNORECASE
)
CUT = re.compile(r"\s*(?:…|\.{3})\s*$")  # Google Scholar ends long lists so
GROUP = re.compile(
    r"\b(?:group|team|trial|study|consortium|network|committee|investigators?|organi[sz]ation)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s+and\s+|\s*&\s*")


def authors_of(cell: str, way: str) -> tuple[str, ...]:
    """The names of one cell, each "Family, Given"; `way` is one of `csv_vendors.Vendor.authors`."""
    if way == "exact":
        return tuple(filter(None, map(one_line, cell.split(";"))))
    text = SCOPUS_ID.sub("", one_line(cell))
    if not text or NO_AUTHOR.fullmatch(text):
        return ()
    names = _divided(text, way)
    names = [CUT.sub("", name).strip(" ;|") for name in names]
    kept = [name for name in names if name and not NO_AUTHOR.fullmatch(name)]
    if way in {"given first", "given semicolon", "bar"}:
        return tuple(given_first(name) for name in kept)
    return tuple(filter(None, (_turned(name) if way == "any" else author_name(name) for name in kept)))


def _divided(text: str, way: str) -> list[str]:
    if way in {"semicolon", "given semicolon"}:
        return text.split(";")
    if way == "bar":
        return text.split("|")
    if way == "and":
        return BETWEEN.split(text)
    if way == "given first":
        return re.split(r",\s*", text)
    if way == "comma":
        return _surname_initials(text)
    return _guessed(text)


def _surname_initials(text: str) -> list[str]:
    """Names of "Griffin DK, Larkin DM, O'Connor RE." (PubMed ends the list with a full stop)."""
    if text.endswith(".") and "." not in text[:-1]:
        text = text[:-1]
    return re.split(r",\s*", text)


def _guessed(text: str) -> list[str]:
    """Divide by the sign that occurs. Scopus has written "A B.; C D.", "A B., C D." and "A, B., C, D."."""
    for sign in (";", "|"):
        if sign in text:
            return text.split(sign)
    if " and " in text:
        return BETWEEN.split(text)
    parts = _surname_initials(text)
    if len(parts) % 2 == 0 and all(map(is_initials, parts[1::2])):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    if len(parts) == 2 and " " not in parts[0]:  # one person: "Mackay, Douglas Scott"
        return [text]
    return parts


def _turned(name: str) -> str:
    """A name of an unknown table: "D. Scott Mackay" is turned, "Mackay DS" is not."""
    first, _, last = name.partition(" ")
    starts = "." in first and is_initials(first) and not is_initials(last.rpartition(" ")[2])
    return given_first(name) if starts else author_name(name)


def is_initials(text: str) -> bool:
    """Whether this is initials: "J.", "JA", "J.-P.", "A. B."; a short family name is not."""
    letters = re.sub(r"[.\s-]", "", text)
    return 0 < len(letters) <= (5 if "." in text else 3) and letters.isalpha() and letters.isupper()


def given_first(name: str) -> str:
    """A name such as "KC McGoogan" as "McGoogan, KC".

    The family name begins at a particle in lower case (van der Berg), else at the last word. A group stays
    whole.
    """
    if "," in name or GROUP.search(name):
        return author_name(name)
    words = name.split()
    particles = [place for place, word in enumerate(words[:-1]) if place and word.islower()]
    cut = particles[0] if particles else len(words) - 1
    return f"{' '.join(words[cut:])}, {' '.join(words[:cut])}" if cut > 0 else name
