"""How numbers are printed. One place, so that text, tables and figures never round apart."""

import math

WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def whole(number: float) -> str:
    """A count: 2,111 has a comma from five figures on only, as the field prints them."""
    return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.0f}"


def in_words(number: float) -> str:
    """Small counts as words ("five"), others as figures."""
    return WORDS[int(number)] if number == int(number) and 0 <= number < len(WORDS) else whole(number)


def effect(number: float | None) -> str:
    """An effect with two decimals; very small ones keep two figures."""
    if number is None or not math.isfinite(number):
        return "not estimable"
    if number and abs(number) < 0.01:
        return f"{number:.2g}"
    return f"{number:.2f}"


def percent(share: float) -> str:
    """A share (0 to 1) as a whole percentage; halves go up."""
    return f"{math.floor(100 * share + 0.5)}%"


def p_value(p: float | None) -> str:
    """P < 0.001 below that, else two decimals, three where the second would round to nothing."""
    if p is None or math.isnan(p):
        return "P not defined"
    if p < 0.001:
        return "P < 0.001"
    return f"P = {p:.3f}" if p < 0.01 else f"P = {p:.2f}"


def value(number: float) -> str:
    """An extracted value as people wrote it: no more figures than it has."""
    typed = repr(number)  # a computed one has more figures than anybody would read
    return whole(number) if number == int(number) else typed if len(typed) <= 10 else f"{number:g}"


def interval(low: float, high: float) -> str:
    return f"{effect(low)} to {effect(high)}"
