"""Profiles: the named arithmetic of programs that people compare their numbers with.

The same table and the same method give other third digits in other programs, because each treats zero cells
and the centre of Q in its own way. A profile says so in one place, and is printed with every result.
"""

import difflib
from dataclasses import dataclass, replace
from typing import Any, Literal

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

_FACTORS = {
    "exact": "Hedges' g with the exact factor J",
    "approximate": "Hedges' g with the factor 1 - 3 / (4 (N - 2) - 1)",
}
_SMD_VARIANCES = {
    "LS": "its variance is 1 / n1 + 1 / n2 + g^2 / (2 N)",
    "UB": "its variance is the unbiased one",
    "RM": "its variance is 1 / n1 + 1 / n2 + g^2 / (2 (N - 3.94))",
}


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
    smd_variance, smd_correction : of standardised mean differences, as `effect_sizes` names them.
    rom_corrected       : whether log ratios of means are corrected for their bias.
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
    smd_variance: Literal["LS", "UB", "RM"] = "LS"
    smd_correction: Literal[True, "approximate"] = True
    rom_corrected: bool = True

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

    def options(self, measure: str) -> dict[str, Any]:
        """What the program's arithmetic asks of `effect_sizes` for a measure of means; {} for the others.

        Source: docs/methods/measures-means.md, "Which program takes what".
        """
        if measure == "SMD":
            return {"vtype": self.smd_variance, "correct": self.smd_correction}
        if measure == "ROM" and not self.rom_corrected:
            return {"correct": False}
        return {}

    def describe(self, measure: str) -> str:
        """What the profile decides about a measure, in words; "" where it decides nothing.

        Source: docs/methods/measures-means.md.
        """
        if measure in ("RR", "OR", "RD"):
            return self.description
        if measure == "SMD":
            factor = "exact" if self.smd_correction is True else "approximate"
            return f"{_FACTORS[factor]}; {_SMD_VARIANCES[self.smd_variance]}"
        if measure == "ROM":
            return f"log ratios of means are {'' if self.rom_corrected else 'not '}corrected for their bias"
        if measure in ("IRR", "IRD"):
            left_out = {"IRR": "RR", "IRD": "RD"}[measure] in self.uninformative_left_out
            kept = "left out" if left_out else "kept"
            corrected = measure == "IRR" or self.rd_estimate_corrected
            what = "" if corrected else " for the variance alone"
            return (
                f"0.5 is added to the events of each study with a group without events{what}; studies without any "
                f"event are {kept}; the Mantel-Haenszel estimate uses the events as they are"
            )
        return ""

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
    smd_variance="RM",
    smd_correction="approximate",
    rom_corrected=False,
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
    smd_variance="UB",
    rom_corrected=False,
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
    smd_variance="RM",
    smd_correction="approximate",
    rom_corrected=False,
)

PROFILES: dict[str, Profile] = {profile.id: profile for profile in (REVMAN5, METAFOR, META, REVMAN_WEB)}


def profile_named(name: str | Profile) -> Profile:
    """The profile of this id (or the profile that is given); a DataError that offers the nearest one when there is none."""
    if isinstance(name, Profile):
        return name
    if name in PROFILES:
        return PROFILES[name]
    near = difflib.get_close_matches(name.lower(), PROFILES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise DataError(f"Profile {name!r} is not known; known are {', '.join(PROFILES)}.{hint}")
