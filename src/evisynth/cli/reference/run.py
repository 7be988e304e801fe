"""Runs stored cases through the mapping and counts what agrees, what does not, and what cannot be asked."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evisynth.cli.reference import conversions, counts, dependent, effects, meta_package, univariate
from evisynth.cli.reference.agreement import Disagreement, better_likelihood, compared, unexplained
from evisynth.cli.reference.answer import Answer
from evisynth.cli.reference.case import Call, NotExpressible, calls
from evisynth.errors import DataError

GAIN = 1e-7  # of the log likelihood: above it the stored numbers are from before the maximum

FUNCTIONS: dict[str, Callable[[Call], Answer]] = {
    "escalc": effects.escalc,
    "rma.uni": univariate.rma_uni,
    "rma": univariate.rma_uni,
    "fsn": univariate.fsn,
    "rma.mh": counts.rma_mh,
    "rma.peto": counts.rma_peto,
    "rma.glmm": counts.rma_glmm,
    "rma.mv": dependent.rma_mv,
    "vcalc": dependent.vcalc,
    "aggregate": dependent.aggregate,
    "conv.2x2": conversions.conv_2x2,
    "conv.wald": conversions.conv_wald,
    "conv.fivenum": conversions.conv_fivenum,
    **dict.fromkeys(meta_package.FUNCTIONS, meta_package.repeated),
}


@dataclass(slots=True)
class CaseResult:
    """One case: agrees, agrees by a better likelihood, disagrees, not expressible, or error."""

    id: str
    verdict: str
    reasons: list[str] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    worst: float = 0.0


@dataclass(slots=True)
class FamilyResult:
    """The cases of one family, and how long they took."""

    family: str
    cases: list[CaseResult] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, *verdicts: str) -> int:
        return sum(case.verdict in verdicts for case in self.cases)

    @property
    def worst(self) -> float:
        """The largest relative error of the cases that agree with the stored numbers."""
        return max((case.worst for case in self.cases if case.verdict == AGREES), default=0.0)

    def as_dict(self) -> dict[str, Any]:
        counted = {verdict: self.count(verdict) for verdict in VERDICTS}
        return {
            "family": self.family,
            "cases": len(self.cases),
            **counted,
            "worst_relative_error": self.worst,
            "seconds": self.seconds,
            "results": [asdict(case) for case in self.cases],
        }


AGREES, BETTER, DISAGREES = "agrees", "better likelihood", "disagrees"
NOT_EXPRESSIBLE, ERROR = "not expressible", "error"
VERDICTS = (AGREES, BETTER, DISAGREES, NOT_EXPRESSIBLE, ERROR)


def run_folder(folder: Path, families: Iterable[str] = ()) -> list[FamilyResult]:
    """Every case of every JSON file of a folder; a DataError where there is none."""
    paths = sorted(folder.glob("*.json"))
    wanted = set(families)
    if not paths:
        raise DataError(f"{folder}: no JSON file of reference numbers is there.")
    found: dict[str, FamilyResult] = {}
    for path in paths:
        if wanted and path.stem not in wanted:
            continue
        for call in calls(path):
            start = time.perf_counter()
            result = found.setdefault(call.family, FamilyResult(call.family))
            result.cases.append(run_case(call))
            result.seconds += time.perf_counter() - start
    if not found:
        known = ", ".join(path.stem for path in paths)
        raise DataError(f"{folder}: no family {' or '.join(sorted(wanted))}; there are {known}.")
    return list(found.values())


def run_case(call: Call) -> CaseResult:
    """One case, whatever happens to it."""
    try:
        if call.fn not in FUNCTIONS:
            raise NotExpressible(f"function {call.fn}()")
        answer = FUNCTIONS[call.fn](call)
        call.close()
        return _judged(call, answer)
    except NotExpressible as reason:
        return CaseResult(call.id, NOT_EXPRESSIBLE, [str(reason)])
    except DataError as error:
        return CaseResult(call.id, ERROR, [str(error)])
    except Exception as error:  # noqa: BLE001 - a fault of ours is reported beside the others and stops nothing
        return CaseResult(call.id, ERROR, [f"{type(error).__name__}: {error}"])


def _judged(call: Call, answer: Answer) -> CaseResult:
    rtol, atol = float(call.case.get("rtol", 1e-8)), float(call.case.get("atol", 0.0))
    result = CaseResult(call.id, AGREES)
    for name, want in call.expect.items():
        try:
            got = answer.output(name)
        except NotExpressible as reason:
            result.reasons.append(str(reason))
            continue
        error, wrong = compared(name, got, answer.wanted(name, want), rtol=rtol, atol=atol)
        if wrong is None:
            result.worst = max(result.worst, error)
        else:
            result.disagreements.append(wrong)
    if result.disagreements:
        result.verdict = DISAGREES
        gain = better_likelihood(answer.output("ll"), call.expect) if answer.by_likelihood else None
        if gain is not None and gain > GAIN:
            _by_likelihood(result, call, answer, gain, {"rtol": rtol, "atol": atol})
        elif call.note:
            result.reasons.append(f"its note: {call.note}")
    elif result.reasons:
        result.verdict = NOT_EXPRESSIBLE
    return result


def _by_likelihood(
    result: CaseResult, call: Call, answer: Answer, gain: float, tolerance: dict[str, float]
) -> None:
    """A higher log likelihood is an answer to a difference only if it explains how far the estimates lie apart."""
    result.reasons.append(f"the log likelihood is {gain:.3g} higher than the stored one")
    further = unexplained(answer.output, call.expect, gain, **tolerance)
    if further:
        result.reasons.append(f"which does not explain {', '.join(further)}")
    else:
        result.verdict = BETTER
