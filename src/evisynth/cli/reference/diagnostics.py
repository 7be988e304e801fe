"""Diagnostics of a fit: leave-one-out, cumulative, influence, residuals, BLUPs, Baujat, VIF, GOSH, permutation tests.

Where the cases have no `then`, their tags name the function.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from evisynth.cli.reference.answer import After, Parts, Table, fields, same
from evisynth.cli.reference.case import Call, NotExpressible, named_in_note
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.result import COMMON
from evisynth.synthesis.sensitivity.baujat import baujat
from evisynth.synthesis.sensitivity.blup import blups
from evisynth.synthesis.sensitivity.cumulative import cumulative
from evisynth.synthesis.sensitivity.gosh import gosh
from evisynth.synthesis.sensitivity.influence import influence
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out
from evisynth.synthesis.sensitivity.permutation import permutation_test
from evisynth.synthesis.sensitivity.residuals import residuals
from evisynth.synthesis.sensitivity.subsets import Subsets


def _of_one(value: float, name: str) -> Callable[[Subsets], Vector]:
    """What metafor says of a single study (p = 1, I2 = 0, H2 = 1), about which we say nothing."""

    def output(found: Subsets) -> Vector:
        ours = name if found.whole.model == COMMON or name == "p_Q" else f"{name}_tau2"
        return np.where(found.k == 1, value, getattr(found, ours))

    return output


SUBSETS: Table = {
    **fields("se", "Q", "tau2", estimate="mu", zval="z", tval="z", pval="p", ci_lb="ci_low", ci_ub="ci_high"),
    "k": lambda found: np.arange(1, len(found) + 1),
    "Qp": _of_one(1.0, "p_Q"),
    "I2": _of_one(0.0, "I2"),
    "H2": _of_one(1.0, "H2"),
}
INFLUENCE = fields(
    "rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight", "dfbs", "is_infl"
)
BLUPS = fields(
    blup_pred="mu", blup_se="se", blup_pi_lb="pi_low", blup_pi_ub="pi_high", ranef_pred="u", ranef_se="se_u"
)
RESIDUALS = fields(
    "resid", "hat", rstandard_z="rstandard", rstandard_se="se", rstudent_resid="deleted", rstudent_z="rstudent",
    rstudent_se="se_deleted", weights_pct="weight",
)  # fmt: skip
PERMUTATION = fields(exact="arrangements", pval="p", QMp="p_QM", zval="z")


def precision(call: Call, fit: Any, name: str) -> Vector:
    """A measure of precision of the studies of a fit by R's name."""
    sizes: dict[str, Callable[[Vector], Vector]] = {
        "ninv": lambda n: 1 / n, "sqrtninv": lambda n: 1 / np.sqrt(n), "ni": lambda n: n, "sqrtni": np.sqrt,
    }  # fmt: skip
    if name in ("sei", "vi"):
        return np.asarray(np.sqrt(fit.vi) if name == "sei" else fit.vi, dtype=np.float64)
    if name in sizes:
        return np.asarray(sizes[name](np.asarray(call.column("ni"), dtype=np.float64)), dtype=np.float64)
    raise NotExpressible(f"precision {name}")


def _order(call: Call) -> Any:
    """The column in whose order studies are added."""
    name = named_in_note(call, r"in the order of column (\w+)")
    return None if name is None else call.column(name)


def _vif(after: After) -> Parts:
    if not isinstance(after.fit, MetaRegression):
        raise NotExpressible("vif() without moderators")
    return [({"vif": lambda found: list(found.vif().values())}, after.fit)]


def _gosh(after: After) -> Parts:
    """All subsets; where the case lists some of them by their number, those."""
    found, listed = gosh(after.fit), after.call.expect.get("mask")
    at = (
        np.arange(len(found)) if listed is None else np.array(listed, dtype=np.intp) - 1
    )  # they are in order from 1
    shares = np.nan_to_num(found.I2 if after.fit.model == COMMON else found.I2_tau2)
    table: Table = {
        "n_sets": len,
        "mask": lambda one: one.masks[at],
        "k": lambda one: one.k[at],
        "estimate": lambda one: one.mu[at],
        "I2": same(shares[at]),
        "QE": lambda one: one.Q[at],
        "tau2": lambda one: one.tau2[at],
        "mean_estimate": lambda one: np.mean(one.mu),
        "mean_I2": same(np.mean(shares)),
    }
    return [(table, found)]


STEPS: dict[str, Callable[[After], Parts]] = {
    "leave1out": lambda after: [(SUBSETS, leave_one_out(after.fit))],
    "cumul": lambda after: [(SUBSETS, cumulative(after.fit, by=_order(after.call)))],
    "influence": lambda after: [(INFLUENCE, influence(after.fit))],
    "blup": lambda after: [(BLUPS, blups(after.fit))],
    "residuals": lambda after: [(RESIDUALS, residuals(after.fit))],
    "baujat": lambda after: [(fields("x", "y"), baujat(after.fit))],
    "vif": _vif,
    "gosh": _gosh,
    "permutest": lambda after: [(PERMUTATION, permutation_test(after.fit))],
}
OF_COUNTS: dict[str, Callable[..., Parts]] = {
    "leave1out": lambda _, data, pool: [(SUBSETS, leave_one_out(data, pool))],
    "cumul": lambda call, data, pool: [(SUBSETS, cumulative(data, pool, by=_order(call)))],
}
