"""Harvest plots: a bar for each study, under the direction of what it found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.synthesis.without_pooling.directions import DIRECTIONS, Direction


@dataclass(frozen=True, slots=True)
class HarvestBar:
    """One study's bar: `height` above 0 (such as suitability of design, 1 to 3), `shade` names its colour or pattern
    (such as the risk of bias), `label` stands above it (such as the number of people).
    """

    study: str
    outcome: str
    direction: Direction
    height: float = 1.0
    shade: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class HarvestPlot:
    """Rows of outcomes, columns harm, mixed, benefit, and the bars in each, tallest first.

    panels : (outcome, direction) -> bars; all panels are there, empty ones too.
    """

    outcomes: tuple[str, ...]
    columns: tuple[Direction, ...]
    panels: dict[tuple[str, Direction], tuple[HarvestBar, ...]]
    shades: tuple[str, ...]
    tallest: float

    def count(self, outcome: str, direction: Direction) -> int:
        return len(self.panels[outcome, direction])

    def __str__(self) -> str:
        return "\n".join(
            f"{outcome}: " + ", ".join(f"{self.count(outcome, one)} {one}" for one in self.columns)
            for outcome in self.outcomes
        )


def harvest_plot(bars: Iterable[HarvestBar]) -> HarvestPlot:
    """Arrange the bars of a harvest plot.

    Raises
    ------
    DataError : no bar, an unknown direction, a height that is not above 0, a study twice for one outcome.

    Source: Ogilvie et al. 2008, doi:10.1186/1471-2288-8-8; Crowther et al. 2011, doi:10.1002/jrsm.37.
    """
    given = tuple(bars)
    if not given:
        raise DataError("A harvest plot needs at least one study.")
    for bar in given:
        if bar.direction not in DIRECTIONS:
            raise DataError(f"{bar.study}: direction {bar.direction!r}; {', '.join(DIRECTIONS)} are known.")
        if not bar.height > 0:
            raise DataError(f"{bar.study}: a bar of height {bar.height:g}; it must be above 0.")
    for (study, outcome), count in Counter((bar.study, bar.outcome) for bar in given).items():
        if count > 1:
            raise DataError(f"{study} has {count} bars for {outcome}; one is wanted.")
    outcomes = tuple(dict.fromkeys(bar.outcome for bar in given))
    columns: tuple[Direction, ...] = ("harm", "mixed", "benefit")
    panels = {
        (outcome, one): tuple(
            sorted(
                (bar for bar in given if (bar.outcome, bar.direction) == (outcome, one)),
                key=lambda bar: (-bar.height, bar.shade, bar.study),
            )
        )
        for outcome in outcomes
        for one in columns
    }
    shades = tuple(dict.fromkeys(bar.shade for bar in given if bar.shade))
    return HarvestPlot(outcomes, columns, panels, shades, max(bar.height for bar in given))
