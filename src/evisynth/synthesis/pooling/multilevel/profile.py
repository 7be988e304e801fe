"""Confidence limits of variance components, from the profile of the likelihood."""

import numpy as np
from scipy.special import chdtri

from evisynth.errors import DataError
from evisynth.synthesis.maximise import Box, maximise
from evisynth.synthesis.pooling.multilevel.likelihood import Likelihood
from evisynth.synthesis.pooling.multilevel.result import MultilevelFit, StructureFit
from evisynth.synthesis.pooling.multilevel.structures import NO_CORRELATION, ONE_VARIANCE, Shape
from evisynth.synthesis.pooling.result import critical_value

DOUBLINGS = 60


def profile_limits(
    fit: MultilevelFit, component: str, *, of: object = None, level: float | None = None
) -> tuple[float, float]:
    """Confidence limits of one variance or correlation: the values whose likelihood is not much lower.

    For each value all other components are fitted again; the limits are where twice the log likelihood has
    fallen by the chi-square quantile with 1 degree of freedom. Where it does not fall so far before the end of
    the range (0 for a variance, -1 or 1 for a correlation) that end is the limit.

    Parameters
    ----------
    fit : a fitted model.
    component : the name of a nested term ("study"), or "tau2", "rho", "gamma2", "phi".
    of : the level whose tau2 or gamma2 is meant, where each level has its own.
    level : of confidence; by default that of the fit.

    Raises
    ------
    DataError : no such component, a structure whose components have no limits here (UN of three levels or
        more), or a likelihood that never falls.

    Source: Hardy & Thompson 1996, doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A;
        Viechtbauer 2007, doi:10.1002/sim.2514.
    """
    place, squared = _place(fit, component, of)
    wanted = fit.level if level is None else level
    critical_value(wanted)
    profile = _Profile(fit, place, float(chdtri(1, 1 - wanted)) / 2)
    low, high = profile.limit(-1), profile.limit(1)
    return (low**2, high**2) if squared else (low, high)


class _Profile:
    """The log likelihood as a function of one parameter, the others at their best."""

    def __init__(self, fit: MultilevelFit, place: int, fall: float) -> None:
        structures = tuple(one.term for one in fit.structures)
        self.likelihood = Likelihood(
            fit.yi, fit.X, fit.V, fit.groups, structures, restricted=fit.method == "REML"
        )
        self.box, self.place, self.fall = self.likelihood.box(), place, fall
        self.best, self.top = (
            np.concatenate((list(fit.sigma2.values()), *(one.parameters for one in fit.structures))),
            fit.ll,
        )
        self.nearest = self.best

    def drop(self, value: float) -> float:
        """How far below the limit's height the profile is at this value; 0 at the limit."""
        fixed = np.arange(len(self.best)) == self.place
        start = np.where(fixed, value, self.nearest)
        low, high = (np.where(fixed, value, one) for one in (self.box.low, self.box.high))
        found = maximise(self.likelihood, start, Box(low, high, self.box.scale), gain=1e-11)
        self.nearest = found.x
        return self.top - found.value - self.fall

    def limit(self, side: int) -> float:
        """The limit below (-1) or above (1) the estimate."""
        from scipy.optimize import brentq  # noqa: PLC0415 - it takes longer to load than a fit takes

        self.nearest = self.best
        inside = float(self.best[self.place])
        end = float((self.box.low if side < 0 else self.box.high)[self.place])
        outside = end if np.isfinite(end) else self._far(inside, side)
        if outside == inside or self.drop(outside) < 0:
            return outside
        self.nearest = self.best
        scale = max(abs(inside), float(self.box.scale[self.place]))
        return float(brentq(self.drop, inside, outside, xtol=1e-11 * scale, rtol=1e-11))

    def _far(self, inside: float, side: int) -> float:
        step = max(abs(inside), float(self.box.scale[self.place]))
        for _ in range(DOUBLINGS):
            if self.drop(inside + side * step) >= 0:
                return inside + side * step
            step *= 2
        raise DataError(
            "The likelihood does not fall however large this component is; it has no upper limit."
        )


def _place(fit: MultilevelFit, component: str, of: object) -> tuple[int, bool]:
    """The place of a component among the parameters, and whether the parameter is its square root."""
    names = list(fit.sigma2)
    if component in names:
        return names.index(component), False
    start = len(names)
    for one, (variance, correlation) in zip(
        fit.structures, (("tau2", "rho"), ("gamma2", "phi")), strict=False
    ):
        count = Shape(one.term).count
        if component in (variance, correlation):
            return _place_in(one, component == correlation, of, start, count)
        start += count
    known = [*names, *(name for name, _ in zip(("tau2, rho", "gamma2, phi"), fit.structures, strict=False))]
    raise DataError(f"The model has no component {component!r}; it has {', '.join(known) or 'none'}.")


def _place_in(one: StructureFit, is_rho: bool, of: object, start: int, count: int) -> tuple[int, bool]:
    struct, q = one.struct, one.term.q
    if struct == "UN" and q > 2:
        raise DataError("Limits of the components of UN with three levels or more are not available.")
    if is_rho:
        if struct in NO_CORRELATION:
            raise DataError(f"{struct} has no correlation.")
        return start + count - 1, False
    if struct in ONE_VARIANCE:
        return start, False
    if of not in one.levels:
        levels = ", ".join(map(str, one.levels))
        raise DataError(f"Each level has its own variance: say of which of {levels}; {of!r} is none of them.")
    return start + one.levels.index(of), struct != "DIAG"
