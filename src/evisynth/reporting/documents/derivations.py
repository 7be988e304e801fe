"""The appendix "Where every number comes from": each derivation once, linked both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from evisynth.errors import DataError
from evisynth.reporting.document import Derivation
from evisynth.reporting.documents.text import clean
from evisynth.reporting.documents.words import words_html

KEPT = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")
SHORT_LIST = 8  # longer lists of uses are folded


@dataclass(frozen=True, slots=True)
class Use:
    """Where in the text a number stands."""

    anchor: str  # id of the link
    place: str  # heading, table or figure


KINDS = {  # the first part of a derivation's key, as a heading of the appendix
    "claim": "Numbers in the text",
    "flow": "Boxes of the flow diagram",
    "analysis": "Analyses",
    "row": "Studies in the analyses",
    "cell": "Extracted values",
    "entry": "Extractions and consensus",
    "report": "Reports",
    "source": "Sources searched",
}


def why_id(key: str) -> str:
    """The id of a derivation in the page. Different keys have different ids, and none needs encoding."""
    kept = (
        c if c in KEPT else "".join(f"~{byte:02x}" for byte in c.encode("utf-8", "surrogatepass"))
        for c in key
    )
    return "why-" + "".join(kept)


def appendix(derivations: Mapping[str, Derivation], uses: Mapping[str, list[Use]]) -> str:
    """The appendix as HTML, "" without derivations: grouped by kind, in the order the text leads to them.

    Groups stand open, so that links work without JavaScript; the script folds them.

    Errors: DataError for an input that is not a derivation.
    """
    if not derivations:
        return ""
    _check_inputs(derivations)
    users = _users(derivations)
    kinds: dict[str, list[str]] = {}
    for key in reading_order(derivations, list(uses)):
        kinds.setdefault(key.partition("/")[0], []).append(key)
    parts = ['<section class="derivations"><h2 id="derivations">Where every number comes from</h2>']
    for kind, keys in kinds.items():
        name = escape(KINDS.get(kind) or clean(kind).replace("-", " ").replace("_", " ").capitalize())
        parts.append(f'<details class="kind" open><summary><h3>{name}</h3> ({len(keys):,})</summary>')
        parts += [_section(derivations, key, users.get(key, []), uses.get(key, [])) for key in keys]
        parts.append("</details>")
    parts.append("</section>")
    return "\n".join(parts)


def reading_order(derivations: Mapping[str, Derivation], first: list[str]) -> list[str]:
    """Keys level by level from those in the text down to their inputs; keys that nothing uses come last."""
    order = dict.fromkeys(first)
    level = list(order)
    while level:
        below = [key for parent in level for key in derivations[parent].inputs if key not in order]
        level = list(dict.fromkeys(below))
        order.update(dict.fromkeys(level))
    order.update(dict.fromkeys(sorted(derivations)))
    return list(order)


def _check_inputs(derivations: Mapping[str, Derivation]) -> None:
    for key, derivation in sorted(derivations.items()):
        if key != derivation.key:
            raise DataError(
                f"The derivation {derivation.key!r} is filed under {key!r}; both should be the same."
            )
        for part in derivation.inputs:
            if part not in derivations:
                raise DataError(f"The derivation {key!r} names the input {part!r}, which has no derivation.")


def _users(derivations: Mapping[str, Derivation]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for key in sorted(derivations):
        for part in dict.fromkeys(derivations[key].inputs):
            users.setdefault(part, []).append(key)
    return users


def _section(derivations: Mapping[str, Derivation], key: str, users: list[str], uses: list[Use]) -> str:
    derivation = derivations[key]
    parts = [f'<section class="why" id="{why_id(key)}"><h4>{words_html(derivation.title or key)}</h4>']
    if derivation.value:
        parts.append(f'<p class="value">{words_html(derivation.value)}</p>')
    if derivation.how:
        parts.append(f'<p class="how">{words_html(derivation.how)}</p>')
    if derivation.source:
        parts.append(f'<p class="source">Written in <code>{escape(clean(derivation.source))}</code></p>')
    inputs = [_link(derivations[part]) for part in dict.fromkeys(derivation.inputs)]
    parts.append(_list("Made from", inputs))
    above = [_link(derivations[user]) for user in users]
    above += [
        f'<a class="jump" href="#{use.anchor}">{words_html(use.place, links=False)} (in the text)</a>'
        for use in uses
    ]
    parts.append(_list("Used in", above))
    return "".join(parts) + "</section>"


def _link(derivation: Derivation) -> str:
    title = words_html(derivation.title or derivation.key, links=False)
    value = f" <b>{words_html(derivation.value, links=False)}</b>" if derivation.value else ""
    return f'<a href="#{why_id(derivation.key)}"><span>{title}</span>{value}</a>'


def _list(title: str, items: list[str]) -> str:
    if not items:
        return ""
    rows = "".join(f"<li>{item}</li>" for item in items)
    if title == "Used in" and len(items) > SHORT_LIST:
        return (
            f'<details class="uses"><summary>{title} {len(items):,} places</summary><ul>{rows}</ul></details>'
        )
    return f'<p class="label">{title}</p><ul>{rows}</ul>'
