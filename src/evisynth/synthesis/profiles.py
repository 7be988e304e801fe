"""Profiles: the named arithmetic of programs that people compare their numbers with.

The same table and the same method give other third digits in other programs, because each treats zero cells
and the centre of Q in its own way. A profile says so in one place, and is printed with every result.
"""

import difflib
from dataclasses import dataclass
from typing import Literal

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import (
    NO_CORRECTION,
    ONLY_ZERO,
    StudyEffects,
    TwoByTwo,
    ZeroCells,
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

    def __str__(self) -> str:
        return f"{self.title}: {self.description}"

    def study_effects(self, table: TwoByTwo, measure: str) -> StudyEffects:
        """Each study's effect and variance on the analysis scale, in the table's order."""
        keep = measure_named(measure).id not in self.uninformative_left_out
        if measure == "RR":
            return log_risk_ratio(table, self.study_zero_cells, uninformative=keep)
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

PROFILES: dict[str, Profile] = {profile.id: profile for profile in (REVMAN5, METAFOR)}


def profile_named(name: str) -> Profile:
    """The profile of this id; a DataError that offers the nearest one when there is none."""
    if name in PROFILES:
        return PROFILES[name]
    near = difflib.get_close_matches(name.lower(), PROFILES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise DataError(f"Profile {name!r} is not known; known are {', '.join(PROFILES)}.{hint}")
