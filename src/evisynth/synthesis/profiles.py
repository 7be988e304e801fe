"""Profiles: the named arithmetic of programs that people compare their numbers with.

The same table and the same method give other third digits in other programs, because each treats zero cells
and the centre of Q in its own way. A profile says so in one place, and is printed with every result.
"""

import difflib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import (
    NO_CORRECTION,
    ONLY_ZERO,
    Cells,
    StudyEffects,
    TwoByTwo,
    ZeroCells,
    corrected_cells,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One program's arithmetic for two-by-two tables.

    study_zero_cells    : the rule for each study's own effect and variance.
    pooling_zero_cells  : the rule for the cells that enter the Mantel-Haenszel sums.
    uninformative_left_out : the measures for which a study with no events, or with events in everyone, has no
                          effect of its own.
    rd_estimate_corrected : whether the rule also moves a study's risk difference, or its variance alone.
    rd_variance         : the variance of the Mantel-Haenszel risk difference.
    tau2_centre         : what Q is measured from inside the tau2 of Mantel-Haenszel results.
    rr_corrects_nonevents : whether the rule adds to the people without event of a risk ratio too, so that a
                          group grows by twice the value; otherwise it grows by the value.
    tau2_method         : the program's own choice of estimator of tau2.
    tests               : the tests and intervals of random effects it offers, its own choice first.
    Q_centre            : what the Q of a common effect by Mantel-Haenszel is measured from.
    I2_from             : whether the I2 it prints is that of Q, or that of tau2 and the typical variance.
    """

    id: str
    title: str
    description: str
    study_zero_cells: ZeroCells
    pooling_zero_cells: ZeroCells
    uninformative_left_out: frozenset[str]
    rd_estimate_corrected: bool
    rd_variance: Literal["Greenland-Robins", "Sato"]
    tau2_centre: Literal["Mantel-Haenszel", "inverse variance"]
    rr_corrects_nonevents: bool = True
    tau2_method: str = "DL"
    tests: tuple[str, ...] = ("z",)
    Q_centre: Literal["Mantel-Haenszel", "inverse variance"] = "Mantel-Haenszel"
    I2_from: Literal["Q", "tau2"] = "Q"

    def __str__(self) -> str:
        return f"{self.title}: {self.description}"

    def study_effects(self, table: TwoByTwo, measure: str) -> StudyEffects:
        """Each study's effect and variance on the analysis scale, in the table's order."""
        keep = measure_named(measure).id not in self.uninformative_left_out
        if measure == "RR":
            effects = log_risk_ratio(table, self.study_zero_cells, uninformative=keep)
            return effects if self.rr_corrects_nonevents else self._events_alone(table, effects)
        if measure == "OR":
            return log_odds_ratio(table, self.study_zero_cells, uninformative=keep)
        if measure == "RD":
            return risk_difference(
                table,
                self.study_zero_cells,
                uninformative=keep,
                correct_estimate=self.rd_estimate_corrected,
            )
        raise DataError(f"Two-by-two tables give RR, OR or RD, not {measure}.")

    def pooling_cells(self, table: TwoByTwo, measure: str) -> Cells:
        """The cells that enter the Mantel-Haenszel sums."""
        cells, _ = corrected_cells(table, self.pooling_zero_cells)
        if measure == "RR" and not self.rr_corrects_nonevents:
            return Cells(cells.a, table.cells.b, cells.c, table.cells.d)
        return cells

    @property
    def measures_q_from_mh(self) -> bool:
        """Whether the Q of a common effect by Mantel-Haenszel is measured from it: also where tau2 would be."""
        centred = self.tau2_centre == "Mantel-Haenszel" and self.tau2_method == "DL"
        return centred or self.Q_centre == "Mantel-Haenszel"

    def _events_alone(self, table: TwoByTwo, effects: StudyEffects) -> StudyEffects:
        """Log risk ratios with the correction in the events (and so, once, in the people), not in both cells."""
        (a, _, c, _), _ = corrected_cells(table, self.study_zero_cells)
        n1, n2 = a + table.cells.b, c + table.cells.d
        with np.errstate(divide="ignore", invalid="ignore"):
            yi, vi = np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
        there = effects.defined
        return replace(effects, yi=np.where(there, yi, np.nan), vi=np.where(there, vi, np.nan))


REVMAN5 = Profile(
    id="revman5",
    title="RevMan 5",
    description=(
        "0.5 is added to all four cells of each study with a zero in any of them, also for the "
        "Mantel-Haenszel estimate itself; for RD this moves weights and variances, not the differences; "
        "studies with no events in either group, or with events in everyone, are left out for RR and OR and "
        "kept for RD; Q is measured from the Mantel-Haenszel estimate, also inside the "
        "DerSimonian-Laird tau2; the variance is that of Greenland and Robins (RR, RD) or of Robins, Breslow "
        "and Greenland (OR); intervals are Wald-type with normal quantiles; I2 comes from Q."
    ),
    study_zero_cells=ONLY_ZERO,
    pooling_zero_cells=ONLY_ZERO,
    uninformative_left_out=frozenset({"RR", "OR"}),
    rd_estimate_corrected=False,
    rd_variance="Greenland-Robins",
    tau2_centre="Mantel-Haenszel",
)

METAFOR = Profile(
    id="metafor",
    title="metafor",
    description=(
        "the Mantel-Haenszel estimate uses the counts as they are, without a correction; for Q alone 0.5 is "
        "added to all four cells of each study with a zero in any of them, and studies with no events in "
        "either group, or with events in everyone, are left out; Q is measured from the Mantel-Haenszel "
        "estimate, but from "
        "the inverse-variance mean inside the DerSimonian-Laird tau2; the variance is that of Greenland and "
        "Robins (RR), of Robins, Breslow and Greenland (OR) or of Sato, Greenland and Robins (RD); intervals "
        "are Wald-type with normal quantiles; I2 comes from Q."
    ),
    study_zero_cells=ONLY_ZERO,
    pooling_zero_cells=NO_CORRECTION,
    uninformative_left_out=frozenset({"RR", "OR", "RD"}),
    rd_estimate_corrected=True,
    rd_variance="Sato",
    tau2_centre="inverse variance",
)

META = Profile(
    id="meta",
    title="R package meta",
    description=(
        "0.5 is added to the events of each study with a zero cell, for OR to all four cells, also for the "
        "Mantel-Haenszel estimate itself; for RD this moves weights and variances, not the differences; "
        "studies with no events in either group, or with events in everyone, are left out for RR and OR and "
        "kept for RD; Q is measured from the inverse-variance mean, and from the Mantel-Haenszel estimate "
        "where tau2 is DerSimonian and Laird's; the variance is that of Greenland and Robins (RR, RD) or of "
        "Robins, Breslow and Greenland (OR); tau2 is estimated by REML, intervals are Wald-type with normal "
        "quantiles unless Hartung-Knapp is asked for; I2 comes from Q."
    ),
    study_zero_cells=ONLY_ZERO,
    pooling_zero_cells=ONLY_ZERO,
    uninformative_left_out=frozenset({"RR", "OR"}),
    rd_estimate_corrected=False,
    rd_variance="Greenland-Robins",
    tau2_centre="Mantel-Haenszel",
    rr_corrects_nonevents=False,
    tau2_method="REML",
    tests=("z", "HK"),
    Q_centre="inverse variance",
)

REVMAN_WEB = Profile(
    id="revman-web",
    title="RevMan since 2024",
    description=(
        "zero cells, left-out studies and variances as in RevMan 5; random effects estimate tau2 by REML, or "
        "by DerSimonian and Laird with Q measured from the Mantel-Haenszel estimate; intervals are those of "
        "Hartung, Knapp, Sidik and Jonkman, or Wald-type; I2 comes from tau2 and the typical variance."
    ),
    study_zero_cells=ONLY_ZERO,
    pooling_zero_cells=ONLY_ZERO,
    uninformative_left_out=frozenset({"RR", "OR"}),
    rd_estimate_corrected=False,
    rd_variance="Greenland-Robins",
    tau2_centre="Mantel-Haenszel",
    tau2_method="REML",
    tests=("HK", "z"),
    I2_from="tau2",
)

PROFILES: dict[str, Profile] = {profile.id: profile for profile in (REVMAN5, METAFOR, META, REVMAN_WEB)}


def profile_named(name: str) -> Profile:
    """The profile of this id; a DataError that offers the nearest one when there is none."""
    if name in PROFILES:
        return PROFILES[name]
    near = difflib.get_close_matches(name.lower(), PROFILES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise DataError(f"Profile {name!r} is not known; known are {', '.join(PROFILES)}.{hint}")
