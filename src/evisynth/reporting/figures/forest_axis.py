"""The horizontal axis of a forest plot: where a value lies, which are marked, how a value is printed."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

# How far around 1 an axis of ratios may reach, as a factor, and the ticks that go with it.
RATIO_TICKS: dict[float, tuple[float, ...]] = {
    2: (0.5, 0.7, 1, 1.5, 2),
    5: (0.2, 0.5, 1, 2, 5),
    10: (0.1, 0.2, 0.5, 1, 2, 5, 10),
    20: (0.05, 0.2, 1, 5, 20),
    100: (0.01, 0.1, 1, 10, 100),
    1000: (0.001, 0.1, 1, 10, 1000),
    1e4: (1e-4, 0.01, 1, 100, 1e4),
    1e6: (1e-6, 0.001, 1, 1000, 1e6),
}
TINY = 1e-300  # differences below that have no ticks that a computer can tell apart
USUAL_FACTOR = 100.0  # intervals beyond 0.01 to 100 get an arrow, as in RevMan


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` (ratios lie by their logs) between the points `left` and `right`."""

    log_scale: bool
    low: float
    high: float
    ticks: tuple[float, ...]
    left: float
    right: float
    no_effect: float | None  # where the line stands; None for none

    def x(self, value: float) -> float:
        """Points from the left of the page; a value beyond the axis lies on its end."""
        inside = min(max(value, self.low), self.high)
        if self.log_scale:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def choose_axis(
    estimates: Iterable[float], limits: Iterable[float], *, log_scale: bool, left: float, right: float
) -> Axis:
    """The narrowest usual axis, even on both sides of no effect, that holds the data.

    Every estimate is on it where a usual axis can hold them; so are limits, for ratios up to 0.01 and 100.
    """
    points, ends = list(estimates), list(limits)
    if log_scale:
        return _ratio_axis(points, ends, left, right)
    reach = max((abs(value) for value in [*points, *ends] if math.isfinite(value)), default=1.0)
    reach = reach if reach > TINY else 1.0
    step = _round_step(reach / 2)
    high = step * math.ceil(reach / step - 1e-9)
    count = round(high / step)
    return Axis(
        log_scale=False,
        low=-high,
        high=high,
        ticks=tuple(step * number for number in range(-count, count + 1)),
        left=left,
        right=right,
        no_effect=0.0,
    )


def _ratio_axis(points: list[float], ends: list[float], left: float, right: float) -> Axis:
    needed = max((_factor(value) for value in points), default=1.0)
    wished = max((_factor(value) for value in ends), default=1.0)
    reach = max(needed, min(wished, USUAL_FACTOR))
    factor = next((factor for factor in RATIO_TICKS if factor >= reach), max(RATIO_TICKS))
    ticks = RATIO_TICKS[factor]
    return Axis(
        log_scale=True, low=ticks[0], high=ticks[-1], ticks=ticks, left=left, right=right, no_effect=1.0
    )


def _factor(ratio: float) -> float:
    """How far a ratio is from 1 in either direction, as a factor of at least 1."""
    return math.inf if ratio <= 0 else max(ratio, 1 / ratio)


def _round_step(length: float) -> float:
    """1, 2 or 5 times a power of ten, the smallest that is at least the length."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(
        (power * digit for digit in (1, 2, 5, 10) if power * digit >= length * (1 - 1e-9)), power * 10
    )


def tick_label(value: float) -> str:
    if abs(value) >= 1e6 or 0 < abs(value) < 1e-5:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e−").replace("-", "−")
    return f"{value:.6f}".rstrip("0").rstrip(".").replace("-", "−")


def effect_number(value: float) -> str:
    """Two decimals; a value that these would print as nothing keeps two digits, a very large one three."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1e6:
        printed = f"{value:.3g}"
    elif 1e-6 <= size < 0.005:
        printed = f"{value:.{1 - math.floor(math.log10(size))}f}"
    elif 0 < size < 1e-6:
        printed = f"{value:.1e}"
    else:
        printed = f"{value:.2f}"
    return ("0.00" if printed == "-0.00" else printed).replace("-", "−")
