"""Plain values of the history as pages show them."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def moment(when: str) -> str:
    """A time of the history, to the minute: 2012-10-04T10:00:00Z is 2012-10-04 10:00. Other texts stay as they are."""
    day, parted, clock = when.partition("T")
    return f"{day} {clock[:5]}" if parted and len(clock) >= len("10:00") else when


@register.filter
def in_words(value: Any) -> str:
    """A value of JSON without its signs: what a list has stands behind semicolons, what a mapping has behind its names."""
    if isinstance(value, dict):
        return ", ".join(
            f"{told(name)}: {in_words(each)}" for name, each in value.items() if each not in ("", None)
        )
    if isinstance(value, list):
        return "; ".join(in_words(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@register.filter
def pairs(value: Any) -> list[tuple[str, Any]]:
    """Names and values of a mapping, none of anything else. A template's own `.items` is the value named items, if any."""
    return list(value.items()) if isinstance(value, dict) else []


@register.filter
def told(name: str) -> str:
    """The name of a field without underscores."""
    return str(name).replace("_", " ")
