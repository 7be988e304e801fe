"""Judgements on the domains of an appraisal tool, whatever the tool.

A tool is a list of domains and of allowed judgements. An assessor gives, for a study (and an outcome where a
domain may repeat), a judgement with its support. Two assessors who differ have a conflict, settled
by consensus.
"""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evisynth.errors import DataError


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain of a tool.

    label    : as tables and figures print it.
    concerns : the bias it looks for.
    help     : what to look for, in questions.
    repeats  : whether it may be judged for each outcome (or group of outcomes) separately.
    """

    id: str
    label: str
    concerns: str
    help: str
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """An appraisal tool: its domains in order, and its judgements from best to worst.

    `colours` and `symbols` are those of its traffic lights; `words` is how a judgement reads in a sentence.
    """

    id: str
    name: str
    source: str
    domains: tuple[Domain, ...]
    judgements: tuple[str, ...]
    words: Mapping[str, str]
    symbols: Mapping[str, str]

    def domain(self, name: str) -> Domain:
        """The domain of this id; a DataError that offers the nearest one when there is none."""
        for domain in self.domains:
            if domain.id == name:
                return domain
        ids = [domain.id for domain in self.domains]
        raise DataError(f"{self.name} has no domain {name!r}.{_nearest(name, ids)}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judgement on one domain of one study. `outcome` is "" for the study as a whole."""

    study: str
    domain: str
    judgement: str
    support: str
    outcome: str = ""
    person: str = ""


def check_judgement(tool: Tool, given: Judgement) -> list[str]:
    """What is wrong with a judgement, one message each; [] when nothing is."""
    where = f"{given.study}, {given.domain}" + (f", {given.outcome}" if given.outcome else "")
    try:
        domain = tool.domain(given.domain)
    except DataError as error:
        return [f"{given.study}: {error}"]
    messages = []
    if given.judgement not in tool.judgements:
        hint = _nearest(given.judgement, tool.judgements)
        messages.append(f"{where}: judgement {given.judgement!r} is not one of {tool.name}.{hint}")
    if not given.support.strip():
        messages.append(
            f"{where}: a judgement needs its support: what the report says, or that it says nothing."
        )
    if given.outcome and not domain.repeats:
        messages.append(f"{where}: this domain is judged once for the study; leave the outcome empty.")
    return messages


def judgement_for(
    judgements: Sequence[Judgement], study: str, domain: str, outcome: str = ""
) -> Judgement | None:
    """The judgement that holds for an outcome: its own if there is one, otherwise that of the whole study.

    Pass one set of judgements (the consensus, or one person's). Raises DataError when two stand in one place.
    """
    for place in dict.fromkeys((outcome, "")):
        found = [
            given
            for given in judgements
            if (given.study, given.domain, given.outcome) == (study, domain, place)
        ]
        if len(found) > 1:
            raise DataError(f"{study}, {domain}: {len(found)} judgements in one place; one person gives one.")
        if found:
            return found[0]
    return None


def study_summary(
    tool: Tool,
    judgements: Sequence[Judgement],
    study: str,
    outcome: str = "",
    key_domains: Sequence[str] = (),
) -> str | None:
    """One judgement for a study (for an outcome), over its key domains; None while one of them is not judged.

    The rule: a study is as good as its worst key domain. For RoB 1, any high makes it high, otherwise any
    unclear makes it unclear, otherwise it is low. `key_domains` are those that the protocol names; all of the
    tool's when it names none.
    """
    domains = [tool.domain(name).id for name in key_domains] or [domain.id for domain in tool.domains]
    worst = 0
    for domain in domains:
        given = judgement_for(judgements, study, domain, outcome)
        if given is None:
            return None
        if given.judgement not in tool.judgements:
            raise DataError(" ".join(check_judgement(tool, given)))
        worst = max(worst, tool.judgements.index(given.judgement))
    return tool.judgements[worst]


@dataclass(frozen=True, slots=True)
class DomainShares:
    """How the studies were judged on one domain: counts by judgement, best first, and the missing."""

    domain: Domain
    counts: Mapping[str, int]
    missing: int

    @property
    def shares(self) -> dict[str, float]:
        """Percent of the judged studies, together 100; all 0 when none is judged."""
        judged = sum(self.counts.values())
        return {name: 100 * count / judged if judged else 0.0 for name, count in self.counts.items()}


def domain_shares(
    tool: Tool, judgements: Sequence[Judgement], studies: Sequence[str], outcome: str = ""
) -> tuple[DomainShares, ...]:
    """For each domain in the tool's order, how many of the studies have each judgement (for an outcome)."""
    rows = []
    for domain in tool.domains:
        given = [judgement_for(judgements, study, domain.id, outcome) for study in studies]
        found = Counter(one.judgement for one in given if one is not None)
        strange = sorted(set(found) - set(tool.judgements))
        if strange:
            known = ", ".join(tool.judgements)
            raise DataError(f"{domain.label}: judgement {strange[0]!r} is not known; known are {known}.")
        rows.append(DomainShares(domain, {name: found[name] for name in tool.judgements}, given.count(None)))
    return tuple(rows)


def conflicts(
    first: Sequence[Judgement], second: Sequence[Judgement]
) -> tuple[tuple[Judgement, Judgement], ...]:
    """The places that both assessors judged, and differently. Support in other words is not a conflict."""
    places = {(given.study, given.domain, given.outcome): given for given in second}
    pairs = ((given, places.get((given.study, given.domain, given.outcome))) for given in first)
    return tuple(
        (one, other) for one, other in pairs if other is not None and one.judgement != other.judgement
    )


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {near[0]!r}?" if near else f" Known are {', '.join(known)}."
