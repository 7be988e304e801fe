"""Which reports may describe one study: what they have in common, said in words. People decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

ALIKE = 75.0  # token-sort ratio of two titles from which they are told to be alike; of 100
SAME_PEOPLE = 0.5  # of the authors of the shorter list; with fewer in common the teams differ
LEAST_WORDS = 4  # of a title that is compared; "Erratum" tells nothing
SHORTEST_NAME = 4  # letters of a study's name that is looked for; shorter ones are words of other things
YEARS_APART = 6  # a study is rarely reported again later than this
TRIAL, NAMED, TEAM, TITLE = 100.0, 60.0, 40.0, 40.0  # what each kind of likeness adds to the score


@dataclass(frozen=True, slots=True)
class Described:
    """A report by what tells its study: authors as "Family, Given", registry numbers as NCT01234567."""

    key: str
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    trials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A study by its name and reports. A report alone, with the name "", stands for a study that may be made."""

    key: str
    name: str
    reports: tuple[Described, ...]
    trials: tuple[str, ...] = ()  # of the study itself


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That a report may belong to a study (or beside another report), why, and how strong that is.

    `score` orders suggestions; it is no probability.
    """

    report: str
    belongs: str
    reasons: tuple[str, ...]
    score: float


def likeness(one: Described, other: Described) -> tuple[float, tuple[str, ...]]:
    """(score, reasons in words) for two reports being of one study; (0, ()) where nothing tells so.

    A common registry number is enough. So are half of the authors, or a like title together with one common
    author (a title alone where one of the two names no author), in years at most six apart. Two different
    registry numbers speak against both.
    """
    trials = [trial for trial in one.trials if trial in other.trials]
    if trials:
        return TRIAL, (f"both name the trial {' and '.join(trials)}",)
    if one.trials and other.trials:
        return 0.0, ()
    if one.year and other.year and abs(one.year - other.year) > YEARS_APART:
        return 0.0, ()
    score, reasons = 0.0, []
    together = _together(one.authors, other.authors)
    fewer = min(len(_names(one.authors)), len(_names(other.authors)))
    if together and len(together) >= SAME_PEOPLE * fewer:
        score += TEAM * len(together) / fewer
        reasons.append(f"{_same_authors(len(together), one.authors, other.authors)}: {_listed(together)}")
    titles = [default_process(title) for title in (one.title, other.title)]
    tells = min(len(title.split()) for title in titles) >= LEAST_WORDS
    alike = fuzz.token_sort_ratio(*titles, score_cutoff=ALIKE) if tells else 0
    if alike and (together or not fewer):
        score += TITLE * alike / 100
        reasons.append(f"the titles are alike ({alike:.0f}%)")
    return score, tuple(reasons)


def suggest(report: Described, groups: Iterable[Group], most: int = 3) -> tuple[Suggestion, ...]:
    """The studies that a report may belong to, the strongest first; each by the most similar of its reports.

    A report that names the study ("LEAP study team", "Longo 2008") is told so, beside what the reports have in
    common. At most `most` are given.
    """
    found = []
    text = f" {default_process(' '.join((report.title, *report.authors)))} "
    for group in groups:
        own = Described("", trials=group.trials)
        others = [other for other in (*group.reports, own) if other.key != report.key]
        pairs = (likeness(report, other) for other in others)
        score, reasons = max(pairs, key=lambda pair: pair[0], default=(0.0, ()))
        name = default_process(group.name)
        if len(name) >= SHORTEST_NAME and f" {name} " in text and score < TRIAL:
            score, reasons = score + NAMED, (f"it names the study {group.name}", *reasons)
        if reasons:
            found.append(Suggestion(report.key, group.key, reasons, score))
    return tuple(sorted(found, key=lambda each: (-each.score, each.belongs))[:most])


def _names(authors: Sequence[str]) -> dict[str, str]:
    """family and first initial -> the family name as it is written, in the order of the authors."""
    names: dict[str, str] = {}
    for author in authors:
        family, _, given = author.partition(",")
        key = f"{default_process(family)} {default_process(given)[:1]}".strip()
        if key:
            names.setdefault(key, family.strip())
    return names


def _together(one: Sequence[str], other: Sequence[str]) -> list[str]:
    names, others = _names(one), _names(other)
    return [name for key, name in names.items() if key in others]


def _same_authors(same: int, one: Sequence[str], other: Sequence[str]) -> str:
    """That so many authors of two lists are the same, counted in the shorter list."""
    fewer, more = sorted((len(_names(one)), len(_names(other))))
    if same < fewer:
        return f"{same} of {fewer} authors {'is' if same == 1 else 'are'} the same"
    all_of = {1: "the only author", 2: "both authors"}.get(fewer, f"all {fewer} authors")
    if fewer == more:
        return f"{all_of} {'is' if fewer == 1 else 'are'} the same"
    return f"{all_of} of one {'is an author' if fewer == 1 else 'are authors'} of the other"


def _listed(names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
