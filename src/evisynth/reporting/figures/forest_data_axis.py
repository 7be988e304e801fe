"""The axis of a forest plot that lies around its data, not around no effect: as metafor's, and for proportions."""

import math
from collections.abc import Sequence

import numpy as np

from evisynth.reporting.figures.forest_axis import Axis, choose_axis
from evisynth.reporting.figures.forest_plot import ForestPlot
from evisynth.reporting.figures.scales import Scale, padded, ticks_across

REACH = 2.0  # an interval is cut when it goes on further than this beyond all estimates, in spreads of these


def axis_of(plot: ForestPlot, left: float, right: float, *, around_data: bool = False) -> Axis:
    """The axis of a plot between two points: even around no effect, or around the data when there is none."""
    estimates = [row.estimate for row in plot.rows if row.estimate is not None]
    limits = [end for row in plot.rows for end in (row.ci_low, row.ci_high) if end is not None]
    for total in plot.totals:
        estimates.append(total.estimate)
        limits += [total.ci_low, total.ci_high]
    if plot.no_effect == "usual" and not around_data:
        return choose_axis(estimates, limits, log_scale=plot.log_scale, left=left, right=right)
    return data_axis(estimates, limits, log_scale=plot.log_scale, left=left, right=right, no_effect=plot.null)


def data_axis(
    estimates: Sequence[float],
    limits: Sequence[float],
    *,
    log_scale: bool,
    left: float,
    right: float,
    no_effect: float | None,
) -> Axis:
    """An axis that holds no effect and every estimate, and the limits that are not far from these.

    Ends are where the data end, not at a tick. An interval that goes on further than the estimates spread gets
    an arrow, so that one wide interval does not squeeze all others.
    """
    points = _scaled(estimates, log_scale=log_scale)
    ends = _scaled(limits, log_scale=log_scale)
    must = [*points, *([] if no_effect is None else _scaled([no_effect], log_scale=log_scale))]
    if not must:
        must = [0.0, 1.0]
    lengths = [b - a for a, b in zip(ends[::2], ends[1::2], strict=False)]
    spread = max(max(must) - min(must), float(np.median(lengths)) if lengths else 0.0) * REACH
    inside = [end for end in ends if min(must) - spread <= end <= max(must) + spread]
    far = [min(max(end, min(must) - spread), max(must) + spread) for end in ends]
    low, high = padded([*must, *inside, *far], 0.03)
    ticks = ticks_across(Scale("", low, high, log=log_scale), right - left)
    turn = math.exp if log_scale else float
    return Axis(
        log_scale=log_scale,
        low=turn(low),
        high=turn(high),
        ticks=tuple(turn(tick.at) for tick in ticks),
        left=left,
        right=right,
        no_effect=no_effect,
    )


def _scaled(values: Sequence[float], *, log_scale: bool) -> list[float]:
    """The finite values on the axis's own scale; a ratio of 0 is as far as it goes and is left out."""
    if log_scale:
        return [math.log(value) for value in values if 0 < value < math.inf]
    return [value for value in values if math.isfinite(value)]
