"""Whether an output agrees with the stored one: |got - want| <= atol + rtol |want|, element by element."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evisynth.cli.reference.case import MISSING, number


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One output of one case. error is relative; got and want are shortened for show."""

    output: str
    got: str
    want: str
    error: float

    def __str__(self) -> str:
        return f"{self.output}: {self.got} where R has {self.want}"


def compared(
    output: str, got: Any, want: Any, *, rtol: float, atol: float
) -> tuple[float, Disagreement | None]:
    """The largest relative error of an output, and where it disagrees.

    An error is relative to |want|, but to no less than atol / rtol. What R has as NA agrees with nothing but NaN or None.
    """
    if _is_text(want):
        have, told = _texts(got), _texts(want)
        return (
            (0.0, None)
            if have == told
            else (np.inf, Disagreement(output, _shown(have), _shown(told), np.inf))
        )
    theirs, ours = _numbers(want), _numbers(got)
    if theirs.shape != ours.shape:
        return np.inf, Disagreement(output, _shown(ours), _shown(theirs), np.inf)
    with np.errstate(invalid="ignore"):
        distance = np.where(ours == theirs, 0.0, np.abs(ours - theirs))
        distance = np.where(np.isnan(ours) & np.isnan(theirs), 0.0, distance)
        distance = np.where(np.isnan(distance), np.inf, distance)
        size = np.nan_to_num(np.abs(theirs), nan=0.0, posinf=1.0)
        near = distance <= atol + rtol * size
        floor = atol / rtol if rtol > 0 else max(atol, 1e-300)
        errors = distance / np.maximum(size, max(floor, 1e-300))
    worst = float(np.max(errors, initial=0.0))
    if np.all(near):
        return worst, None
    at = int(np.argmax(np.where(near, -1.0, errors)))
    where = output if theirs.size == 1 else f"{output}[{at + 1}]"
    return worst, Disagreement(where, f"{ours[at]:.10g}", f"{theirs[at]:.10g}", float(errors[at]))


def better_likelihood(got: Any, want: Mapping[str, Any]) -> float | None:
    """How much higher our log likelihood is than the stored one; None where one of them has none."""
    if "ll" not in want or got is None:
        return None
    gain = float(_numbers(got)[0] - _numbers(want["ll"])[0])
    return gain if np.isfinite(gain) else None


PARAMETERS = {
    "b": "se",
    "tau2": "se_tau2",
    "delta": "se_delta",
    "alpha": "se_alpha",
}  # with their standard errors
CURVED = 1.25  # the log likelihood is not quite a parabola


def unexplained(
    got: Callable[[str], Any], want: Mapping[str, Any], gain: float, *, rtol: float, atol: float
) -> list[str]:
    """The parameters that are further from the stored ones than a log likelihood higher by `gain` explains.

    Near a maximum a parameter is within sqrt(2 gain) standard errors of it, whatever the others are. Parameters without
    a standard error of ours cannot be judged so, nor can what follows from second derivatives.
    """
    found = []
    for name in [name for name in PARAMETERS if name in want and PARAMETERS[name] in want]:
        ours, theirs, se = _numbers(got(name)), _numbers(want[name]), _numbers(got(PARAMETERS[name]))
        if not ours.shape == theirs.shape == se.shape:
            found.append(name)
            continue
        allowed = np.maximum(atol + rtol * np.abs(theirs), CURVED * np.sqrt(2 * gain) * np.nan_to_num(se))
        judged = np.isfinite(se) | np.isnan(theirs)
        if np.any(judged & ~(np.abs(ours - theirs) <= allowed)):
            found.append(name)
    return found


def _numbers(value: Any) -> NDArray[np.float64]:
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.astype(np.float64).ravel()
    return np.array([number(one) for one in _flat(value)], dtype=np.float64)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return _flat(value.tolist())
    if isinstance(value, list | tuple):
        return [one for part in value for one in _flat(part)]
    return [value]


def _is_text(value: Any) -> bool:
    flat = _flat(value)
    known = (*MISSING, "Inf", "-Inf")
    return any(isinstance(one, str) and one not in known for one in flat)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in _flat(value)]


def _shown(values: Any) -> str:
    listed = [f"{one:.6g}" if isinstance(one, float) else str(one) for one in list(values)]
    return ", ".join(listed[:4]) + (f", ... ({len(listed)} values)" if len(listed) > 4 else "") or "nothing"
