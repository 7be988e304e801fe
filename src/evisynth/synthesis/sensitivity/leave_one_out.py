"""Leave-one-out: what the result would be without each of its studies."""

from dataclasses import dataclass
from typing import overload

import numpy as np

from evisynth.cluster import Map
from evisynth.synthesis.grouping import Labels
from evisynth.synthesis.pooling.result import Pooled, need_two
from evisynth.synthesis.sensitivity.coefficients import LeaveOneOutCoefficients
from evisynth.synthesis.sensitivity.refit import Again, Table
from evisynth.synthesis.sensitivity.refits import MODELS, Fitted, check_no_cluster, coefficient_rows, units_of
from evisynth.synthesis.sensitivity.subsets import Subsets, of_subsets
from evisynth.synthesis.sensitivity.text import OfLeaveOneOut


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut(OfLeaveOneOut, Subsets):
    """The analysis without each study in turn, see `Subsets`; `studies` are those left out."""


@overload
def leave_one_out(what: Pooled | Table, again: Again | None = None) -> LeaveOneOut: ...
@overload
def leave_one_out(
    what: Fitted, again: None = None, *, cluster: Labels | str | None = None, run: Map = map
) -> LeaveOneOutCoefficients: ...
def leave_one_out(
    what: Pooled | Table | Fitted,
    again: Again | None = None,
    *,
    cluster: Labels | str | None = None,
    run: Map = map,
) -> LeaveOneOut | LeaveOneOutCoefficients:
    """Pool again without each study in turn, by the same method and test.

    Parameters
    ----------
    what : a result by inverse variance (pool, Peto, given weights), which knows how it was made; or a table of
        studies (TwoByTwo, TwoRates).
        Or a meta-regression, a GLMM or a multilevel model.
    again : with a table, how it is pooled: lambda some: pool_two_by_two(some, "OR", method="MH").
    cluster : of a model, what is left out at a time: (k,) labels of the rows, or the name of a random effect of a
        multilevel model. By default each study; in a multilevel model all effects with its name.
    run : fits the models, as the built-in `map`; see evisynth.cluster.

    Returns
    -------
    LeaveOneOut, one row a study. With a table it has a row for studies that cannot be pooled too (nobody had
    the event); leaving them out changes nothing. For a model LeaveOneOutCoefficients; what cannot be fitted without
    a study says so in `not_fitted`, and the other rows come.

    Raises
    ------
    DataError : a result that can only be made again from its table; fewer than two studies.

    Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11. R: metafor leave1out.
    """
    if isinstance(what, MODELS):
        units = units_of(what, cluster)
        present = ~np.eye(len(units.labels), dtype=np.bool_)
        return LeaveOneOutCoefficients(**coefficient_rows(what, units.rows(present), units.labels, run))
    check_no_cluster(cluster)
    k = len(what.studies)
    need_two(what.studies, ())
    return LeaveOneOut(**of_subsets(what, again, ~np.eye(k, dtype=np.bool_), what.studies))
