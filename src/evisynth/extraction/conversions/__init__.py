"""Values that a report does not print but implies: each conversion named, with its inputs and its source.

Conversions take plain numbers and give a `Converted`: the values with the formula and its source. Those that stay within
one arm are also formulas that an extraction may name (`FORMULAS`); their result never overwrites what was reported and is
computed again at each build.
"""

from evisynth.extraction.conversions.arm_formulas import FORMULAS, Formula, derived
from evisynth.extraction.conversions.clusters import design_effect, effective_size, intracluster_correlation
from evisynth.extraction.conversions.converted import Converted
from evisynth.extraction.conversions.effects import (
    d_from_t,
    effect_from_ci,
    effect_from_p,
    effect_from_statistic,
    log_ratio_from_ci,
)
from evisynth.extraction.conversions.five_numbers import mean_from_five_numbers, sd_from_five_numbers, skewed
from evisynth.extraction.conversions.groups import (
    change_correlation,
    change_sd,
    combined_groups,
    sd_from_difference,
)
from evisynth.extraction.conversions.log_normal import log_normal_from_five_numbers, log_normal_from_quartiles
from evisynth.extraction.conversions.people import (
    cells_from_chi_square,
    cells_from_odds_ratio,
    cells_from_phi,
    events_from_percentage,
    events_from_rate,
    person_time,
)
from evisynth.extraction.conversions.spread import (
    sd_from_ci,
    sd_from_iqr,
    sd_from_quartiles,
    sd_from_range,
    sd_from_se,
    se_from_sd,
)

__all__ = [
    "FORMULAS",
    "Converted",
    "Formula",
    "cells_from_chi_square",
    "cells_from_odds_ratio",
    "cells_from_phi",
    "change_correlation",
    "change_sd",
    "combined_groups",
    "d_from_t",
    "derived",
    "design_effect",
    "effect_from_ci",
    "effect_from_p",
    "effect_from_statistic",
    "effective_size",
    "events_from_percentage",
    "events_from_rate",
    "intracluster_correlation",
    "log_normal_from_five_numbers",
    "log_normal_from_quartiles",
    "log_ratio_from_ci",
    "mean_from_five_numbers",
    "person_time",
    "sd_from_ci",
    "sd_from_difference",
    "sd_from_five_numbers",
    "sd_from_iqr",
    "sd_from_quartiles",
    "sd_from_range",
    "sd_from_se",
    "se_from_sd",
    "skewed",
]
