"""Risk of bias by study and domain as a grid of marks, after the traffic light plots of robvis.

Each mark is a sign in a circle, and the three shades differ in grey too, so that nothing depends on colour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw, fixed_style, new_page
from evisynth.reporting.figures.typography import (
    GREY,
    INK,
    LINE,
    MARGIN,
    MIDDLE,
    RULE,
    clean,
    text_width,
    widest,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

SIZE = 9.0
RADIUS = 7.5
ROW = 21.0
STUDY_WIDTH = 230.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How a judgement is shown. `lift` moves the sign's baseline below the middle of its circle, in sizes."""

    words: str
    sign: str
    fill: str
    ink: str
    lift: float


# Luminances are far apart (0.75, 0.38, 0.09) so that the three stay apart in a grey print.
MARKS: dict[str, Mark] = {
    "low": Mark("Low risk of bias", "+", "#62b58f", INK, 0.315),
    "unclear": Mark("Unclear risk of bias", "?", "#f7e08a", INK, 0.365),
    "some concerns": Mark("Some concerns", "!", "#f7e08a", INK, 0.365),
    "high": Mark("High risk of bias", "−", "#a3252c", "#ffffff", 0.315),
    "": Mark("Not judged", "", "#ffffff", GREY, 0.0),
}


@dataclass(frozen=True, slots=True)
class TrafficLight:
    """judgements[study][domain] for studies (rows) and domains (columns); "" or absent where none was made.

    `domains` are short labels ("D1", "Overall"); `domain_names` their full names, in the same order.
    """

    studies: tuple[str, ...]
    domains: tuple[str, ...]
    judgements: Mapping[str, Mapping[str, str]]
    domain_names: tuple[str, ...] = ()
    title: str = ""
    hrefs: Mapping[str, str] = field(default_factory=dict)  # by study


def judgement_of(judgements: Mapping[str, Mapping[str, str]], study: str, domain: str) -> str:
    """The judgement of a study in a domain, "" where there is none. DataError: any other word."""
    judgement = judgements.get(study, {}).get(domain, "")
    if judgement not in MARKS:
        known = ", ".join(f'"{word}"' for word in MARKS)
        raise DataError(
            f'Risk of bias of {study}, {domain}: "{judgement}" is no judgement; known are {known}.'
        )
    return judgement


def draw_mark(page: "Page", x: float, y: float, judgement: str, radius: float = RADIUS) -> None:
    """One judgement as a sign in a circle around (x, y); a dashed empty circle where none was made."""
    mark = MARKS[judgement]
    page.circle(
        x, y, radius, fill=mark.fill, edge=INK if judgement else RULE, dashes=() if judgement else (2, 2)
    )
    size = radius * 1.6
    page.text(x, y + mark.lift * size, mark.sign, size=size, bold=True, align="center", colour=mark.ink)


def draw_legend(page: "Page", left: float, y: float, used: Sequence[str]) -> None:
    """The marks that the figure uses, in words, on one line centred on y."""
    x = left
    for judgement in [word for word in MARKS if word in used]:
        draw_mark(page, x + 5.5, y, judgement, radius=5.5)
        words = MARKS[judgement].words
        page.text(x + 16, y + MIDDLE * SIZE, words, size=SIZE)
        x += 16 + text_width(words, SIZE) + 16


def legend_width(used: Sequence[str]) -> float:
    return sum(32 + text_width(MARKS[word].words, SIZE) for word in MARKS if word in used)


def traffic_light_figure(plot: TrafficLight) -> "Figure":
    """The grid as a matplotlib figure. DataError: a judgement that is not known, or nothing to show."""
    if not plot.studies or not plot.domains:
        raise DataError("A traffic light plot needs at least one study and one domain.")
    used = {judgement_of(plot.judgements, study, domain) for study in plot.studies for domain in plot.domains}
    names = [wrap(study, STUDY_WIDTH, SIZE, most=3) for study in plot.studies]
    heads = [wrap(domain, 70, SIZE, bold=True, most=3) for domain in plot.domains]
    study_width = max(
        widest([line for name in names for line in name], SIZE), text_width("Study", SIZE, bold=True)
    )
    pitch = max(26.0, *(widest(head, SIZE, bold=True) + 10 for head in heads))
    grid_left = MARGIN + study_width + 14
    grid_right = grid_left + pitch * len(plot.domains)
    with fixed_style():
        page = new_page(max(grid_right, MARGIN + legend_width(list(used)), 300.0) + MARGIN)
        y = page.title(plot.title) + (4 if plot.title else 0)
        y += max(len(head) for head in heads) * SIZE * LINE + 4
        page.text(MARGIN, y - 5, "Study", size=SIZE, bold=True)
        for number, head in enumerate(heads):
            middle = y - 5 - MIDDLE * SIZE - (len(head) - 1) * SIZE * LINE / 2
            page.lines(grid_left + (number + 0.5) * pitch, middle, head, size=SIZE, bold=True, align="center")
        page.line([(MARGIN, y), (grid_right, y)])
        for study, name in zip(plot.studies, names, strict=True):
            height = max(ROW, len(name) * SIZE * LINE + 5)
            page.lines(MARGIN, y + height / 2, name, size=SIZE, href=plot.hrefs.get(study, ""))
            for number, domain in enumerate(plot.domains):
                judgement = judgement_of(plot.judgements, study, domain)
                draw_mark(page, grid_left + (number + 0.5) * pitch, y + height / 2, judgement)
            y += height
            page.line([(MARGIN, y), (grid_right, y)], width=0.4, colour="#c8c8c8")
        return page.finish(_below(page, plot, y + 16, list(used)))


def _below(page: "Page", plot: TrafficLight, y: float, used: Sequence[str]) -> float:
    """Write the legend of marks and the domains in full; the return value is the height of the page."""
    draw_legend(page, MARGIN, y, used)
    y += 12
    for short, name in zip(plot.domains, plot.domain_names, strict=False):
        if clean(short) == clean(name):
            continue
        for line in wrap(f"{short}: {name}", page.width - 2 * MARGIN, SIZE):
            y += SIZE * LINE
            page.text(MARGIN, y, line, size=SIZE, colour=GREY)
    return y + MARGIN


def draw_traffic_light(plot: TrafficLight) -> Drawing:
    """The grid of judgements as SVG, PNG and PDF. DataError as traffic_light_figure."""
    return draw(traffic_light_figure(plot), traffic_light_alt(plot))


def traffic_light_alt(plot: TrafficLight) -> str:
    """The figure in words: every study with its judgement in every domain."""
    names = plot.domain_names if len(plot.domain_names) == len(plot.domains) else plot.domains
    rows = []
    for study in plot.studies:
        cells = (
            f"{name} {judgement_of(plot.judgements, study, domain) or 'not judged'}"
            for domain, name in zip(plot.domains, names, strict=True)
        )
        rows.append(f"{study}: {', '.join(cells)}.")
    return clean(
        f"Risk of bias of {len(plot.studies)} studies in {len(plot.domains)} domains. " + " ".join(rows)
    )
