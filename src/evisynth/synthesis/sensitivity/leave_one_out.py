"""Leave-one-out: what the result would be without each of its studies."""

from dataclasses import dataclass

import numpy as np

from evisynth.synthesis.pooling.result import Pooled, need_two
from evisynth.synthesis.sensitivity.refit import Again, Table
from evisynth.synthesis.sensitivity.subsets import Subsets, of_subsets


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut(Subsets):
    """The analysis without each study in turn, see `Subsets`; `studies` are those left out."""

    @property
    def _title(self) -> str:
        return "Leave-one-out"

    @property
    def _first(self) -> str:
        return "without"


def leave_one_out(what: Pooled | Table, again: Again | None = None) -> LeaveOneOut:
    """Pool again without each study in turn, by the same method and test.

    Parameters
    ----------
    what : a result by inverse variance (pool, Peto, given weights), which knows how it was made; or a table of
        studies (TwoByTwo, TwoRates).
    again : with a table, how it is pooled: lambda some: pool_two_by_two(some, "OR", method="MH").

    Returns
    -------
    LeaveOneOut, one row a study. With a table it has a row for studies that cannot be pooled too (nobody had
    the event); leaving them out changes nothing.

    Raises
    ------
    DataError : a result that can only be made again from its table; fewer than two studies.

    Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11. R: metafor leave1out.
    """
    k = len(what.studies)
    need_two(what.studies, ())
    return LeaveOneOut(**of_subsets(what, again, ~np.eye(k, dtype=np.bool_), what.studies))
