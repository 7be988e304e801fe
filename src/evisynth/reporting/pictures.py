"""The figures of a review from its findings: each with its name, caption, alternative text and drawing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.reporting.document import Drawing, Picture
from evisynth.reporting.figures.forest import draw_forest, forest_alt
from evisynth.reporting.figures.prisma_boxes import FlowDiagram, Update, prisma_flow_alt
from evisynth.reporting.figures.prisma_flow import draw_prisma_flow
from evisynth.reporting.figures.risk_of_bias_summary import (
    RiskOfBiasSummary,
    draw_risk_of_bias_summary,
    risk_of_bias_summary_alt,
)
from evisynth.reporting.figures.traffic_light import TrafficLight, draw_traffic_light, traffic_light_alt
from evisynth.reporting.findings import Analysed, Findings
from evisynth.reporting.flow import Counted, Flow
from evisynth.reporting.forests import forest_plot, why
from evisynth.reporting.updates import updated
from evisynth.synthesis.analysis import AnalysisResult


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that can be drawn: `draw` is called when its bytes are wanted."""

    picture: Picture
    draw: Callable[[], Drawing]


def pictures_of(findings: Findings) -> dict[str, Drawn]:
    """Every figure that the review has data for, by name."""
    found = {"prisma-flow": _prisma_flow(findings)}
    if findings.judged:
        found["traffic-light"] = _traffic_light(findings)
        found["risk-of-bias"] = _risk_of_bias(findings)
    for analysed in findings.analyses:
        if analysed.result is not None and analysed.result.result is not None:
            found[f"forest-{analysed.key}"] = _forest(analysed, analysed.result)
    return found


# ---------------------------------------------------------------- flow


def _counts(lines: tuple[Counted, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((line.label, line.n) for line in lines)


BOXES = {  # box of the diagram -> derivation of its number
    "identified": "records", "removed": "duplicates", "screened": "screened", "excluded": "excluded", "sought": "sought",
    "not_retrieved": "not-retrieved", "assessed": "assessed", "reports_excluded": "excluded-full-text",
    "included": "included-studies",
}  # fmt: skip


def _prisma_flow(findings: Findings) -> Drawn:
    """The diagram of the whole review; where its searches were run again that of an update, by the last run."""
    if findings.runs:
        diagram = _of_update(findings)
        caption = (
            f"PRISMA 2020 flow diagram of the updated review. The boxes count {findings.runs[-1].title}, the last run "
            "of the searches; what earlier runs included is in the box of previous studies"
        )
    else:
        diagram = replace(
            flow_diagram(findings.flow), hrefs={box: why(f"flow/{key}") for box, key in BOXES.items()}
        )
        caption = "PRISMA 2020 flow diagram"
    picture = Picture("prisma-flow", caption, prisma_flow_alt(diagram))
    return Drawn(picture, lambda: draw_prisma_flow(diagram))


def flow_diagram(flow: Flow) -> FlowDiagram:
    return FlowDiagram(
        databases=_counts(flow.databases),
        registers=_counts(flow.registers),
        other_sources=_counts(flow.other_sources),
        duplicates_removed=flow.duplicates_removed,
        screened=flow.screened,
        excluded_screening=flow.excluded_screening,
        sought=flow.sought,
        not_retrieved=flow.not_retrieved,
        assessed=flow.assessed,
        excluded_reasons=_counts(flow.exclusion_reasons),
        included_studies=flow.included_studies,
        included_reports=flow.included_reports,
        ongoing=flow.ongoing_reports,
        awaiting=flow.awaiting_reports,
    )


def _of_update(findings: Findings) -> FlowDiagram:
    whole = updated(findings.flow, findings.runs)
    last = whole.last
    update = Update(
        previous_studies=whole.previous_studies,
        previous_reports=whole.previous_reports,
        already_there=last.already_there,
        further_reports=last.further_reports,
        total_studies=whole.total_studies,
        total_reports=whole.total_reports,
    )
    hrefs = {box: why(f"update/{last.number}/{key}") for box, key in BOXES.items()}
    hrefs |= {"previous": why("update/previous/included-studies"), "total": why("flow/included-studies")}
    return replace(
        flow_diagram(last.flow),
        duplicates_removed=last.duplicates,
        included_reports=last.reports_of_new_studies,
        update=update,
        hrefs=hrefs,
    )


# ---------------------------------------------------------------- risk of bias


def _judgements(findings: Findings) -> tuple[tuple[str, ...], dict[str, dict[str, str]]]:
    """Study names, and study -> domain -> judgement for the whole study."""
    names = {study.key: study.name for study in findings.studies.values() if study.status == "included"}
    found: dict[str, dict[str, str]] = {name: {} for name in names.values()}
    for judged in findings.judged:
        if judged.study in names and not judged.outcome:
            found[names[judged.study]][judged.domain] = judged.final
    return tuple(names.values()), found


def _traffic_light(findings: Findings) -> Drawn:
    studies, judgements = _judgements(findings)
    plot = TrafficLight(
        studies=studies,
        domains=tuple(f"D{number}" for number, _ in enumerate(ROB1.domains, start=1)),
        judgements={
            study: {
                f"D{number}": judgements[study].get(domain.id, "")
                for number, domain in enumerate(ROB1.domains, start=1)
            }
            for study in studies
        },
        domain_names=tuple(domain.label for domain in ROB1.domains),
    )
    caption = "Risk of bias: judgements for each domain of each included study"
    return Drawn(Picture("traffic-light", caption, traffic_light_alt(plot)), lambda: draw_traffic_light(plot))


def _risk_of_bias(findings: Findings) -> Drawn:
    studies, judgements = _judgements(findings)
    plot = RiskOfBiasSummary(
        studies=studies,
        domains=tuple(domain.label for domain in ROB1.domains),
        judgements={
            study: {domain.label: judgements[study].get(domain.id, "") for domain in ROB1.domains}
            for study in studies
        },
    )
    caption = "Risk of bias: share of each judgement over the included studies (each study counts the same)"
    picture = Picture("risk-of-bias", caption, risk_of_bias_summary_alt(plot))
    return Drawn(picture, lambda: draw_risk_of_bias_summary(plot))


# ---------------------------------------------------------------- forest


def _forest(analysed: Analysed, result: AnalysisResult) -> Drawn:
    plot = forest_plot(analysed, result)
    caption = f"Forest plot: {analysed.title}"
    return Drawn(Picture(f"forest-{analysed.key}", caption, forest_alt(plot)), lambda: draw_forest(plot))
