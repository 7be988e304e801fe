"""Numbers as pages show them."""

from django import template

register = template.Library()


@register.filter
def decimals(value: float | None, places: int = 2) -> str:
    """A number with so many decimals and a real minus sign; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.{places}f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def percent(value: float | None, places: int = 1) -> str:
    """A share as percent; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.{places}f}%"
