"""Trials in registries and the reports that name their numbers: one study, but never one record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evisynth.search.duplicates.keys import is_registration, registry_numbers
from evisynth.search.duplicates.sets import Sets
from evisynth.search.record import Record

# A report that names more trials than this reviews them; it does not report one.
MOST_TRIALS = 3


@dataclass(frozen=True, slots=True)
class StudyLink:
    """Records of one trial: its registrations and the reports that name one of its numbers, each sorted.

    `numbers` are written without blanks and hyphens in lower case: nct01234567.
    """

    numbers: tuple[str, ...]
    registrations: tuple[str, ...]
    reports: tuple[str, ...]


def study_links(records: Mapping[str, Record]) -> tuple[StudyLink, ...]:
    """The trials that two or more of the records belong to, by registry number.

    A registration makes all its numbers (of several registries) one trial; a report does not, since it may
    name two trials, and is then linked to both. Give one record a group, or several links repeat the group.
    """
    numbers_of: dict[str, tuple[str, ...]] = {}
    registered: set[str] = set()
    trials = Sets()
    for name in sorted(records):
        registration = is_registration(records[name])
        numbers = registry_numbers(records[name], registration=registration)
        numbers_of[name] = numbers
        if registration:
            registered.add(name)
            for number in numbers[1:]:
                trials.join(numbers[0], number)
    members: dict[str, dict[str, None]] = {}
    for name, numbers in numbers_of.items():
        roots = dict.fromkeys(trials.root(number) for number in numbers)
        if name in registered or len(roots) <= MOST_TRIALS:
            for root in roots:
                members.setdefault(root, {})[name] = None
    links = (as_link(trials.of(root), names, registered) for root, names in members.items() if len(names) > 1)
    return tuple(sorted(links, key=lambda link: link.numbers))


def as_link(numbers: Iterable[str], names: Iterable[str], registered: set[str]) -> StudyLink:
    names = sorted(names)
    return StudyLink(
        numbers=tuple(sorted(numbers)),
        registrations=tuple(name for name in names if name in registered),
        reports=tuple(name for name in names if name not in registered),
    )
