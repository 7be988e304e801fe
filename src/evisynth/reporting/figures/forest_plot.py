"""What a forest plot shows, as plain values, and how its numbers are printed."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evisynth.errors import DataError
from evisynth.reporting.figures.forest_axis import effect_number

ForestKind = Literal[
    "studies", "leave-one-out", "cumulative"
]  # what a row is: a study, or the pooled effect ...


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study. Estimate and limits are on the scale that is shown: ratios, not their logs.

    An estimate of None: no effect can be estimated from the study. A weight of None: it is not pooled.
    `note` becomes a footnote, `judgements` are the study's risk of bias in the plot's domains. `group1` and `group2`
    are the texts under the plot's `heads`, in place of events and people.
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
    group1: tuple[str, ...] = ()
    group2: tuple[str, ...] = ()


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
    group1: tuple[str, ...] = ()
    group2: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForestGroup:
    """A subgroup: the next `k` of the plot's rows, with their own pooled result and lines under it, if any."""

    name: str
    k: int
    total: ForestTotal | None = None
    heterogeneity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForestColumn:
    """A further column of text: its heading, a cell for each study, and one for the total."""

    head: str
    cells: tuple[str, ...]
    total: str = ""


@dataclass(frozen=True, slots=True)
class ForestPlot:
    """What a forest plot shows. `total` of None: nothing is pooled and no diamond is drawn.

    `groups` divide the rows in their order; with none the studies stand in one list. `no_effect` is the value at
    which a line stands: usually 1 for ratios and 0 for others; None for measures that have none, whose axis then
    lies around the data.
    """

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
    groups: tuple[ForestGroup, ...] = ()
    columns: tuple[ForestColumn, ...] = ()
    no_effect: float | Literal["usual"] | None = "usual"
    rows_head: str = "Study or subgroup"
    total_label: str = ""  # by default "Total (95% CI)"
    kind: ForestKind = "studies"
    heads: tuple[
        str, ...
    ] = ()  # of the columns of each group, such as Mean, SD, Total; () for events and people

    @property
    def null(self) -> float | None:
        """The value of no effect, as shown."""
        if self.no_effect == "usual":
            return 1.0 if self.log_scale else 0.0
        return self.no_effect

    @property
    def total_words(self) -> str:
        return self.total_label or f"Total ({self.level} CI)"

    @property
    def parts(self) -> list[tuple["ForestGroup | None", range]]:
        """Each subgroup with the places of its rows; without subgroups all rows, of no group."""
        if not self.groups:
            return [(None, range(len(self.rows)))]
        ends = list(itertools.accumulate(group.k for group in self.groups))
        return [(group, range(end - group.k, end)) for group, end in zip(self.groups, ends, strict=True)]

    @property
    def totals(self) -> list[ForestTotal]:
        """Every pooled result that is drawn: of the subgroups, and of all."""
        found = [*(group.total for group in self.groups), self.total]
        return [total for total in found if total is not None]


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
    for row in plot.rows:
        if any(cells and len(cells) != len(plot.heads) for cells in (row.group1, row.group2)):
            raise DataError(
                f"Forest plot, {row.study}: the texts of a group do not fit the heads {plot.heads}."
            )
    for column in plot.columns:
        if len(column.cells) != len(plot.rows):
            raise DataError(
                f"Forest plot, column {column.head}: {len(column.cells)} cells for {len(plot.rows)} studies."
            )
    if plot.groups and sum(group.k for group in plot.groups) != len(plot.rows):
        sizes = " + ".join(str(group.k) for group in plot.groups)
        raise DataError(f"Forest plot: subgroups of {sizes} studies for {len(plot.rows)}; each is in one.")
    for group in plot.groups:
        if group.total is not None:
            _check_numbers(plot, group.name, group.total.estimate, group.total.ci_low, group.total.ci_high)
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
