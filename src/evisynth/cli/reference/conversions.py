"""conv.2x2, conv.wald and conv.fivenum: what reports print, as counts, effects, means and SDs."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evisynth.cli.reference.answer import Answer, Table
from evisynth.cli.reference.case import Call, NotExpressible, named_in_note
from evisynth.extraction.conversions import (
    cells_from_chi_square,
    cells_from_odds_ratio,
    cells_from_phi,
    effect_from_ci,
    effect_from_p,
    effect_from_statistic,
    log_normal_from_five_numbers,
    log_normal_from_quartiles,
    mean_from_five_numbers,
    sd_from_five_numbers,
    sd_from_quartiles,
    sd_from_range,
    skewed,
)

Row = Mapping[str, float]
CELLS = {"ai": "events1", "bi": "nonevents1", "ci": "events2", "di": "nonevents2"}
MEAN_METHODS = {
    "default": "luo",
    "luo2016": "luo",
    "hozo2005": "hozo",
    "wan2014": "wan",
    "bland2015": "bland",
}
SD_METHODS = {"default": "shi", "shi2020": "shi", "wan2014": "wan", "bland2015": "bland"}


def conv_2x2(call: Call) -> Answer:
    """The cells of tables from an odds ratio, phi or chi-square and the margins."""
    correct = bool(call.argument("correct", True))

    def cells(row: Row) -> dict[str, float]:
        margins: dict[str, Any] = {"n": row["ni"], "n1": row["n1i"], "events": row["n2i"]}
        if "ori" in row:
            found = cells_from_odds_ratio(row["ori"], **margins)
        elif "ri" in row:
            found = cells_from_phi(row["ri"], **margins)
        elif "x2i" in row:
            found = cells_from_chi_square(row["x2i"], **margins, yates=correct)
        else:
            raise NotExpressible("conv.2x2() of another statistic than ori, ri, x2i")
        return {theirs: found[ours] for theirs, ours in CELLS.items()}

    return _by_rows(call, cells)


def conv_wald(call: Call) -> Answer:
    """Effects and variances from estimates with an interval, a z value or a p value."""
    ratio = "log transform" in call.note or any("log transform" in note for note in call.siblings)
    level = float(named_in_note(call, r"CI were (\d+(?:\.\d+)?)%") or 95) / 100
    by = re.search(r"from the (?:two-sided )?(CI|z|p)\b", call.note)
    if by is None and "CI" not in call.note:
        raise NotExpressible(f"conv.wald() with the note {call.note!r}")

    def effect(row: Row) -> dict[str, float]:
        kind = by[1] if by else "CI"
        if kind == "z":
            found = effect_from_statistic(row["out"], row["zval"], ratio=ratio)
        elif kind == "p":
            found = effect_from_p(row["out"], row["pval"], ratio=ratio)
        else:
            found = effect_from_ci(row["out"], row["ci_lb"], row["ci_ub"], level, ratio=ratio)
        return {"yi": found["yi"], "vi": found["vi"]}

    return _by_rows(call, effect)


def conv_fivenum(call: Call) -> Answer:
    """Means and SDs from medians, quartiles and ranges.

    Which of the five numbers were given is told by "case1", "case2" or "case3" in the tags or the id, or by the note;
    otherwise all of them were.
    """
    if "log-normal" in call.note or "dist:lnorm" in call.features:
        return _by_rows(call, _log_quartiles if "quartiles" in call.note else _log_normal)
    told = " ".join((*call.features, call.id))
    kind = next((kind for kind in ("case1", "case2", "case3") if kind in told), "case3")
    named = next((tag[7:] for tag in call.features if tag.startswith("method:")), "default+default")
    of_mean, _, of_sd = named.partition("+")
    if of_mean not in MEAN_METHODS or of_sd not in SD_METHODS:
        raise NotExpressible(f"method {named}")
    if of_mean == "hozo2005" and kind == "case2":
        of_mean = "wan2014"  # Hozo's mean is of the range; from the quartiles R takes that of Wan
    tested = "skewness" in call.note or "skewness test" in call.features

    def moments(row: Row) -> dict[str, float]:
        found = _moments(row, kind, MEAN_METHODS[of_mean], SD_METHODS[of_sd])
        return dict.fromkeys(found, math.nan) if tested and _is_skewed(row, kind) else found

    return _by_rows(call, moments)


def _five(row: Row, kind: str) -> dict[str, float]:
    ends = {"smallest": row["min"], "largest": row["max"]}
    quartiles = {"q1": row["q1"], "q3": row["q3"]}
    return {"case1": ends, "case2": quartiles, "case3": ends | quartiles}[kind]


def _moments(row: Row, kind: str, of_mean: Any, of_sd: Any) -> dict[str, float]:
    mean = mean_from_five_numbers(row["n"], row["median"], method=of_mean, **_five(row, kind)).value
    if kind == "case1":
        return {"mean": mean, "sd": sd_from_range(row["min"], row["max"], row["n"]).value}
    if kind == "case2":
        return {"mean": mean, "sd": sd_from_quartiles(row["q1"], row["q3"], row["n"]).value}
    sd = sd_from_five_numbers(row["n"], median=row["median"], method=of_sd, **_five(row, kind))
    return {"mean": mean, "sd": sd.value}


def _is_skewed(row: Row, kind: str) -> bool:
    return bool(skewed(row["n"], row["median"], **_five(row, kind))["skewed"])


def _log_normal(row: Row) -> dict[str, float]:
    found = log_normal_from_five_numbers(row["n"], median=row["median"], **_five(row, "case3"))
    return {"mean": found["mean"], "sd": found["sd"]}


def _log_quartiles(row: Row) -> dict[str, float]:
    found = log_normal_from_quartiles(row["n"], median=row["median"], **_five(row, "case2"))
    return {"mean": found["mean_log"], "sd": found["sd_log"]}


def _by_rows(call: Call, convert: Callable[[Row], dict[str, float]]) -> Answer:
    """The outputs of all rows as arrays."""
    rows = [
        convert({name: float(values[place]) for name, values in call.columns.items()})
        for place in range(call.k)
    ]
    table: Table = {name: _column(name) for name in rows[0]}
    return Answer(((table, rows),))


def _column(name: str) -> Callable[[Any], Any]:
    return lambda rows: np.array([row[name] for row in rows])
