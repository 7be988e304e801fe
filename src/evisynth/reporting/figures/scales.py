"""The axes of charts: which values are marked so that what is printed at them never meets."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.reporting.figures.forest_axis import tick_label
from evisynth.reporting.figures.typography import LINE, text_width
from evisynth.synthesis.measures.scale import LOG, Measure, measure_named

SMALL = 8.0
MOST = 9  # ticks on an axis
BETWEEN = 7.0  # points between what is printed at two ticks


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis: from `low` to `high`, which may run downwards. On a log scale values are logs, ticks show ratios."""

    label: str
    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    words: str


def padded(values: ArrayLike, share: float = 0.06) -> tuple[float, float]:
    """The ends of an axis that holds all finite values with a little room on both sides."""
    found = np.asarray(values, dtype=np.float64).ravel()
    found = found[np.isfinite(found)]
    if not len(found):
        raise DataError("There is no finite value to draw.")
    low, high = float(np.min(found)), float(np.max(found))
    room = (high - low) * share or max(abs(high), 1.0) * 0.1
    return low - room, high + room


def effect_label(measure: str, label: str = "") -> str:
    """What stands along an axis of effects: Risk ratio (log scale); Mean difference; Logit proportion."""
    if label:
        return label
    found = measure_named(measure)
    words = f"{found.shown} (log scale)" if shows_ratios(found) else _on_analysis_scale(found)
    return words[:1].upper() + words[1:]


def _on_analysis_scale(measure: Measure) -> str:
    if measure.id in {"generic", "generic ratio"}:
        return "Effect"
    return f"{measure.scale.name} {measure.shown}" if measure.scale.name else measure.shown


def shows_ratios(measure: Measure) -> bool:
    """Whether an axis of logs is printed with what they are logs of."""
    return measure.scale is LOG


def effect_scale(measure: str, values: ArrayLike, label: str = "") -> Scale:
    """The axis of effects on the analysis scale; those analysed as logs are marked with the ratios."""
    low, high = padded(values)
    return Scale(effect_label(measure, label), low, high, log=shows_ratios(measure_named(measure)))


def ticks_across(scale: Scale, length: float, *, overhang: float = math.inf) -> list[Tick]:
    """The ticks of a horizontal axis, `length` points long: as many as can be printed beside each other.

    A tick whose words would reach further than `overhang` points beyond an end of the axis is left out.
    """
    low, per_unit = min(scale.low, scale.high), length / abs(scale.high - scale.low)

    def inside(tick: Tick) -> bool:
        middle, half = (tick.at - low) * per_unit, text_width(tick.words, SMALL) / 2
        return middle - half >= -overhang and middle + half <= length + overhang

    found = _densest(scale, lambda ticks: fits_across(scale, ticks, length))
    return [tick for tick in found if inside(tick)]


def ticks_along(scale: Scale, length: float) -> list[Tick]:
    """The ticks of an upright axis, `length` points high."""
    step = SMALL * LINE + 3
    pitch = abs(scale.high - scale.low) / length if length else math.inf

    def fits(ticks: Sequence[Tick]) -> bool:
        return all(b.at - a.at >= step * pitch for a, b in itertools.pairwise(ticks))

    return _densest(scale, fits)


def fits_across(scale: Scale, ticks: Sequence[Tick], length: float) -> bool:
    """Whether what is printed at the ticks, which rise, stands beside each other on an axis of this length."""
    per_unit = length / abs(scale.high - scale.low)
    widths = [text_width(tick.words, SMALL) for tick in ticks]
    return all(
        (b.at - a.at) * per_unit >= (left + right) / 2 + BETWEEN
        for a, b, left, right in zip(ticks, ticks[1:], widths, widths[1:], strict=False)
    )


def _densest(scale: Scale, fits: Callable[[Sequence[Tick]], bool]) -> list[Tick]:
    """The first of the candidates, which come from many ticks to few, that has at most MOST and fits."""
    low, high = sorted((scale.low, scale.high))
    few: list[Tick] = []
    for values in _ratio_candidates(low, high) if scale.log else _candidates(low, high):
        ticks = [Tick(math.log(value) if scale.log else value, tick_label(value)) for value in values]
        if len(ticks) <= MOST and len({tick.words for tick in ticks}) == len(ticks) and fits(ticks):
            return ticks or few
    return few


def _candidates(low: float, high: float) -> Iterator[list[float]]:
    """Multiples of 1, 2, 2.5 and 5 times powers of ten between the ends, many first."""
    power = math.floor(math.log10((high - low) / MOST)) if high > low else 0
    for exponent in range(power, power + 4):
        for digit in (1, 2, 2.5, 5):
            step = digit * 10.0**exponent
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            yield [round(number * step, 12 - exponent) for number in range(first, last + 1)]


def _ratio_candidates(low: float, high: float) -> Iterator[list[float]]:
    """Ratios between the ends, which are logs: even steps in a narrow range, else some of each power of ten."""
    first, last = math.floor(low / math.log(10)), math.ceil(high / math.log(10))
    if high - low < math.log(6):
        for values in _candidates(math.exp(low), math.exp(high)):
            if len(values) > 2:
                yield values
    if last - first > 600:
        return
    inner: tuple[tuple[float, ...], ...] = ((1, 1.5, 2, 3, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3))
    for digits in inner:
        every = [10.0**power * digit for power in range(first, last + 1) for digit in digits]
        yield [value for value in every if low <= math.log(value) <= high]
    for step in (1, 2, 3, 4, 6, 10, 20, 50, 100, 200):
        powers = [power for power in range(first, last + 1) if power % step == 0]
        yield [10.0**power for power in powers if low <= power * math.log(10) <= high]
