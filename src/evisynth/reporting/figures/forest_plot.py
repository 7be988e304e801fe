"""What a forest plot shows, as plain values, and how its numbers are printed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.reporting.figures.forest_axis import effect_number


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study. Estimate and limits are on the scale that is shown: ratios, not their logs.

    An estimate of None: no effect can be estimated from the study. A weight of None: it is not pooled.
    `note` becomes a footnote, `judgements` are the study's risk of bias in the plot's domains.
    """

    study: str
    events1: int | None
    n1: int | None
    events2: int | None
    n2: int | None
    weight_percent: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    href: str = ""
    note: str = ""
    judgements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForestTotal:
    """The pooled result, on the scale that is shown."""

    events1: int | None
    n1: int | None
    events2: int | None
    n2: int | None
    estimate: float
    ci_low: float
    ci_high: float
    prediction_low: float | None = None
    prediction_high: float | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class ForestPlot:
    """What a forest plot shows. `total` of None: nothing is pooled and no diamond is drawn."""

    title: str
    group1: str
    group2: str
    measure: str  # "Risk ratio"
    method: str  # "M-H, common effect, 95% CI"
    rows: tuple[ForestRow, ...]
    total: ForestTotal | None = None
    log_scale: bool = True
    heterogeneity: tuple[str, ...] = ()  # lines under the total: heterogeneity, test for overall effect
    favours_left: str = ""
    favours_right: str = ""
    notes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()  # of risk of bias, in full; shown as columns A, B, C ... beside the plot
    level: str = "95%"


def check(plot: ForestPlot) -> None:
    """DataError when the plot cannot be drawn as it stands."""
    if not plot.rows:
        raise DataError(f'Forest plot "{plot.title}": there is no study to show.')
    for row in plot.rows:
        _check_numbers(plot, row.study, row.estimate, row.ci_low, row.ci_high)
        if plot.domains and row.judgements and len(row.judgements) != len(plot.domains):
            raise DataError(
                f"Forest plot, {row.study}: {len(row.judgements)} judgements for {len(plot.domains)} domains "
                "of risk of bias. Give one for each domain, or none at all.",
            )
    if plot.total is not None:
        _check_numbers(plot, "total", plot.total.estimate, plot.total.ci_low, plot.total.ci_high)


def _check_numbers(
    plot: ForestPlot, where: str, estimate: float | None, low: float | None, high: float | None
) -> None:
    if estimate is None:
        return
    if low is None or high is None:
        raise DataError(f"Forest plot, {where}: the estimate {estimate:g} needs both limits of its interval.")
    if not low <= estimate <= high:
        raise DataError(
            f"Forest plot, {where}: the estimate {estimate:g} is not between {low:g} and {high:g}."
        )
    if plot.log_scale and (estimate <= 0 or low < 0 or math.isinf(estimate)):
        raise DataError(
            f"Forest plot, {where}: {estimate:g} ({low:g} to {high:g}) cannot stand on an axis of ratios. "
            "Give ratios above 0, not their logs.",
        )


def effect_text(estimate: float | None, low: float | None, high: float | None) -> str:
    """An estimate and its interval as printed in the plot; "Not estimable" where there is none."""
    if estimate is None or low is None or high is None:
        return "Not estimable"
    return f"{effect_number(estimate)} [{effect_number(low)}, {effect_number(high)}]"


def numbered_notes(rows: Sequence[ForestRow]) -> dict[str, int]:
    """The footnotes of the studies, numbered as they first appear; equal notes share a number."""
    notes = dict.fromkeys(row.note for row in rows if row.note)
    return {note: number for number, note in enumerate(notes, start=1)}
