"""Whether two records are one publication: named vetoes first, then a doubt, then named rules."""

from typing import NamedTuple

from evisynth.search.duplicates.evidence import SAME, Evidence
from evisynth.search.duplicates.rules import RULES
from evisynth.search.duplicates.vetoes import VETOES


class Verdict(NamedTuple):
    """Merge, or do not; the reason that decided ("" where no rule applied) and the score.

    `vetoed` tells two publications from two records on which too little is known.
    """

    merge: bool
    reason: str
    score: float
    vetoed: bool = False


def verdict(evidence: Evidence) -> Verdict:
    """The first veto that holds decides, then the first rule that holds; otherwise the records stay apart."""
    for veto in VETOES:
        if reason := veto(evidence):
            return Verdict(merge=False, reason=reason, score=evidence.score, vetoed=True)
    if reason := serial_without_place(evidence):
        return Verdict(merge=False, reason=reason, score=evidence.score)
    for rule in RULES:
        if reason := rule(evidence):
            return Verdict(merge=True, reason=reason, score=evidence.score)
    return Verdict(merge=False, reason="", score=evidence.score)


def serial_without_place(e: Evidence) -> str:
    """No veto, since nothing differs, but no merge: "Editorial" says nothing until the place is known."""
    if not (e.a.serial or e.b.serial) or e.one_number:
        return ""
    known = (e.journal, e.volume, e.issue, e.page).count(SAME) >= 3 or e.volume == e.page == SAME
    return "" if known else "a title that many texts share, without the same place"
