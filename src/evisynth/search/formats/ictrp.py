"""A trial of the WHO ICTRP search portal, whose XML (`ictrp_xml`) and CSV (`csv_tables`) have the same fields.

Every value ends in a line end and blanks, and holds HTML line breaks (<br>) as text. One trial that is in
several registers is several records; their numbers stand in Secondary_ID, by which they can be joined.
"""

import re
from collections.abc import Iterator, Mapping

from evisynth.search.normalise import one_line, registry_ids, unique, year_of
from evisynth.search.record import Record

TRIAL = "trial registration"
Values = Mapping[str, str]  # name in lower case with blanks, "public title" -> its text
BREAK = re.compile(r"</?(?:br|p|li|ul|ol|div|b|i|em|strong)\b[^<>]{0,40}>", re.IGNORECASE)
NOTHING = frozenset({"nil", "nil known", "none", "n/a", "na", "not applicable", "no", "-", "--", "null"})
BARE_CTIS = re.compile(r"(?<![\w-])(?=\d{4}-5\d{5}-\d{2}-\d{2}(?![\w-]))")
BARE_EUDRACT = re.compile(r"(?<![\w-])(?=\d{4}-\d{6}-\d{2}(?![\w-]))")
# What CENTRAL puts into the abstract of a registration, in the order and with the labels it uses.
DESCRIPTION = {
    "INTERVENTION": ("intervention", "interventions"),
    "CONDITION": ("condition", "conditions"),
    "PRIMARY OUTCOME": ("primary outcome",),
    "INCLUSION CRITERIA": ("inclusion criteria",),
}
USED = frozenset(name for names in DESCRIPTION.values() for name in names) | {
    *("trialid", "public title", "scientific title", "acronym", "date registration", "date registration3"),
    *("date enrollement", "source register", "secondary id", "secondary ids", "secondaryids", "web address"),
    *("results url link", "export date", "internal number", "last refreshed on"),
}


def name_of(tag: str) -> str:
    """The name under which a value is known, from its XML tag: Public_title is "public title"."""
    return tag.replace("_", " ").casefold()


def record_of(values: Values) -> Record:
    """The record of one trial."""
    number = _text(values, "trialid")
    titles = unique((_text(values, "scientific title"), _text(values, "public title")))
    acronym = _text(values, "acronym")
    dates = ("date registration3", "date registration", "date enrollement")
    return Record(
        title=titles[0] if titles else acronym,
        other_titles=titles[1:],
        year=next((year for name in dates if (year := year_of(_text(values, name)))), None),
        abstract=" ".join(_description(values)),
        registry_ids=_numbers(number, _text(values, "secondary id", "secondary ids", "secondaryids")),
        accession=number,
        database=_text(values, "source register") or "ICTRP",
        type=TRIAL,
        keywords=unique([acronym, *_list(values, "condition", "conditions")]),
        links=unique(
            part
            for name in ("web address", "results url link")
            for part in _text(values, name).split()
            if part.startswith(("http://", "https://"))
        ),
    )


def _numbers(own: str, others: str) -> tuple[str, ...]:
    """The trial's number in this register first, then those in others; a number of sponsors is none."""
    others = BARE_EUDRACT.sub("EUCTR", BARE_CTIS.sub("CTIS", others))
    return unique((next(iter(registry_ids(own)), own), *registry_ids(others)))


def _description(values: Values) -> Iterator[str]:
    for label, names in DESCRIPTION.items():
        if text := _text(values, *names):
            yield f"{label}: {text}"


def _list(values: Values, *names: str) -> list[str]:
    whole = next((text for name in names if (text := values.get(name, ""))), "")
    parts = (one_line(part) for part in re.split(r"<br\s*/?>|;", whole, flags=re.IGNORECASE))
    return [part for part in parts if part.lower() not in NOTHING]


def _text(values: Values, *names: str) -> str:
    """The first of these that says something, its HTML taken out; what means "none" is empty."""
    for name in names:
        text = one_line(BREAK.sub(" ", values.get(name, "")))
        if text and text.lower() not in NOTHING:
            return text
    return ""
