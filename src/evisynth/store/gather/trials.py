"""Trials by registry number: which registrations and reports belong together, and whether the studies say so too."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evisynth.errors import Problem
from evisynth.reporting.findings import ReportRead, StudyOf, Trial, TrialRecord
from evisynth.search.duplicates import StudyLink, is_registration, study_links
from evisynth.search.normalise import registry_ids
from evisynth.search.record import Record
from evisynth.store.duplicates import Duplicates
from evisynth.store.gather.screening import Screened

FATES = {
    "included": "included", "excluded": "excluded in full text", "waiting": "waits for a decision in full text",
    "conflict": "in conflict in full text", "": "not retrieved",
}  # fmt: skip
FIRST_FATES = {
    "included": "included on title and abstract, not in reports.csv", "excluded": "excluded on title and abstract",
    "waiting": "waits for a decision on title and abstract", "conflict": "in conflict on title and abstract",
}  # fmt: skip


def trials_of(
    duplicates: Duplicates,
    screened: Screened,
    reports: Mapping[str, ReportRead],
    studies: Mapping[str, StudyOf],
) -> tuple[tuple[Trial, ...], tuple[Problem, ...]]:
    """The trials to which two publications belong, or a publication and a study; and what people should look at.

    A study has the numbers of its row in studies.csv and of the registrations that study_reports.csv gives it.
    """
    published = _with_numbers(duplicates)
    report_of = {report.record_keys[0]: report for report in reports.values()}
    claims = tuple(_claims(studies, reports.values()))
    links = study_links(published | {claim.name: claim.record for claim in claims})

    def told(name: str) -> TrialRecord:
        group, report = duplicates.group_of[name], report_of.get(name)
        first = screened.states["title-abstract"][group].state
        return TrialRecord(
            keys=duplicates.members[group],
            record=published[name],
            report=report.key if report else "",
            studies=report.studies if report else (),
            fate=_fate(report) if report else FIRST_FATES[first],
        )

    trials = []
    problems: list[Problem] = []
    for link in links:
        own = [claim for claim in claims if claim.name in link.reports]
        registrations = [told(name) for name in link.registrations]
        named_in = [told(name) for name in link.reports if name in published]
        if not registrations and not named_in:
            continue  # one number that two studies claim and no record has
        trial = _trial(link, registrations, named_in, own, studies)
        trials.append(trial)
        problems += (Problem("study_reports.csv", 0, trial.numbers[0], note) for note in trial.notes)
    return tuple(trials), tuple(problems)


def _fate(report: ReportRead) -> str:
    return "being sought" if report.being_sought else FATES[report.state]


def _with_numbers(duplicates: Duplicates) -> dict[str, Record]:
    """Each publication that can have registry numbers, by its first record, as one record."""
    return {
        keys[0]: duplicates.joined(group)
        for group, keys in duplicates.members.items()
        if any(
            record.registry_ids or is_registration(record)
            for record in (duplicates.records[key] for key in keys)
        )
    }


@dataclass(frozen=True, slots=True)
class _Claim:
    """That a study has a registry number, as a record that names it and nothing else."""

    study: str
    number: str
    registered: (
        bool  # it is the number of a registration that is linked to the study; else studies.csv says it
    )

    @property
    def name(self) -> str:
        return f"study {self.study} {self.number}"  # has blanks, as no key of a record has

    @property
    def record(self) -> Record:
        return Record(registry_ids=(self.number,))


def _claims(studies: Mapping[str, StudyOf], reports: Iterable[ReportRead]) -> Iterator[_Claim]:
    for study in studies.values():
        yield from (
            _Claim(study.key, number, registered=False) for number in registry_ids(study.registration)
        )
    for report in reports:
        if report.studies and is_registration(report.record):
            number = (*report.record.registry_ids, report.record.accession)[0]
            yield from (_Claim(study, number, registered=True) for study in report.studies)


def _trial(
    link: StudyLink,
    registrations: Sequence[TrialRecord],
    reports: Sequence[TrialRecord],
    claims: Sequence[_Claim],
    studies: Mapping[str, StudyOf],
) -> Trial:
    records = [*registrations, *reports]
    numbers = tuple(_as_written(number, records, claims) for number in link.numbers)
    linked = {study for record in records for study in record.studies} | {claim.study for claim in claims}
    found = tuple(key for key in studies if key in linked)
    return Trial(
        numbers=numbers,
        registrations=tuple(registrations),
        reports=tuple(reports),
        studies=found,
        notes=(*_not_linked(registrations, found, studies), *_in_two(records, claims, studies)),
    )


def _as_written(number: str, records: Iterable[TrialRecord], claims: Iterable[_Claim]) -> str:
    """A number as the records write it, the shortest way: nct01234567 as NCT01234567."""
    written = [of for record in records for of in (*record.record.registry_ids, record.record.accession)]
    written += [claim.number for claim in claims]
    same = [text for text in written if re.sub(r"[^a-z0-9]", "", text.lower()).startswith(number)]
    return min(same, key=lambda text: (len(text), text), default=number.upper())


def _not_linked(
    registrations: Iterable[TrialRecord], found: Sequence[str], studies: Mapping[str, StudyOf]
) -> Iterator[str]:
    """Registrations that belong to a study by number and that no study has."""
    names = " and ".join(studies[key].name for key in found)
    for record in registrations:
        if names and not record.studies:
            yield (f"the registration {record.keys[0]} belongs to {names} by its number, and study_reports.csv gives it "
                   f"to no study ({record.fate}).")  # fmt: skip


def _in_two(
    records: Iterable[TrialRecord], claims: Iterable[_Claim], studies: Mapping[str, StudyOf]
) -> Iterator[str]:
    """A trial whose records no study has in common."""
    given = [(record.report or record.keys[0], record.studies) for record in records if record.studies]
    given += [("the row in studies.csv", (claim.study,)) for claim in claims if not claim.registered]
    if given and not set.intersection(*(set(of) for _, of in given)):
        places = (f"{what} is of {' and '.join(studies[key].name for key in of)}" for what, of in given)
        yield f"{', '.join(places)}; the records of one trial are of one study, unless one of them only mentions it."
