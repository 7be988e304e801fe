"""The one door to every effect measure: columns in, an effect and its variance for each study out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError, near
from evisynth.synthesis.columns import Frame, column_names, numbers, study_names
from evisynth.synthesis.measures import given
from evisynth.synthesis.measures.columns import read_columns
from evisynth.synthesis.measures.effects import ALL_EVENTS, NO_EVENTS, Dropped, StudyEffects
from evisynth.synthesis.measures.formulas import FORMULAS, Family, Formula
from evisynth.synthesis.measures.means import Correction
from evisynth.synthesis.measures.scale import Flags, Measure, Vector, measure_named
from evisynth.synthesis.measures.zero_cells import ZeroCells

GIVEN = (("estimate", "ci_low", "ci_high"), ("estimate", "se"), ("o_minus_e", "variance"))

UNEVEN = 0.1  # of half the width of an interval; rounding to two digits seldom reaches it

Columns = dict[str, Vector]


def effect_sizes(
    measure: str,
    *,
    data: Frame | None = None,
    studies: Sequence[str] | str = (),
    zero_cells: ZeroCells | None = None,
    drop_no_events: bool = False,
    vtype: str | None = None,
    correct: Correction = True,
    correct_estimate: bool = True,
    level: float = 0.95,
    **columns: ArrayLike,
) -> StudyEffects:
    """The effect of each study on the analysis scale, and its sampling variance.

    Parameters
    ----------
    measure : its letters, see scale.MEASURES.
    columns : (k,) each, or one number for all studies; a missing value is NaN (or None). By kind of measure
        two groups of people   events1 nonevents1 n1 events2 nonevents2 n2 (of each group two of the three)
        two person-times       events1 time1 events2 time2
        two means              mean1 sd1 n1 mean2 sd2 n2
        one group              events and n or nonevents; events time; mean sd n
        correlations           r n; t n predictors r2; r2 n
        matched pairs          both only1 only2 neither
        the same people twice  mean1 sd1 mean2 sd2 n r
        reliability            alpha items n
        given by the report    estimate ci_low ci_high; estimate se; o_minus_e variance (hazard ratios)
    data : a data frame (pandas, polars, pyarrow, or a dict of lists). The columns are then named, events1="ai"; of those
        that are not, the ones whose names are as above are taken. studies names a column too.
    studies : their names; by default Study 1, Study 2, ... A study may have several rows.
    zero_cells : what is added to zero cells; None is the measure's own rule (0.5 to each study with a zero cell;
        nothing for AS, PHI, ZPHI, RTET, ZTET, IRSD, PAS, PFT, IRS, IRFT).
    drop_no_events : whether studies with no events in both groups, or with events in everyone, have no effect.
    vtype : which variance, where a measure has several; None is its own choice.
    correct : whether the small-sample bias of standardised means and of log ratios of means is corrected;
        "approximate" takes 1 - 3 / (4 m - 1) for Hedges' factor, as RevMan does.
    correct_estimate : False applies the zero-cell rule to the variance alone, as RevMan does for differences.
    level : of the intervals ci_low, ci_high.

    Returns
    -------
    StudyEffects in the order given. A row with a missing value, or numbers for which the measure does not exist, has
    NaN, and stands in `undefined` with its reason. A given interval that is not even about its estimate is taken by
    its width and stands in `doubtful`.

    Raises
    ------
    DataError : an unknown measure, column or option; columns that are missing or of unequal length; an impossible
        number, naming study and column.

    Source: each measure's formula names its own, see formulas.FORMULAS.
    """
    found = measure_named(measure)
    if data is not None:
        columns, studies = _from_frame(found, data, columns, studies)
    if "estimate" in columns or "o_minus_e" in columns:
        if zero_cells or drop_no_events or vtype is not None or correct is not True or not correct_estimate:
            raise DataError(
                f"{found.id}: an estimate that is given is taken as it is; leave the options out."
            )
        return _given(found, studies, columns, level)
    if level != 0.95:
        raise DataError(f"{found.id}: level {level:g} is that of given intervals, and none is given.")
    formula = _formula_of(found, columns)
    rule = _rule(found, formula, zero_cells, correct_estimate=correct_estimate)
    names, values, missing = _read(found, formula, columns, studies)
    options = _options(found, formula, vtype, correct)
    out = missing
    if drop_no_events:
        out = _without_events(found, formula.family, values, missing)
    there = np.ones(len(names), dtype=np.bool_)
    if out:
        there[list(out)] = False
        values = {name: column[there] for name, column in values.items()}
    with np.errstate(all="ignore"):
        yi, vi, touched, used = _computed(formula, values, rule, options, correct_estimate=correct_estimate)
    exists = np.isfinite(yi) & (vi >= 0) & (vi < np.inf)
    if not exists.all():
        rows = np.flatnonzero(there)
        out = out | {
            int(rows[row]): f"{formula.why}: its {found.id} does not exist" for row in np.flatnonzero(~exists)
        }
        yi, vi, touched = np.where(exists, yi, np.nan), np.where(exists, vi, np.nan), touched & exists
    sizes = used[found.scale.size] if found.scale.size else None
    if out:
        yi, vi, touched = _spread(yi, there), _spread(vi, there), _spread(touched, there) == 1
        sizes = None if sizes is None else _spread(sizes, there)
    return _effects(found, names, yi, vi, touched, out, sizes)


def _from_frame(
    measure: Measure, data: Frame, columns: Mapping[str, ArrayLike], studies: Sequence[str] | str
) -> tuple[dict[str, ArrayLike], tuple[str, ...]]:
    """The columns that are named, or else those of a data frame that have the names of this measure, and the studies."""
    formula, there = FORMULAS.get(measure.id), column_names(data)
    chosen: dict[str, ArrayLike] = dict(columns)
    if not chosen:
        chosen = {name: name for name in there if formula is not None and name in formula.family.columns}
    if not chosen:
        chosen = {name: name for name in next((way for way in GIVEN if set(way) <= set(there)), ())}
    read: dict[str, ArrayLike] = {
        name: numbers(data, what) if isinstance(what, str) else what for name, what in chosen.items()
    }
    k = max((int(np.size(values)) for values in read.values()), default=0)
    return read, study_names(data, studies, k)


def _formula_of(measure: Measure, columns: Mapping[str, ArrayLike]) -> Formula:
    formula = FORMULAS.get(measure.id)
    known = (*formula.family.columns, *GIVEN[0], "se") if formula else (*GIVEN[0], "se", *GIVEN[2])
    for name in columns:
        if name not in known:
            raise DataError(
                f"{measure.id} takes no column {name!r}; it takes {', '.join(known)}.{near(name, known)}"
            )
    if formula is None:
        raise DataError(f"{measure.id} takes {_ways(measure)}; found {', '.join(columns) or 'no column'}.")
    return formula


def _ways(measure: Measure) -> str:
    ways = GIVEN if measure.id == "HR" else GIVEN[:2]
    return "; or ".join(", ".join(way) for way in ways)


def _rule(
    measure: Measure, formula: Formula, zero_cells: ZeroCells | None, *, correct_estimate: bool
) -> ZeroCells | None:
    if zero_cells is not None and not isinstance(zero_cells, ZeroCells):
        raise DataError(
            f"zero_cells is {zero_cells!r}; give a rule as ZeroCells('only-zero', 0.5), or ZeroCells('none')."
        )
    if zero_cells is None and correct_estimate:
        return formula.zero_cells
    if formula.zero_cells is None:
        raise DataError(f"{measure.id} has no cells to which a zero-cell rule could add; leave the rule out.")
    return zero_cells or formula.zero_cells


def _options(
    measure: Measure, formula: Formula, vtype: str | None, correct: Correction
) -> dict[str, str | bool]:
    options: dict[str, str | bool] = {}
    if vtype is not None:
        if vtype not in formula.vtypes:
            known = (
                f"known are {', '.join(formula.vtypes)}" if formula.vtypes else "it has one variance alone"
            )
            raise DataError(f"{measure.id}: vtype {vtype!r} is not known; {known}.")
        options["vtype"] = vtype
    if correct is not True:
        if not formula.corrects:
            raise DataError(f"{measure.id} has no correction for bias that could be left out.")
        options["correct"] = correct
    return options


def _read(
    measure: Measure, formula: Formula, columns: Mapping[str, ArrayLike], studies: Sequence[str]
) -> tuple[tuple[str, ...], Columns, dict[int, str]]:
    """The names, the columns that the formula takes (groups of people as events and non-events), missing rows."""
    family = formula.family
    derived = {name for _, nonevents, n in family.sizes for name in (nonevents, n)}
    wanted = [name for name in formula.takes if name not in derived]
    for _, nonevents, n in family.sizes:
        wanted += [name for name in (nonevents, n) if name in columns] or [n]
    lacking = [name for name in wanted if name not in columns]
    if lacking:
        raise DataError(
            f"{measure.id} needs {', '.join(wanted)}; {', '.join(lacking)} {'are' if len(lacking) > 1 else 'is'} not given."
        )
    names, values, missing = read_columns(tuple(wanted), columns, studies)
    for group in family.sizes:
        _complete(group, values, names)
    return names, values, missing


def _complete(group: tuple[str, str, str], values: Columns, names: tuple[str, ...]) -> None:
    """Events and non-events of one group from any two of events, non-events and people."""
    events, nonevents, n = group
    if n not in values:
        return
    rest = values[n] - values[events]
    if (rest < 0).any():
        row = int(np.flatnonzero(rest < 0)[0])
        raise DataError(
            f"{names[row]}, {events}: {values[events][row]:g} events among {values[n][row]:g} people. "
            "Events cannot exceed the total; check both against the report."
        )
    if nonevents in values and (np.abs(values[nonevents] - rest) > 1e-9 * values[n]).any():
        row = int(np.flatnonzero(np.abs(values[nonevents] - rest) > 1e-9 * values[n])[0])
        raise DataError(
            f"{names[row]}: {values[events][row]:g} with and {values[nonevents][row]:g} without the event are not "
            f"{values[n][row]:g} people; give {events} with either {nonevents} or {n}, or mend one of them."
        )
    values[nonevents] = rest


def _without_events(
    measure: Measure, family: Family, values: Columns, missing: dict[int, str]
) -> dict[int, str]:
    if not family.no_events:
        raise DataError(f"{measure.id} compares no groups with events; leave drop_no_events out.")
    out = dict(missing)
    for cells, reason in ((family.no_events, NO_EVENTS), (family.all_events, ALL_EVENTS)):
        if cells:
            empty = (values[cells[0]] == 0) & (values[cells[1]] == 0)
            out |= {int(row): reason for row in np.flatnonzero(empty)}
    return out


def _computed(
    formula: Formula,
    values: Columns,
    rule: ZeroCells | None,
    options: Mapping[str, str | bool],
    *,
    correct_estimate: bool,
) -> tuple[Vector, Vector, Flags, Columns]:
    """yi, vi, flags of corrected rows, and the columns after the correction."""
    if rule is None:
        yi, vi = formula.compute(*(values[name] for name in formula.takes), **options)
        return yi, vi, np.zeros(yi.shape, dtype=np.bool_), values
    cells = formula.family.cells
    add, touched = rule.added(*(values[name] for name in cells))
    used = values | {name: values[name] + add for name in cells}
    for events, nonevents, n in formula.family.sizes:
        if n in formula.takes:
            used[n] = used[events] + used[nonevents]
            values = values | {n: values[events] + values[nonevents]}
    yi, vi = formula.compute(*(used[name] for name in formula.takes), **options)
    if not correct_estimate and touched.any():
        yi, _ = formula.compute(*(values[name] for name in formula.takes), **options)
    return yi, vi, touched, used


def _given(
    measure: Measure, studies: Sequence[str], columns: Mapping[str, ArrayLike], level: float
) -> StudyEffects:
    """Effects that the report gives itself."""
    way = next((way for way in GIVEN if set(way) == set(columns)), None)
    takes = measure.scale in given.SCALES
    if way is None or (way == GIVEN[2] and measure.id != "HR") or not takes:
        allowed = _ways(measure) if takes else "the columns of its formula"
        raise DataError(f"{measure.id} takes {allowed}; found {', '.join(columns)}.")
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    names, values, out = read_columns(way, columns, studies)
    with np.errstate(all="ignore"):
        if way == GIVEN[2]:
            yi, vi = given.from_log_rank(*values.values())
        elif way == GIVEN[1]:
            yi, vi = given.from_standard_error(measure.scale, *values.values())
        else:
            _check_interval(names, values)
            yi, vi = given.from_interval(measure.scale, *values.values(), level=level)
    exists = np.isfinite(yi) & (vi > 0) & (vi < np.inf)
    why = (
        "an estimate or limit that is not above 0, or no width"
        if measure.ratio
        else "an interval without width"
    )
    out = {int(row): f"{why}: its {measure.id} does not exist" for row in np.flatnonzero(~exists)} | out
    none = np.zeros(len(names), dtype=np.bool_)
    yi, vi = np.where(exists, yi, np.nan), np.where(exists, vi, np.nan)
    found = _effects(measure, names, yi, vi, none, out, None)
    return replace(found, doubtful=_uneven(measure, names, values)) if way == GIVEN[0] else found


def _uneven(measure: Measure, names: tuple[str, ...], values: Columns) -> Dropped:
    """The studies whose estimate stands off the middle of its interval by more than a tenth of half its width."""
    with np.errstate(all="ignore"):
        off, half = given.off_centre(measure.scale, *values.values())
    scale = f" on the {measure.scale.name} scale" if measure.scale.name else ""
    return tuple(
        (name, f"its interval is not even about the estimate{scale}; check both. The width is taken")
        for name, uneven in zip(names, (np.abs(off) > UNEVEN * half).tolist(), strict=True)
        if uneven
    )


def _check_interval(names: tuple[str, ...], values: Columns) -> None:
    estimate, low, high = values.values()
    outside = (estimate < low) | (estimate > high)
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise DataError(
            f"{names[row]}: the estimate {estimate[row]:g} lies outside its interval {low[row]:g} to "
            f"{high[row]:g}; check all three against the report."
        )


def _effects(
    measure: Measure,
    names: tuple[str, ...],
    yi: Vector,
    vi: Vector,
    touched: Flags,
    out: dict[int, str],
    sizes: Vector | None,
) -> StudyEffects:
    undefined: Dropped = tuple((names[row], out[row]) for row in sorted(out))
    for array in (yi, vi, touched):
        array.flags.writeable = False
    return StudyEffects(measure.id, names, yi, vi, touched, undefined, sizes)


def _spread(values: Vector | Flags, there: Flags) -> Vector:
    """Values of some rows in an array of all rows, NaN elsewhere."""
    spread = np.full(there.shape, np.nan)
    spread[there] = values
    return spread
