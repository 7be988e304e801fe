"""Estimators of the between-study variance tau2."""

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import cochran_q
from evisynth.synthesis.measures.scale import Vector


def tau2_dersimonian_laird(yi: Vector, vi: Vector, centre: float | None = None) -> float:
    """Between-study variance tau2 by the DerSimonian-Laird moment estimator.

    Parameters
    ----------
    yi : (k,) effect estimates on the analysis scale, e.g. log risk ratios.
    vi : (k,) their sampling variances, in squared units of yi; all above 0.
    centre : what Q is measured from, on the analysis scale; by default the inverse-variance mean, as in the
        paper. RevMan 5 measures from the Mantel-Haenszel estimate when the studies are pooled by it.

    Returns
    -------
    tau2 in squared units of yi; 0 when Q is at most k - 1.

    Raises
    ------
    DataError : fewer than two studies, or a variance that is not positive.

    Source: DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    if len(yi) < 2:
        raise DataError(f"tau2 needs at least two studies; this analysis has {len(yi)}.")
    if not np.all(vi > 0):
        raise DataError(f"Study {np.argmin(vi) + 1}: variance {vi.min():g} is not positive.")
    wi = 1 / vi
    Q = cochran_q(yi, vi, centre)
    C = np.sum(wi) - np.sum(wi**2) / np.sum(wi)
    return max(0.0, float((Q - (len(yi) - 1)) / C))


TAU2_METHODS = {"DL": tau2_dersimonian_laird}
