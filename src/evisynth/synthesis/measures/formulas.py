"""Which formula each measure has, which columns it takes, and what it says where it has no value."""

from collections.abc import Callable
from dataclasses import dataclass

from evisynth.synthesis.measures import (
    association,
    binary,
    biserial,
    correlations,
    counts,
    matched_pairs,
    means,
    paired,
    reliability,
    single_group,
    variability,
)
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, ONLY_ZERO, ZeroCells


@dataclass(frozen=True, slots=True)
class Family:
    """Measures from the same columns.

    columns : all that may be given, in the order of the documentation.
    cells   : those to which a zero-cell rule adds; "" when there are none.
    sizes   : groups of people by (events, nonevents, n), of which any two are given.
    no_events, all_events : cells that are all 0 in a study with no events, or with events in everyone.
    """

    columns: tuple[str, ...]
    cells: tuple[str, ...] = ()
    sizes: tuple[tuple[str, str, str], ...] = ()
    no_events: tuple[str, ...] = ()
    all_events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """One measure's arithmetic: `compute(*takes, **options)` gives (yi, vi).

    takes      : the columns that go into it, in its order.
    why        : what stands before "its RR does not exist" for a study without a value.
    zero_cells : the rule when none is given; None for measures without cells.
    vtypes     : the names of its variances, its own choice first; () when there is one.
    corrects   : whether it takes `correct`.
    """

    compute: Callable[..., tuple[Vector, Vector]]
    takes: tuple[str, ...]
    family: Family
    why: str
    zero_cells: ZeroCells | None = None
    vtypes: tuple[str, ...] = ()
    corrects: bool = False


CELLS = ("events1", "nonevents1", "events2", "nonevents2")
TWO_BY_TWO = Family(
    columns=("events1", "nonevents1", "n1", "events2", "nonevents2", "n2"),
    cells=CELLS,
    sizes=(("events1", "nonevents1", "n1"), ("events2", "nonevents2", "n2")),
    no_events=("events1", "events2"),
    all_events=("nonevents1", "nonevents2"),
)
TWO_RATES = Family(
    columns=("events1", "time1", "events2", "time2"),
    cells=("events1", "events2"),
    no_events=("events1", "events2"),
)
ONE_PROPORTION = Family(
    columns=("events", "nonevents", "n"),
    cells=("events", "nonevents"),
    sizes=(("events", "nonevents", "n"),),
)
ONE_RATE = Family(columns=("events", "time"), cells=("events",))
TWO_MEANS = Family(columns=("mean1", "sd1", "n1", "mean2", "sd2", "n2"))
ONE_MEAN = Family(columns=("mean", "sd", "n"))
CORRELATION = Family(columns=("r", "n"))
REGRESSION = Family(columns=("t", "n", "predictors", "r2"))
PAIRS = Family(columns=("both", "only1", "only2", "neither"))
CHANGES = Family(columns=("mean1", "sd1", "mean2", "sd2", "n", "r"))
ALPHA = Family(columns=("alpha", "items", "n"))

_ZERO = "a zero cell without a correction"
_MARGIN = "no event, or only events, in both groups"
_FEW = "too few people, or a standard deviation of 0"
_RATIO = "means of 0 or of different signs, standard deviations of 0, or too few people"
_CORRELATION = "too few people, or a correlation of -1 or 1"
_CHANGE = "too few people, or changes without spread"
_ALPHA = "too few people, or a reliability of 1"
_PAIRS = "no pairs with the answers that it compares"


def _two_by_two(
    compute: Callable[..., tuple[Vector, Vector]],
    zero_cells: ZeroCells = ONLY_ZERO,
    why: str = _ZERO,
    vtypes: tuple[str, ...] = (),
) -> Formula:
    return Formula(compute, CELLS, TWO_BY_TWO, why, zero_cells, vtypes)


def _rates(compute: Callable[..., tuple[Vector, Vector]], zero_cells: ZeroCells = ONLY_ZERO) -> Formula:
    why = "no event in a group, without a correction"
    return Formula(compute, TWO_RATES.columns, TWO_RATES, why, zero_cells)


def _proportion(
    compute: Callable[..., tuple[Vector, Vector]],
    zero_cells: ZeroCells = ONLY_ZERO,
    vtypes: tuple[str, ...] = (),
) -> Formula:
    why = "no event, or only events, without a correction"
    return Formula(compute, ("events", "n"), ONE_PROPORTION, why, zero_cells, vtypes)


def _rate(compute: Callable[..., tuple[Vector, Vector]], zero_cells: ZeroCells = ONLY_ZERO) -> Formula:
    return Formula(compute, ONE_RATE.columns, ONE_RATE, "no event, without a correction", zero_cells)


def _means(
    compute: Callable[..., tuple[Vector, Vector]],
    why: str = _FEW,
    takes: str = "mean1 sd1 n1 mean2 sd2 n2",
    vtypes: tuple[str, ...] = (),
    *,
    corrects: bool = False,
) -> Formula:
    return Formula(compute, tuple(takes.split()), TWO_MEANS, why, vtypes=vtypes, corrects=corrects)


def _mean(
    compute: Callable[..., tuple[Vector, Vector]],
    why: str,
    takes: str = "mean sd n",
    *,
    corrects: bool = False,
) -> Formula:
    return Formula(compute, tuple(takes.split()), ONE_MEAN, why, corrects=corrects)


def _correlation(
    compute: Callable[..., tuple[Vector, Vector]], takes: str = "r n", vtypes: tuple[str, ...] = ()
) -> Formula:
    names = tuple(takes.split())
    family = CORRELATION if names == CORRELATION.columns else REGRESSION
    return Formula(compute, names, family, _CORRELATION, vtypes=vtypes)


def _pairs(compute: Callable[..., tuple[Vector, Vector]], takes: str) -> Formula:
    return Formula(compute, tuple(takes.split()), PAIRS, _PAIRS)


def _change(
    compute: Callable[..., tuple[Vector, Vector]],
    why: str = _CHANGE,
    takes: str = "mean1 sd1 mean2 sd2 n r",
    vtypes: tuple[str, ...] = (),
    *,
    corrects: bool = False,
) -> Formula:
    return Formula(compute, tuple(takes.split()), CHANGES, why, vtypes=vtypes, corrects=corrects)


def _alpha(compute: Callable[..., tuple[Vector, Vector]]) -> Formula:
    return Formula(compute, ALPHA.columns, ALPHA, _ALPHA)


FORMULAS: dict[str, Formula] = {
    # two groups of people
    "RR": _two_by_two(binary.risk_ratio),
    "OR": _two_by_two(binary.odds_ratio),
    "RD": _two_by_two(binary.risk_difference, vtypes=("LS", "UB", "AV")),
    "AS": _two_by_two(binary.arcsine_difference, NO_CORRECTION),
    "PETO": _two_by_two(binary.peto_odds_ratio, why=_MARGIN),
    "PBIT": _two_by_two(binary.probit_difference),
    "OR2D": _two_by_two(binary.smd_from_odds_logistic),
    "OR2DL": _two_by_two(binary.smd_from_odds_logistic),
    "OR2DN": _two_by_two(binary.smd_from_odds_normal),
    "PHI": _two_by_two(association.phi, NO_CORRECTION, _MARGIN, ("CS", "ST")),
    "ZPHI": _two_by_two(association.phi_z, NO_CORRECTION, _MARGIN, ("CS", "ST")),
    "YUQ": _two_by_two(association.yule_q),
    "YUY": _two_by_two(association.yule_y),
    "RTET": _two_by_two(association.tetrachoric, NO_CORRECTION, "a zero cell"),
    "ZTET": _two_by_two(association.tetrachoric_z, NO_CORRECTION, "a zero cell"),
    # two groups with person-time
    "IRR": _rates(counts.rate_ratio),
    "IRD": _rates(counts.rate_difference),
    "IRSD": _rates(counts.root_rate_difference, NO_CORRECTION),
    # means of two groups
    "MD": _means(means.mean_difference, vtypes=("LS", "HO")),
    "SMD": _means(means.standardised_mean_difference, vtypes=("LS", "LS2", "UB", "AV", "RM"), corrects=True),
    "SMDH": _means(means.smd_unequal_variances, corrects=True),
    "SMD1": _means(
        means.smd_by_second_group, takes="mean1 n1 mean2 sd2 n2", vtypes=("LS", "DF"), corrects=True
    ),
    "SMD1H": _means(means.smd_by_second_group_unequal, corrects=True),
    "ROM": _means(means.ratio_of_means, _RATIO, vtypes=("LS", "HO", "AV", "AVHO"), corrects=True),
    "D2OR": _means(means.log_odds_from_smd_logistic),
    "D2ORL": _means(means.log_odds_from_smd_logistic),
    "D2ORN": _means(means.log_odds_from_smd_normal),
    "CLESN": _means(means.superiority),
    "AUCN": _means(means.superiority),
    "VR": _means(variability.ratio_of_sds, takes="sd1 n1 sd2 n2"),
    "CVR": _means(variability.ratio_of_cvs, _RATIO),
    "RPB": _means(biserial.point_biserial, vtypes=("ST", "CS")),
    "ZPB": _means(biserial.point_biserial_z, vtypes=("ST", "CS")),
    "RBIS": _means(biserial.biserial),
    "ZBIS": _means(
        biserial.biserial_z, "too few people, a standard deviation of 0, or a correlation beyond 1"
    ),
    # one group
    "PR": _proportion(single_group.proportion, vtypes=("LS", "UB", "AV")),
    "PLN": _proportion(single_group.log_proportion),
    "PLO": _proportion(single_group.logit_proportion),
    "PRZ": _proportion(single_group.probit_proportion),
    "PAS": _proportion(single_group.arcsine_proportion, NO_CORRECTION),
    "PFT": _proportion(single_group.double_arcsine_proportion, NO_CORRECTION),
    "IR": _rate(single_group.rate),
    "IRLN": _rate(single_group.log_rate),
    "IRS": _rate(single_group.root_rate, NO_CORRECTION),
    "IRFT": _rate(single_group.double_root_rate, NO_CORRECTION),
    "MN": _mean(single_group.mean, _FEW),
    "SMN": _mean(single_group.standardised_mean, _FEW, corrects=True),
    "MNLN": _mean(single_group.log_mean, "a mean that is not above 0"),
    "SDLN": _mean(single_group.log_sd, _FEW, "sd n"),
    "CVLN": _mean(single_group.log_cv, "a mean or standard deviation that is not above 0, or too few people"),
    # correlations
    "COR": _correlation(correlations.correlation, vtypes=("LS", "AV")),
    "UCOR": _correlation(correlations.unbiased_correlation, vtypes=("LS", "UB", "AV")),
    "ZCOR": _correlation(correlations.correlation_z),
    "PCOR": _correlation(correlations.partial_correlation, "t n predictors"),
    "ZPCOR": _correlation(correlations.partial_correlation_z, "t n predictors"),
    "SPCOR": _correlation(correlations.semipartial_correlation, "t n predictors r2"),
    "ZSPCOR": _correlation(correlations.semipartial_correlation_z, "t n predictors r2"),
    "R2": _correlation(correlations.r_squared, "r2 n"),
    "ZR2": _correlation(correlations.r_squared_z, "r2 n"),
    # matched pairs
    "MPRD": _pairs(matched_pairs.paired_risk_difference, "both only1 only2 neither"),
    "MPRR": _pairs(matched_pairs.paired_risk_ratio, "both only1 only2"),
    "MPOR": _pairs(matched_pairs.marginal_odds_ratio, "both only1 only2 neither"),
    "MPORC": _pairs(matched_pairs.conditional_odds_ratio, "only1 only2"),
    "MPPETO": _pairs(matched_pairs.conditional_peto, "only1 only2"),
    # the same people at two times
    "MC": _change(paired.mean_change),
    "SMCC": _change(paired.change_by_change_sd, corrects=True),
    "SMCR": _change(
        paired.change_by_first_sd, takes="mean1 sd1 mean2 n r", vtypes=("LS", "LS2"), corrects=True
    ),
    "SMCRH": _change(paired.change_by_first_sd_unequal, corrects=True),
    "SMCRP": _change(paired.change_by_mean_sd, corrects=True),
    "SMCRPH": _change(paired.change_by_mean_sd_unequal, corrects=True),
    "ROMC": _change(paired.ratio_of_means_within, _RATIO, corrects=True),
    "VRC": _change(variability.ratio_of_sds_within, takes="sd1 sd2 n r"),
    "CVRC": _change(variability.ratio_of_cvs_within, _RATIO),
    "CLESCN": _change(paired.superiority_within),
    "AUCCN": _change(paired.superiority_within),
    # reliability
    "ARAW": _alpha(reliability.raw_alpha),
    "AHW": _alpha(reliability.alpha_cube_root),
    "ABT": _alpha(reliability.alpha_log),
}
