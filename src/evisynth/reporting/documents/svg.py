"""A drawing as SVG that can stand inside a HTML page beside other drawings."""

import re
from collections.abc import Callable

from lxml import etree

from evisynth.errors import DataError
from evisynth.reporting.documents.text import clean

SVG = "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
DROPPED = {"script", "foreignObject", "metadata", "style", "animate", "set", "iframe", "handler", "listener"}
WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
REFERENCE = re.compile(r"url\(\s*(['\"]?)#([^)'\"]*)\1\s*\)")
OTHER_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)[^)]*\)", re.IGNORECASE)
# matplotlib writes one rule for all elements; inside a page it would style the other drawings too.
RULE_FOR_ALL = re.compile(r"\s*\*\s*\{([^{}]*)\}\s*")

Anchors = Callable[[str], str]


def inline_svg(svg: bytes, prefix: str, alt: str, anchor: Anchors) -> str:
    """The drawing as an <svg> element without anything that runs or loads.

    prefix : put before every id in the drawing, so that several drawings can share a page.
    alt : the drawing in words; becomes its label.
    anchor : gives the page's own address ("#...") for a link in the drawing, or "" to drop the link.

    Errors: DataError when the bytes are not SVG.
    """
    root = _parse(svg, prefix)
    style = ";".join(rule[1].strip() for rule in _rules_for_all(root))
    for node in list(root.iter()):
        name = node.tag.removeprefix(SVG) if isinstance(node.tag, str) else ""
        if not name or name in DROPPED or name.startswith("{"):
            _drop(node)
            continue
        node.tag = name
        _clean_attributes(node, prefix, anchor)
    width = _points(root.get("width", "")) or _view_width(root)
    for name in ("width", "height", "id", "class", "version"):
        root.attrib.pop(name, "")
    root.set("style", ";".join(part for part in (f"--width:{width:g}px", style) if part))
    has_links = next(root.iter("a"), None) is not None
    root.set("role", "group" if has_links else "img")  # what is inside role=img cannot be reached
    root.set("aria-label", clean(alt))
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode", with_tail=False)


def _parse(svg: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(svg, parser)
    except etree.XMLSyntaxError as error:
        raise DataError(f"Drawing {name}: the SVG is not well-formed XML: {error}.") from error
    if root.tag != f"{SVG}svg":
        raise DataError(f"Drawing {name}: its first element is {root.tag!r}; it should be an SVG's <svg>.")
    return root


def _rules_for_all(root: etree._Element) -> list[re.Match[str]]:
    texts = (node.text or "" for node in root.iter(f"{SVG}style"))
    return [found for text in texts if (found := RULE_FOR_ALL.fullmatch(text))]


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        node.tail = None
        parent.remove(node)


def _clean_attributes(node: etree._Element, prefix: str, anchor: Anchors) -> None:
    old, new = node.attrib.pop(XLINK_HREF, ""), node.attrib.pop("href", "")
    href = str(new or old)
    attributes = [(str(name), str(value)) for name, value in node.attrib.items()]
    for name, value in attributes:
        if name.startswith("{") or name.lower().startswith("on") or name in {"target", "tabindex"}:
            del node.attrib[name]
        elif name in {"id", "aria-labelledby", "aria-describedby"}:
            node.set(name, " ".join(prefix + part for part in value.split()))
        else:
            node.set(name, OTHER_REFERENCE.sub("none", REFERENCE.sub(rf"url(#{prefix}\2)", value)))
    if node.tag == "a":
        _set_link(node, href, anchor)
    elif href.startswith("#"):
        node.set("href", f"#{prefix}{href[1:]}")
    elif node.tag == "image" and href.startswith("data:image/png;base64,"):
        node.set("href", href)


def _set_link(node: etree._Element, href: str, anchor: Anchors) -> None:
    target = href if WEB_ADDRESS.match(href) else anchor(href)
    if not target:
        node.tag = "g"
        return
    node.set("href", target)
    if not target.startswith("#"):
        node.set("rel", "noreferrer")


def _points(length: str) -> float:
    """A length such as "460.8pt" in CSS pixels; 0 when it is not a plain length."""
    found = re.fullmatch(r"([\d.]+)(pt|px|in|)", length.strip())
    return float(found[1]) * {"pt": 96 / 72, "in": 96}.get(found[2], 1) if found else 0.0


def _view_width(root: etree._Element) -> float:
    parts = root.get("viewBox", "").replace(",", " ").split()
    return float(parts[2]) if len(parts) == 4 else 640.0
